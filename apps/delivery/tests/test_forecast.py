"""A forecast beside what would happen: a simulation sends letter by letter on a virtual clock."""
import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from apps.mailings.hours.opening import ALL_WEEK, Hours, openings

from ..engine.budgets import Spent
from ..forecast import Limits, Load, budget_of, forecast

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # Thursday noon in Moscow
FAR = NOW + timedelta(days=400)
MOSCOW = ZoneInfo("Europe/Moscow")
NINE_TO_SIX = Hours(time(9), time(18), "12345")
DAY = timedelta(days=1)


def open_in(hours):
    return openings(hours, MOSCOW, NOW)


class Simulation:
    """Sends letters one by one as the engine does: in their order, passing by who must wait."""

    def __init__(self, letters, *, rate=None, providers=None, hours=None, **limits):
        order = [name for name, number in letters.items() for _ in range(number)]
        random.Random(len(order)).shuffle(order)
        self.queue = {name: [place for place, own in enumerate(order) if own == name]
                      for name in letters}
        self.sender = SimpleNamespace(**{"per_hour": None, "per_day": None, **limits})
        self.rates = providers or {}
        self.rate = rate
        self.openings = open_in(hours) if hours else None
        self.now = NOW
        self.free = {name: NOW for name in letters}
        self.all_free = NOW
        self.stored = {}
        self.sent = 0

    def wait_for_hours(self):
        if self.openings is None:
            return
        while not hasattr(self, "opening") or self.opening.closes <= self.now:
            self.opening = next(self.openings)
        self.now = max(self.now, self.opening.opens)

    def run(self, until=FAR):
        while any(self.queue.values()):
            self.wait_for_hours()
            spent = Spent(self.sender, self.stored, self.now)
            next_fit, _name = spent.next_fit()
            waits = min(self.free[name] for name, left in self.queue.items() if left)
            ready = max(filter(None, [self.now, next_fit, self.all_free, waits]))
            if ready >= until:
                break
            if ready > self.now:
                self.now = ready
                continue
            self.send_first()
            spent.add(1)
            self.stored = spent.stored()
        return self.now

    def send_first(self):
        free = [name for name, left in self.queue.items() if left and self.free[name] <= self.now]
        name = min(free, key=lambda name: self.queue[name][0])
        self.queue[name].pop(0)
        self.sent += 1
        if name in self.rates:
            self.free[name] = self.now + timedelta(seconds=1 / self.rates[name])
        if self.rate:
            self.all_free = self.now + timedelta(seconds=1 / self.rate)


def told(letters, *, rate=None, providers=None, hours=None, ends_at=FAR, **limits):
    budgets = [budget_of(name, limit, {}) for name, limit in limits.items() if limit is not None]
    load = Load(letters, ends_at, open_in(hours) if hours else None)
    known = Limits(budgets=budgets, providers=providers or {})
    return forecast([load], replace(known, rate=rate) if rate else known, NOW)


def random_case(number):
    """Return letters and what holds them up, so that it takes from minutes to days."""
    some = random.Random(number)
    names = some.sample(["mailru", "yandex", "gmail", "other"], some.randint(1, 4))
    letters = {name: some.randint(30, 500) for name in names}
    case = {
        "rate": some.choice([None, some.uniform(0.05, 3)]),
        "providers": {name: some.uniform(0.02, 1) for name in names if some.random() < 0.5},
        "per_hour": some.choice([None, None, some.randint(40, 900)]),
        "per_day": some.choice([None, None, some.randint(150, 3000)]),
        "hours": some.choice([None, NINE_TO_SIX, Hours(time(22), time(6), ALL_WEEK),
                              Hours(time(), time(), "25")])}
    if not any(case.values()):
        case["rate"] = 1
    return letters, case


@pytest.mark.parametrize("number", range(40))
def test_a_forecast_is_right_to_a_tenth(number):
    letters, case = random_case(number)
    takes = Simulation(letters, **case).run() - NOW
    said = told(letters, **case).ends_at - NOW
    assert abs(said - takes) <= max(takes / 10, timedelta(minutes=2)), (case, said, takes)


@pytest.mark.parametrize("number", range(40, 60))
def test_how_many_leave_before_the_end_is_right_to_a_tenth(number):
    letters, case = random_case(number)
    ends_at = NOW + (Simulation(letters, **case).run() - NOW) / 2
    real = Simulation(letters, **case)
    real.run(ends_at)
    said = told(letters, ends_at=ends_at, **case)
    assert said.ends_at is None
    assert abs(said.in_time - real.sent) <= max(sum(letters.values()) / 10, 5)


def test_the_provider_that_takes_the_longest_is_named():
    said = told({"mailru": 1600, "gmail": 5000}, rate=50, providers={"mailru": 16 / 60})
    assert said.slowest == "mailru"
    assert timedelta(minutes=99) < said.ends_at - NOW < timedelta(minutes=101)


def test_nobody_is_named_where_all_end_together():
    assert told({"mailru": 500, "gmail": 500}, rate=1, providers={"mailru": 5}).slowest == ""


def test_another_mailing_of_the_sender_takes_its_share():
    loads = [Load({"other": 1000}, FAR), Load({"other": 5000}, FAR)]
    said = forecast(loads, Limits(rate=1), NOW)
    assert timedelta(seconds=1980) < said.ends_at - NOW < timedelta(seconds=2020)


def test_what_has_left_today_counts():
    now = int(NOW.timestamp())
    budget = budget_of("per_day", 500, {now // 600 - 6: 400})
    said = forecast([Load({"other": 300}, FAR)], Limits(budgets=[budget]), NOW)
    assert DAY - timedelta(hours=2) < said.ends_at - NOW < DAY


def test_a_ramp_of_days_holds_a_provider_back():
    midnight = (NOW + timedelta(hours=12)).timestamp()
    limits = Limits(rate=1, days={"mailru": [50, 100, 200, None]}, midnight=midnight)
    said = forecast([Load({"mailru": 300, "gmail": 100}, FAR)], limits, NOW)
    assert timedelta(hours=36) < said.ends_at - NOW < timedelta(hours=37)
    assert said.slowest == "mailru"


def test_where_nothing_holds_letters_up_they_leave_at_once():
    assert told({"other": 10 ** 6}).ends_at - NOW < timedelta(minutes=1)


def test_where_no_hour_is_left_none_leaves():
    said = told({"other": 10}, hours=NINE_TO_SIX, rate=1, ends_at=NOW + timedelta(days=4, hours=-6))
    assert (said.in_time, said.ends_at) == (10, NOW + timedelta(seconds=10))
    night = Hours(time(3), time(4), "7")
    said = told({"other": 10}, hours=night, rate=1, ends_at=NOW + timedelta(hours=8))
    assert (said.in_time, said.ends_at) == (0, None)


def test_a_long_run_is_told_quickly_by_how_it_began():
    said = told({"other": 10 ** 6}, rate=2, per_hour=3000, hours=NINE_TO_SIX)
    days = (said.ends_at - NOW) / DAY
    assert 48 < days < 60
