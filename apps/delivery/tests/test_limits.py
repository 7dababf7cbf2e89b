"""The limits of senders, in the database that all workers share."""
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from apps.delivery.models import Throttle
from apps.mailings.models import Sender
from tests.factories import SenderFactory

from ..engine.booking import AHEAD
from ..engine.throttle import FREE as IS_FREE
from ..engine.throttle import SOON, Bookings, later, seconds_until_free

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FREE = "SELECT s.id FROM mailings_sender s WHERE {condition}"


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner)


@pytest.fixture
def stopping():
    return threading.Event()


def limited(sender, **limits):
    """Change the sender's limits, as its form does; return it as a worker reads it."""
    time.sleep(0.002)  # SQLite's clock counts milliseconds
    Sender.objects.filter(pk=sender.pk).update(limits_at=Now(), **limits)
    return Sender.objects.get(pk=sender.pk)


def booked(sender, wanted):
    """Return the Bookings of a connection that has booked what it may."""
    bookings = Bookings()
    bookings.book(bookings.limit(sender, wanted))
    return bookings


def is_free(sender, ahead=AHEAD):
    with connection.cursor() as cursor:
        condition = IS_FREE.format(later=later(ahead, connection.vendor))
        cursor.execute(FREE.format(condition=condition), {})
        return (sender.pk,) in cursor.fetchall()


def throttle_of(sender):
    return Throttle.objects.get(sender=sender)


def set_clock_back(sender, by):
    """Leave the throttle as it looks after the database's clock was set back."""
    row = throttle_of(sender)
    row.free_at += by
    row.booked_at += by
    row.save()


def test_a_sender_without_limits_costs_no_query(sender, django_assert_num_queries, stopping):
    bookings = Bookings()
    with django_assert_num_queries(0):
        assert bookings.limit(sender, 700) == 700
        bookings.book(700)
        assert bookings.wait(stopping)
        bookings.give_back(3)
    assert bookings.rate == 0


def test_a_minutes_letters_are_paced(sender):
    sender = limited(sender, per_minute=60)
    first = booked(sender, 100)
    assert first.held[0].letters == 1
    assert Bookings().limit(sender, 100) == 0
    assert 0.95 < first.rate < 1


def test_a_quick_pace_is_booked_in_groups_of_less_than_a_tenth_of_a_second(sender):
    sender = limited(sender, per_minute=30000)
    assert 10 < Bookings().limit(sender, 700) < 50


def test_others_wait_for_a_slot_and_so_does_the_query_for_runs(sender):
    sender = limited(sender, per_minute=30)
    assert is_free(sender)
    booked(sender, 1)
    assert not is_free(sender)
    assert not is_free(sender, SOON)


def test_a_slot_that_comes_soon_is_worth_a_look(sender):
    sender = limited(sender, per_minute=60)
    booked(sender, 1)
    assert not is_free(sender)
    assert is_free(sender, SOON)


def test_who_waits_for_a_slot_rests_until_it_comes_near(sender, owner):
    booked(limited(sender, per_minute=60), 1)
    assert 0.4 < seconds_until_free({sender.pk}) <= 0.5
    quick = SenderFactory(owner=owner, per_minute=240)
    Bookings().limit(quick, 1)
    assert seconds_until_free({sender.pk, quick.pk}) == 0.05
    assert seconds_until_free({None}) == 0.05


def test_who_waits_for_a_provider_rests_until_the_first_of_them_is_free(sender):
    for provider, seconds in {"gmail": 0.4, "mailru": 0.6}.items():
        Throttle.objects.create(
            sender=sender, provider=provider, free_at=Now() + timedelta(seconds=seconds))
    assert 0.05 <= seconds_until_free({sender.pk}) < 0.15
    Throttle.objects.create(sender=sender, free_at=Now() + timedelta(seconds=0.6))
    assert 0.3 < seconds_until_free({sender.pk}) < 0.36


def test_one_senders_limit_holds_up_nobody_else(sender, owner):
    other = SenderFactory(owner=owner, per_minute=1)
    booked(limited(sender, per_minute=1), 1)
    assert is_free(other)
    assert Bookings().limit(other, 1) == 1
    assert Bookings().limit(None, 5) == 5


def test_a_used_up_hour_says_so_and_until_when(sender):
    sender = limited(sender, per_hour=5)
    booked(sender, 100)
    row = throttle_of(sender)
    assert row.used_up == "per_hour"
    assert HOUR <= row.free_at - row.booked_at < HOUR + timedelta(minutes=3)
    assert not is_free(sender)
    assert Bookings().limit(sender, 1) == 0


def test_letters_that_were_not_sent_may_leave_after_all(sender):
    sender = limited(sender, per_hour=5)
    bookings = booked(sender, 100)
    bookings.give_back(2)
    assert throttle_of(sender).used_up == ""
    assert is_free(sender)
    assert Bookings().limit(sender, 100) == 2


