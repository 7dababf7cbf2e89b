"""Workers on several machines, whose clocks do not agree: what they share is on the database's."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.delivery.models import Lease, Throttle
from apps.delivery.schedule import Clock
from apps.delivery.services import run_start
from apps.mailings.models import Delivery, Run

from ..engine import ledger, recovery
from ..engine.journal import Journal
from ..engine.throttle import Bookings

pytestmark = pytest.mark.django_db
WRONG = [timedelta(hours=1), -timedelta(hours=1), timedelta(days=2), -timedelta(days=2)]


@pytest.fixture
def clock_wrong_by(monkeypatch):
    right = timezone.now

    def set_wrong(error):
        monkeypatch.setattr(timezone, "now", lambda: right() + error)

    return set_wrong


@pytest.fixture
def run(mailing):
    mailing.ends_at += timedelta(days=30)
    mailing.save()
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


@pytest.mark.parametrize("error", WRONG)
def test_a_worker_with_a_wrong_clock_leaves_the_letters_of_others_in_their_hands(
        run, clock_wrong_by, error):
    holder = Journal()
    ledger.claim(run.pk, 3, holder.token)
    clock_wrong_by(error)
    recovery.expire_leases()
    assert set(run.deliveries.values_list("state", flat=True)) == {Delivery.State.CLAIMED}
    holder.close(forget=True)


@pytest.mark.parametrize("error", WRONG)
def test_letters_of_a_lost_worker_with_a_wrong_clock_are_given_up_after_its_lease(
        run, clock_wrong_by, error):
    right = timezone.now()
    clock_wrong_by(error)
    ledger.claim(run.pk, 3, "gone")
    ledger.renew("gone")
    for lease in run.deliveries.values_list("lease_until", flat=True):
        assert timedelta(0) < lease - right < 2 * ledger.LEASE


@pytest.mark.parametrize("error", WRONG)
def test_a_dead_clock_keeper_with_a_wrong_clock_is_followed_in_seconds(db, clock_wrong_by, error):
    right = timezone.now()
    clock_wrong_by(error)
    assert Clock().hold()
    assert timedelta(0) < Lease.objects.get().until - right < timedelta(seconds=60)
    clock_wrong_by(-error)
    assert not Clock().hold()


@pytest.mark.parametrize("error", WRONG)
def test_a_wrong_clock_books_no_time_of_the_others(db, clock_wrong_by, settings, error):
    settings.SENDER_RATE = 10
    clock_wrong_by(error)
    hasty = Bookings()
    hasty.book(hasty.limit(None, 2))
    clock_wrong_by(timedelta(0))
    assert Bookings().limit(None, 2)


def test_a_clock_set_back_does_not_hold_the_rate_up(db, settings):
    settings.SENDER_RATE = 10
    Throttle.objects.create(free_at=timezone.now() + timedelta(hours=1))
    assert Bookings().limit(None, 2)
