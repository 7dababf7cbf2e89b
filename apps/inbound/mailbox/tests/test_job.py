"""Mailboxes are read by themselves, again and again; what is found is written down and told."""
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.inbound.models import InboundLetter
from apps.jobs.models import Job
from apps.jobs.worker import claim, do_batch
from apps.mailings.models import BounceMailbox
from tests.factories import BounceMailboxFactory

from .. import job as job_module
from ..chore import Readers
from ..reading import Found, Sums
from ..services import mailboxes_read, reading_start
from ..troubles import Trouble
from .conftest import change, fresh

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FINE = Found(was_read=True, sums=Sums(letters=2, understood=1, bounces=1))
WRONG = Found(trouble=Trouble.APP_PASSWORD, words="NO [AUTHENTICATIONFAILED]")


@pytest.fixture
def finds(monkeypatch):
    """Return a function that sets what readings find, and what happens during them."""
    def prepare(*found, meanwhile=lambda: None):
        answers = list(found)

        def hold(reading):
            meanwhile()
            return answers.pop(0) if len(answers) > 1 else answers[0]
        monkeypatch.setattr(job_module.Reading, "hold", hold)
    return prepare


def read(mailbox):
    """Have the mailbox read; return its job."""
    job = reading_start(mailbox)
    Job.objects.update(next_try_at=timezone.now())
    while claimed := claim("me"):
        do_batch(claimed)
    job.refresh_from_db()
    return job


def test_a_mailbox_is_read_every_few_minutes_by_one_job(mailbox, finds):
    finds(FINE)
    job = read(mailbox)
    assert job.state == Job.State.QUEUED
    assert 4 * MINUTE < job.next_try_at - timezone.now() < 6 * MINUTE
    mailbox = fresh(mailbox)
    assert mailbox.read_at and mailbox.trouble == "" and mailbox.failing_since is None
    assert read(mailbox).pk == job.pk and Job.objects.count() == 1


def test_a_trouble_is_written_down_and_a_login_is_not_tried_often(mailbox, finds):
    finds(WRONG)
    job = read(mailbox)
    mailbox = fresh(mailbox)
    assert mailbox.trouble == "app_password" and mailbox.failing_since and not mailbox.read_at
    assert mailbox.server_words == "NO [AUTHENTICATIONFAILED]"
    assert job.next_try_at - timezone.now() > 55 * MINUTE
    since = mailbox.failing_since
    read(mailbox)
    assert fresh(mailbox).failing_since == since


def test_the_longer_it_fails_the_seldomer_it_is_tried(mailbox, finds):
    finds(Found(trouble=Trouble.SILENT))
    pauses = [round((read(mailbox).next_try_at - timezone.now()) / MINUTE) for _ in range(6)]
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_a_folder_that_can_not_be_made_does_not_slow_the_reading(mailbox, finds):
    finds(Found(was_read=True, trouble=Trouble.FOLDER))
    job = read(mailbox)
    mailbox = fresh(mailbox)
    assert mailbox.read_at and mailbox.trouble == "folder"
    assert job.next_try_at - timezone.now() < 6 * MINUTE


def test_a_long_reading_adds_up(mailbox, finds):
    more = Found(was_read=True, has_more=True, sums=Sums(letters=20))
    finds(more, more, FINE)
    assert read(mailbox).result["sums"]["letters"] == 42
    assert read(mailbox).result["sums"]["letters"] == 2


def test_an_account_that_was_changed_meanwhile_is_not_blamed(mailbox, finds):
    finds(WRONG, meanwhile=lambda: BounceMailbox.objects.update(login="another"))
    read(mailbox)
    assert fresh(mailbox).trouble == ""


@pytest.mark.parametrize("end", ["off", "deleted", "blocked", "gone"])
def test_the_job_ends_where_nobody_wants_the_mailbox_read(mailbox, finds, end):
    finds(FINE)
    job = read(mailbox)
    if end == "off":
        change(mailbox, is_on=False)
    elif end == "deleted":
        change(mailbox.sender, deleted_at=timezone.now())
    elif end == "blocked":
        change(mailbox.sender.owner, is_active=False)
    else:
        mailbox.delete()
    Job.objects.update(next_try_at=timezone.now())
    do_batch(claim("me"))
    job.refresh_from_db()
    assert job.state == Job.State.DONE and not Readers().step()


def test_the_chore_makes_a_job_for_each_that_has_none(mailbox, django_assert_num_queries):
    readers = Readers()
    BounceMailboxFactory(is_on=False)
    assert readers.step() and Job.objects.get().place == {"mailbox": mailbox.pk}
    with django_assert_num_queries(0):
        assert not readers.step()
    readers.next_look = 0
    assert not readers.step() and Job.objects.count() == 1


def test_the_owner_is_written_to_once_after_a_day(mailbox, finds):
    finds(WRONG)
    read(mailbox)
    assert not mail.outbox
    change(mailbox, failing_since=timezone.now() - DAY)
    for _time in range(2):
        read(mailbox)
    [letter] = mail.outbox
    assert letter.to == [mailbox.sender.owner.email]
    assert "bounces@lavka.example" in letter.subject and "/mailbox/" in letter.body
    assert "NO [AUTHENTICATIONFAILED]" in letter.body
    finds(FINE)
    read(mailbox)
    assert fresh(mailbox).told_at is None


def test_a_letter_that_kills_the_process_is_set_aside_after_three(mailbox, monkeypatch):
    def hold(reading):
        if reading.careful:
            set_aside = InboundLetter.objects.filter(tries__gte=3, uid=7)
            if set_aside.exists():
                return FINE
            reading.begun(7)
        raise SystemExit

    monkeypatch.setattr(job_module.Reading, "hold", hold)
    job = reading_start(mailbox)
    deaths = 0
    while claimed := claim("me"):
        try:
            do_batch(claimed)
        except SystemExit:
            deaths += 1
            Job.objects.update(lease_until=timezone.now() - MINUTE)
    job.refresh_from_db()
    assert deaths == 4 and job.crashes == 0 and fresh(mailbox).read_at
    assert InboundLetter.objects.get().tries == 3


def test_the_command_reads_all_mailboxes_and_tells_the_sums(mailbox, finds):
    BounceMailboxFactory(sender__owner=mailbox.sender.owner)
    busy = reading_start(BounceMailboxFactory(sender__owner=mailbox.sender.owner))
    Job.objects.filter(pk=busy.pk).update(
        lease_token="another's", lease_until=timezone.now() + DAY)
    finds(FINE, WRONG)
    sums = mailboxes_read()
    assert sums == {"mailboxes": 1, "failed": 1, "busy": 1, "letters": 2, "understood": 1,
                    "bounces": 1, "left": 0, "broken": 0}