def test_a_slot_that_was_not_used_is_given_to_others(sender):
    sender = limited(sender, per_minute=1)
    booked(sender, 1).give_back(1)
    assert Bookings().limit(sender, 1) == 1


def test_a_changed_limit_ends_the_wait(sender):
    booked(limited(sender, per_day=5), 5)
    assert not is_free(sender)
    sender = limited(sender, per_day=8)
    assert is_free(sender)
    assert Bookings().limit(sender, 100) == 3


def test_a_slower_limit_ends_the_wait_too_and_the_new_one_holds(sender):
    booked(limited(sender, per_minute=1), 1)
    sender = limited(sender, per_minute=2)
    assert Bookings().limit(sender, 1) == 1
    booked(sender, 1)
    assert Bookings().limit(sender, 1) == 0


def test_a_limit_that_was_taken_away_holds_nobody(sender):
    booked(limited(sender, per_day=5), 5)
    sender = limited(sender, per_day=None)
    assert is_free(sender)
    assert Bookings().limit(sender, 700) == 700


def test_a_lower_budget_that_is_used_up_is_found_once(sender):
    booked(limited(sender, per_hour=5), 3)
    sender = limited(sender, per_hour=2)
    assert is_free(sender)
    assert Bookings().limit(sender, 1) == 0
    assert not is_free(sender)
    assert throttle_of(sender).used_up == "per_hour"


def test_a_clock_set_back_does_not_hold_a_paced_sender_up(sender):
    sender = limited(sender, per_minute=60)
    booked(sender, 1)
    set_clock_back(sender, HOUR)
    assert is_free(sender)
    assert Bookings().limit(sender, 1) == 1


def test_limits_that_were_changed_before_the_clock_was_set_back_hold(sender):
    sender = limited(sender, per_minute=1)
    sender.limits_at += HOUR
    sender.save()
    booked(sender, 1)
    assert Bookings().limit(sender, 1) == 0


def test_a_used_up_budget_is_free_again_in_its_time_with_an_even_pace(sender):
    sender = limited(sender, per_hour=2, per_minute=60)
    booked(sender, 1)
    row = throttle_of(sender)
    row.spent = {}
    row.free_at = timezone.now() - HOUR
    row.save()
    booked(sender, 1)
    assert Bookings().limit(sender, 1) == 0


def test_a_letter_that_is_late_for_its_slot_goes_back(sender, stopping, settings):
    bookings = booked(limited(sender, per_minute=6000), 4)
    assert bookings.wait(stopping)
    bookings.held[0].next_at -= 1
    assert not bookings.wait(stopping)


def test_a_group_that_took_long_to_make_gets_other_slots(sender, stopping):
    bookings = booked(limited(sender, per_minute=6000), 4)
    bookings.held[0].next_at -= 5
    before = throttle_of(sender).free_at
    assert bookings.wait(stopping)
    assert throttle_of(sender).free_at > before


def test_a_late_letter_goes_back_where_others_have_booked_the_time(sender, stopping):
    sender = limited(sender, per_minute=1)
    bookings = booked(sender, 1)
    Throttle.objects.update(free_at=F("free_at") + HOUR / 36000)
    bookings.held[0].next_at -= 1
    assert not bookings.wait(stopping)


def test_a_stop_ends_the_wait_and_the_letter_goes_back(sender, stopping):
    bookings = booked(limited(sender, per_minute=600), 1)
    bookings.held[0].next_at += 5
    stopping.set()
    assert not bookings.wait(stopping)


def test_the_rate_of_all_counts_beside_the_senders_own(sender, settings):
    settings.SENDER_RATE = 1
    booked(None, 1)
    assert Bookings().limit(limited(sender, per_minute=600), 5) == 0


def test_a_sender_that_is_gone_is_no_trouble_when_letters_come_back(sender):
    bookings = booked(limited(sender, per_minute=600), 1)
    Throttle.objects.filter(sender=sender).delete()
    Sender.all_objects.filter(pk=sender.pk).delete()
    bookings.give_back(1)


def test_a_worker_that_read_the_limits_before_they_changed_books_by_the_new_ones(sender):
    old = limited(sender, per_day=5)
    booked(old, 5)
    limited(sender, per_day=8)
    assert Bookings().limit(old, 100) == 3
    assert is_free(sender)


def test_a_limit_that_was_lifted_meanwhile_books_nothing(sender):
    old = limited(sender, per_day=5)
    booked(old, 5)
    limited(sender, per_day=None)
    assert Bookings().limit(old, 100) == 100
    assert is_free(sender)


def test_what_a_failed_transaction_booked_is_not_given_back(sender):
    sender = limited(sender, per_hour=10)
    booked(sender, 4)
    bookings = Bookings()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bookings.book(bookings.limit(sender, 3))
        raise ZeroDivisionError
    bookings.forget()
    bookings.give_back(3)
    assert Bookings().limit(sender, 100) == 6
