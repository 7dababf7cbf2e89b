"""A sender's minute, whatever its servers do: many connections on one simulated clock."""
import heapq
import itertools
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from apps.mailings.models import Sender

from ..engine import booking, throttle

BEGAN = datetime(2026, 11, 29, tzinfo=timezone.utc)
POLL = 0.05
PATIENCE = 0.001  # of a clock in floats


class Clock:
    """The time of the database and of each process; as an event, it notes what is waited for."""

    def __init__(self, sender):
        self.sender = sender
        self.seconds = 0.0
        self.waited = 0.0
        self.rows = {}

    def row_of(self, sender_id, provider=""):
        """Return a throttle row that is nowhere stored."""
        return self.rows.setdefault(sender_id, SimpleNamespace(
            sender=self.sender if sender_id else None, provider=provider, free_at=BEGAN,
            booked_at=None, spent={}, used_up="",
            save=lambda **columns: None))

    def rows_of(self, sender_id, provider):
        return SimpleNamespace(first=lambda: self.row_of(sender_id, provider))

    def monotonic(self):
        return self.seconds

    def now(self, booking=None):
        return BEGAN + timedelta(seconds=self.seconds)

    def wait(self, seconds):
        self.waited = seconds
        return False


def connection(clock, sender, group, commits, answers, left_at):
    """One connection for ever: yields how many seconds each of its steps takes.

    An answer is how many seconds it takes, or a function of the time.
    """
    bookings = throttle.Bookings()
    while True:
        size = bookings.limit(sender, group)
        if not size:
            yield POLL
            continue
        bookings.book(size)
        yield next(commits)
        sent = 0
        while sent < size and bookings.wait(clock):
            yield clock.waited
            left_at.append(clock.seconds)
            sent += 1
            answer = next(answers)
            yield answer(clock.seconds) if callable(answer) else answer
        bookings.give_back(size - sent)


def simulated(sender, seconds, connections):
    """Return when letters left, in order. A connection is (group, commits, answers)."""
    clock = Clock(sender)
    left_at = []
    with mock.patch.multiple(
            booking, time=clock, locked_row=clock.row_of, lockable_rows=clock.rows_of), \
            mock.patch.multiple(
                throttle, time=clock, row_that_is_free=clock.row_of, locked_row=clock.row_of,
                transaction=SimpleNamespace(atomic=lambda: mock.MagicMock())), \
            mock.patch.object(booking.Booking, "read", clock.now):
        steps = [
            connection(clock, sender, group, itertools.cycle(commits), itertools.cycle(answers),
                       left_at)
            for group, commits, answers in connections]
        due = [(0.0, number) for number in range(len(steps))]
        while due[0][0] < seconds:
            clock.seconds, number = heapq.heappop(due)
            heapq.heappush(due, (clock.seconds + next(steps[number]), number))
    return sorted(left_at)


def most_within(moments, seconds):
    """Return the most letters in any window of so many seconds."""
    most = 0
    first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds - PATIENCE:
            first += 1
        most = max(most, last - first + 1)
    return most


def sender_of(**limits):
    return Sender(pk=1, limits_at=BEGAN - timedelta(days=1), **limits)


def assert_within(moments, per_minute):
    for seconds in (10, 60):
        allowed = per_minute * seconds / 60
        assert most_within(moments, seconds) <= max(allowed * 1.02, allowed + 1)


durations = st.lists(st.floats(0, 3), min_size=1, max_size=5)
connections = st.lists(
    st.tuples(st.integers(1, 200), st.lists(st.floats(0, 1.5), min_size=1, max_size=5), durations),
    min_size=1, max_size=24)


@given(st.sampled_from([6, 10, 60, 600, 3000]), connections)
@examples(max_examples=10, deadline=None)
def test_no_window_has_more_than_the_limit_whatever_the_servers_do(per_minute, connections):
    moments = simulated(sender_of(per_minute=per_minute), 70 if per_minute < 3000 else 15,
                        connections)
    assert_within(moments, per_minute)
    assert most_within(moments, 60) <= per_minute


@pytest.mark.parametrize("per_minute", [10, 60, 600, 3000])
@pytest.mark.parametrize("answers", [[0.0], [0.05], [0.01] * 20 + [1.5], [0.02, 0.3, 0.001]])
def test_servers_that_are_quick_enough_get_nearly_what_the_limit_allows(per_minute, answers):
    connections = [
        (group, [0.004, 0.02], answers[number % len(answers):] + answers[:number % len(answers)])
        for number, group in enumerate([1, 5, 60] * 4)]
    moments = simulated(sender_of(per_minute=per_minute), 30, connections)
    assert_within(moments, per_minute)
    assert len(moments) >= 0.95 * per_minute / 2


@pytest.mark.parametrize("per_minute", [60, 600, 3000])
@pytest.mark.parametrize("asleep", [(4, 4.3), (4, 4.9), (4, 7)])
def test_after_all_servers_have_stood_still_their_letters_do_not_leave_at_once(per_minute, asleep):
    def answer(now):
        return max(0.01, asleep[1] - now) if asleep[0] < now else 0.01

    moments = simulated(sender_of(per_minute=per_minute), 20, [(40, [0.004], [answer])] * 12)
    assert_within(moments, per_minute)


def test_a_limit_and_the_rate_of_all_both_hold(settings):
    settings.SENDER_RATE = 5
    moments = simulated(sender_of(per_minute=600), 20, [(40, [0.004], [0.02])] * 4)
    assert_within(moments, 300)
    assert len(moments) >= 0.95 * 5 * 20


def test_a_server_that_stalls_now_and_then_gets_nearly_all_of_a_quick_pace():
    answers = [0.5, *[0.01] * 49]
    connections = [(25, [0.02], answers[number * 4:] + answers[:number * 4])
                   for number in range(12)]
    moments = simulated(sender_of(per_minute=30000), 10, connections)
    assert_within(moments, 30000)
    assert len(moments) >= 0.93 * 500 * 10
