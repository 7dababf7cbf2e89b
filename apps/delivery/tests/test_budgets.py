"""The budgets of an hour and of a day, in simulated time."""
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.mailings.models import Sender

from ..engine.budgets import Spent

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def spent_of(letters, at, **limits):
    """Return what was spent when so many `letters` were booked at that time, as it was then."""
    spent = Spent(Sender(**limits), {}, at)
    spent.add(letters)
    return spent


def later(spent, now):
    return Spent(spent.limits, spent.stored(), now)


def test_an_hours_letters_may_leave_at_once():
    assert Spent(Sender(per_hour=100), {}, NOW).left() == 100


def test_the_smaller_of_both_budgets_counts():
    assert Spent(Sender(per_hour=100, per_day=30), {}, NOW).left() == 30


def test_letters_count_until_they_have_been_gone_for_the_whole_window():
    spent = spent_of(100, NOW, per_hour=100)
    assert later(spent, NOW + HOUR).left() == 0
    assert later(spent, NOW + HOUR + timedelta(minutes=2)).left() == 100


def test_a_used_up_budget_says_from_when_a_letter_fits():
    fits_at, name = spent_of(100, NOW, per_day=100, per_hour=200).next_fit()
    assert name == "per_day"
    assert later(spent_of(100, NOW, per_day=100), fits_at).left() == 100
    assert timedelta(days=1) <= fits_at - NOW < timedelta(days=1, minutes=12)


def test_nothing_is_used_up_while_a_letter_fits():
    assert spent_of(99, NOW, per_hour=100).next_fit() == (None, "")


def test_a_smaller_limit_waits_until_enough_letters_are_out_of_the_window():
    spent = spent_of(80, NOW - HOUR / 2, per_hour=100)
    spent = later(spent, NOW)
    spent.add(10)
    spent.limits.per_hour = 11
    fits_at, _ = spent.next_fit()
    assert later(spent, fits_at).left() == 1


def test_a_limit_of_no_letters_never_fits():
    spent = Spent(Sender(per_hour=0), {}, NOW)
    assert spent.left() == 0
    assert spent.next_fit() == (NOW.replace(microsecond=0) + HOUR, "per_hour")


def test_letters_that_were_not_sent_come_back():
    spent = spent_of(100, NOW, per_hour=100)
    afterwards = later(spent, NOW + timedelta(minutes=3))
    afterwards.take_back(40, NOW)
    assert afterwards.left() == 40


def test_after_the_clock_was_set_back_letters_count_for_one_window_from_now():
    spent = spent_of(100, NOW + timedelta(days=30), per_hour=100)
    assert later(spent, NOW).left() == 0
    moved = later(later(spent, NOW), NOW + HOUR + timedelta(minutes=3))
    assert moved.left() == 100


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 900)), min_size=1, max_size=30),
       st.integers(1, 100))
def test_no_hour_has_more_than_its_limit(steps, per_hour):
    sender = Sender(per_hour=per_hour)
    stored = {}
    now = NOW
    left = []
    for wanted, seconds in steps:
        now += timedelta(seconds=seconds)
        spent = Spent(sender, stored, now)
        letters = min(wanted, spent.left())
        spent.add(letters)
        stored = spent.stored()
        left.append((now, letters))
    for start, _ in left:
        assert sum(n for at, n in left if start <= at <= start + HOUR) <= per_hour


@pytest.mark.parametrize("per_day", [1, 500])
def test_what_is_stored_stays_small(per_day):
    sender = Sender(per_day=per_day, per_hour=10 ** 6)
    stored = {}
    for minute in range(0, 3 * 24 * 60, 7):
        spent = Spent(sender, stored, NOW + timedelta(minutes=minute))
        spent.add(1)
        stored = spent.stored()
    assert sum(map(len, stored.values())) < 220
