"""Senders that are used are checked once a day by themselves."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.jobs.models import Job
from apps.mailings.models import Sender
from apps.mailings.senders.services import CHECK
from tests.factories import MailingFactory, SenderFactory

from .. import chore
from ..chore import DailyChecks, senders_due

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def used(sender):
    return change(sender, is_default=True, checked_at=timezone.now() - DAY - HOUR)


def change(sender, **fields):
    Sender.all_objects.filter(pk=sender.pk).update(**fields)
    return sender


def due():
    return list(senders_due(timezone.now()))


def test_a_default_sender_is_checked_a_day_after_its_last_check(used):
    assert due() == [used]
    change(used, checked_at=timezone.now() - 23 * HOUR)
    assert not due()


def test_a_sender_that_nothing_goes_by_is_not(used):
    change(used, is_default=False)
    assert not due()


def test_a_sender_with_a_planned_mailing_is(used):
    MailingFactory(owner=used.owner, sender=change(used, is_default=False))
    assert due() == [used]


def test_a_sender_that_was_sent_by_lately_is(used, run_of):
    run = run_of(change(used, is_default=False))
    long_ago = timezone.now() - 60 * DAY
    type(run.mailing).objects.update(starts_at=long_ago - DAY, ends_at=long_ago)
    assert due() == [used]
    type(run).objects.update(started_at=timezone.now() - 60 * DAY)
    assert not due()


@pytest.mark.parametrize("fields", [
    {"deleted_at": timezone.now()}, {"preset": "service"}, {"checked_at": None}])
def test_others_are_not(used, fields):
    change(used, **fields)
    assert not due()


def test_a_blocked_owners_is_not(used):
    used.owner.is_active = False
    used.owner.save()
    assert not due()


def test_what_may_have_passed_is_looked_at_again_in_an_hour(used):
    change(used, checked_at=timezone.now() - 2 * HOUR, trouble="silent")
    assert due() == [used]
    change(used, trouble="quota")  # new tries prolong it
    assert not due()


def test_each_is_queued_once_and_few_at_a_time(used, monkeypatch):
    monkeypatch.setattr(chore, "SLICE", 2)
    others = SenderFactory.create_batch(6, checked_at=timezone.now() - 2 * DAY, is_default=True)
    daily = DailyChecks()
    queued = []
    for _number in range(12):
        daily.next_look = 0
        daily.step()
        waiting = Job.objects.active().filter(kind=CHECK)
        assert waiting.count() <= chore.MOST_WAITING
        for job in waiting.order_by("pk")[:1]:
            queued.append(job.place["sender"])
            change(Sender(pk=job.place["sender"]), checked_at=timezone.now())
            Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    assert sorted(queued) == sorted(one.pk for one in (used, *others))


def test_it_looks_seldom(used, django_assert_num_queries):
    daily = DailyChecks()
    assert daily.step()
    with django_assert_num_queries(0):
        assert not daily.step()
