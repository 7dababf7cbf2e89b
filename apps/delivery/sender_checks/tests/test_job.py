"""A check is a job: it writes down what it found of the account that it has read, and no other."""
import pytest
from django.core import mail
from django.utils import timezone

from apps.jobs.kinds import KINDS
from apps.jobs.models import Job
from apps.jobs.worker import claim, do_batch
from apps.mailings.models import Run, Sender
from apps.mailings.senders.services import CHECK, sender_check_start
from apps.mailings.senders.troubles import Trouble

from tests.factories import BounceMailboxFactory

from .. import job as job_module
from ..dialogue import Ended, Found, Step
from ..job import bounces_to_of, checked
from .conftest import fresh

pytestmark = pytest.mark.django_db
FINE = Found(None, True)
WRONG = Found(Ended(Step.LOGIN, code=535, text=b"5.7.8 Error: authentication failed"))
BUSY = Found(Ended(Step.LOGIN, code=421, text=b"4.3.2 Too busy"))


@pytest.fixture
def finds(monkeypatch):
    """Return a function that sets what dialogues find, and what happens during them."""
    def prepare(found, meanwhile=lambda: None):
        def hold(dialogue):
            meanwhile()
            return found
        monkeypatch.setattr(job_module.Dialogue, "hold", hold)
    return prepare


def check(sender):
    """Have the sender checked; return it as it is stored then."""
    job = sender_check_start(sender=sender)
    while claimed := claim("me"):
        do_batch(claimed)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    return fresh(sender)


def test_a_check_without_trouble_is_written_down(sender, finds):
    Sender.objects.filter(pk=sender.pk).update(
        trouble="login", server_words="535 no", verified_at=None, told_at=timezone.now())
    finds(FINE)
    sender = check(sender)
    assert (sender.trouble, sender.server_words, sender.told_at) == ("", "", None)
    assert sender.verified_at and sender.checked_at == sender.verified_at
    assert sender.takes_return_path is True


def test_a_trouble_is_written_down_with_the_servers_words(sender, finds):
    verified_at = sender.verified_at
    finds(WRONG)
    sender = check(sender)
    assert sender.trouble == Trouble.APP_PASSWORD and sender.verified_at == verified_at
    assert sender.server_words == "535 5.7.8 Error: authentication failed"
    assert sender.checked_at > verified_at


def test_an_account_that_was_changed_meanwhile_is_checked_anew(sender, finds):
    times = []

    def change():
        times.append(Sender.objects.get().host)
        if len(times) == 1:
            Sender.objects.update(host="smtp.mail.ru", trouble="")

    finds(WRONG, change)
    sender = check(sender)
    assert times == ["smtp.yandex.ru", "smtp.mail.ru"] and sender.trouble


def test_a_mailbox_that_was_changed_meanwhile_has_its_address_tried_anew(sender, finds):
    mailbox = BounceMailboxFactory(sender=sender, address="bounces@lavka.example")
    tried = []

    def change():
        tried.append(bounces_to_of(sender))
        type(mailbox).objects.update(address="back@lavka.example")

    finds(FINE, change)
    assert check(sender).takes_return_path is True
    assert tried == ["bounces@lavka.example", "back@lavka.example"]


def test_a_sender_that_was_deleted_meanwhile_is_left_alone(sender, finds):
    finds(WRONG, lambda: Sender.objects.update(deleted_at=timezone.now()))
    sender = check(sender)
    assert sender.trouble == "" and not mail.outbox


def test_a_sender_of_the_services_own_server_is_fine_without_a_dialogue(sender, finds):
    finds(WRONG)
    Sender.objects.update(preset="service", verified_at=None, host="")
    assert check(sender).verified_at


def test_a_password_that_can_not_be_read_is_told(sender, settings):
    settings.SECRET_KEY = "another"
    assert checked(sender).trouble == Trouble.PASSWORD_LOST


def test_a_dead_password_pauses_the_senders_running_runs_and_is_told_once(sender, finds, run_of):
    run = run_of(sender)
    paused = run_of(sender, state=Run.State.PAUSED, reason=Run.Reason.PERSON)
    finds(WRONG)
    check(sender)
    check(sender)
    assert (fresh(run).state, fresh(run).reason) == (Run.State.PAUSED, Run.Reason.SENDER)
    assert fresh(paused).reason == Run.Reason.PERSON
    letter, = mail.outbox
    assert letter.to == [sender.owner.email] and letter.subject == "Письма не уходят: Лавка чая"
    assert f"/senders/{sender.pk}/" in letter.body and run.mailing.title in letter.body
    assert "Яндекс ждёт пароль приложения" in letter.body
    assert "\n\n\n" not in letter.body and "correct-horse" not in letter.body


def test_it_is_told_again_once_it_was_fine_meanwhile(sender, finds):
    for found in WRONG, FINE, WRONG:
        finds(found)
        check(sender)
    assert len(mail.outbox) == 2


def test_what_passes_by_itself_pauses_nothing_and_is_not_told(sender, finds, run_of):
    run = run_of(sender)
    finds(BUSY)
    assert check(sender).trouble == Trouble.BUSY
    assert fresh(run).state == Run.State.RUNNING and not mail.outbox


def test_an_account_that_never_worked_is_not_told_by_letter(sender, finds):
    Sender.objects.update(verified_at=None)
    finds(WRONG)
    check(sender)
    assert not mail.outbox


def test_the_owner_reads_it_in_their_language(sender, finds):
    sender.owner.language = "en"
    sender.owner.save()
    finds(WRONG)
    check(sender)
    assert mail.outbox[0].subject == "No letters leave: Лавка чая"


def test_a_password_is_nowhere_in_what_a_check_leaves(sender, finds, caplog):
    caplog.set_level("DEBUG")
    finds(Found(Ended(Step.LOGIN, code=535, text=b"correct-horse Y29ycmVjdC1ob3JzZQ==")))
    sender = check(sender)
    job = Job.objects.get(kind=CHECK)
    left = f"{caplog.text} {sender.server_words} {job.result} {job.place} {job.error}"
    assert "correct-horse" not in left and "Y29ycmVjdC1ob3JzZQ" not in left


def test_a_check_that_was_killed_is_done_again(sender, finds):
    sender_check_start(sender=sender)
    claim("killed")
    Job.objects.update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    finds(FINE)
    assert check(sender).verified_at


def test_its_page_says_what_is_checked_and_what_came_of_it(sender, finds):
    finds(WRONG)
    check(sender)
    job = Job.objects.get(kind=CHECK)
    assert job.title == "Проверка отправителя «Лавка чая»"
    assert job.outcome and KINDS[CHECK].threads > 1
