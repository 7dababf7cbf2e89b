"""What a forecast is reckoned from: letters left by provider, limits, hours; kept for a while.

Letters are counted by provider where the sender has limits by provider alone. That reads the run's
index `delivery_by_provider`: up to a second for a million letters. Each count is kept for a hundred
times as long as it took, so that pages spend no more than a hundredth of the time on it; between
counts the letters shrink as the run's figure of what is left does.
"""
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from apps.mailings.hours.opening import hours_of, openings
from apps.mailings.models import Delivery, Mailing, Run, Sender
from apps.mailings.providers import in_sql
from apps.mailings.providers.families import FAMILIES, OTHER
from apps.mailings.providers.warm_up import DAYS, most_today
from apps.mailings.whom.rules import whom_of
from apps.users.middleware import zone_of

from .audience import GOES, WHO, about, people_of
from .engine.budgets import BUDGETS, Spent
from .engine.limits import PACE, provider_rate
from .engine.limits import limits_of as limits_of_row
from .forecast import AT_ONCE, Forecast, Limits, Load, budget_of, forecast
from .models import Throttle

OTHERS = 20  # other runs of a sender that are looked at
KEPT = 10  # seconds, the least and the most, for which a count holds
KEPT_LONGEST = 600
COSTS = 100
FREE = ""  # stands for the providers that hold nothing back
HELD = 0.9  # of what the limits allow: a run that is slower waits for its server
BY_PROVIDER = f"""
WITH {in_sql.FAMILY} SELECT {in_sql.PROVIDER} AS provider, COUNT(*) FROM (
    SELECT r.email {{who}}) AS going {{joins}} GROUP BY 1
"""  # nosec B608 of constants


def run_forecast(run: Run, rate: float, now: datetime) -> Forecast | None:
    """Return the forecast of a running run; None where nothing tells how quick it is.

    `rate` is how many letters a second leave just now, 0 where that is not known.
    """
    limits = limits_of(run.sender, now)
    letters = left_in(run, limits)
    if not letters or run.mailing is None:
        return None
    allowed = min(limits.rate, whole_rate(letters, limits))
    if rate and rate < HELD * allowed:
        limits.rate = min(limits.rate, rate)
    if is_free(limits) and not rate:
        return None
    runs = [run, *others_of(run.sender, run)]
    return forecast([load_of(one, limits, now) for one in runs], limits, now)


def start_forecast(mailing: Mailing, letters: int, now: datetime, *, again: bool) -> Forecast:
    """Return the forecast of a run that would start now, with so many `letters`."""
    limits = limits_of(mailing.sender, now)
    by_provider: Mapping[str, float] = {FREE: letters}
    if limits.providers or limits.days:
        by_provider = going_by_provider(mailing, again=again)
    loads = [load(mailing, held_apart(by_provider, limits), now)]
    loads += [load_of(other, limits, now) for other in others_of(mailing.sender, None)]
    return forecast(loads, limits, now)


def load(mailing: Mailing, letters: Mapping[str, float], now: datetime) -> Load:
    hours = hours_of(mailing)
    times = openings(hours, zone_of(mailing.owner), now) if hours else None
    return Load(letters, mailing.ends_at, times)


def load_of(run: Run, limits: Limits, now: datetime) -> Load:
    assert run.mailing is not None  # tests have none, and nobody forecasts them
    return load(run.mailing, left_in(run, limits), now)


def left_in(run: Run, limits: Limits) -> dict[str, float]:
    """Return how many letters of a run are left, by the providers that hold them back."""
    if limits.providers or limits.days:
        return held_apart(left_by_provider(run), limits)
    return {FREE: run.left} if run.left else {}


def held_apart(letters: Mapping[str, float], limits: Limits) -> dict[str, float]:
    """Return letters by the providers that hold them back; those of all others are one number."""
    apart: dict[str, float] = {}
    for provider, number in letters.items():
        is_held = provider in limits.providers or provider in limits.days
        place = provider if is_held else FREE
        apart[place] = apart.get(place, 0) + number
    return apart


def others_of(sender: Sender | None, run: Run | None) -> list[Run]:
    """Return the other runs that share the limits of `sender`."""
    runs = Run.objects.of_mailings().filter(sender=sender, state=Run.State.RUNNING)
    if sender is None:
        runs = runs.none()  # the service's own server is everybody's, and has no limits
    if run:
        runs = runs.exclude(pk=run.pk)
    return list(runs.without_letter().select_related("mailing__owner")[:OTHERS])


def left_by_provider(run: Run) -> dict[str, float]:
    """Return how many letters of a run are left, by provider."""
    key = f"left-by-provider:{run.pk}"
    counted = cache.get(key)
    if counted is None:
        began = time.monotonic()
        rows = run.deliveries.in_state(Delivery.State.PENDING).order_by()
        counted = dict(rows.values_list("provider").annotate(Count("pk")))
        took = time.monotonic() - began
        cache.set(key, counted, max(KEPT, min(KEPT_LONGEST, COSTS * took)))
    whole = sum(counted.values())
    if not whole:
        return {}
    return {provider or OTHER: letters * run.left / whole
            for provider, letters in counted.items()}


def going_by_provider(mailing: Mailing, *, again: bool) -> dict[str, float]:
    """Return how many letters a run that starts now would send, by provider."""
    whom = whom_of(mailing)
    question = about(whom, "", f"{WHO[again]} AND {GOES}", people_of(whom, timezone.now()))
    joins = in_sql.joins_of("going.email", connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(BY_PROVIDER.format(who=question.sql, joins=joins), question.values)
        return {provider: float(letters) for provider, letters in cursor.fetchall()}


def limits_of(sender: Sender | None, now: datetime) -> Limits:
    """Return what holds up the letters of a sender, with what it has spent."""
    limits = Limits()
    if settings.SENDER_RATE:
        limits.rate = settings.SENDER_RATE
    if sender is None:
        return limits
    if sender.per_minute:
        limits.rate = min(limits.rate, sender.per_minute * PACE / 60)
    found = Throttle.objects.filter(sender=sender).select_related("sender")
    rows = {row.provider: row for row in found}
    own = rows.pop("", None)
    spent = Spent(sender, own.spent if own else {}, now)
    limits.budgets = [
        budget_of(budget.name, limit, spent.buckets[budget.name]) for budget in BUDGETS
        if (limit := getattr(sender, budget.name)) is not None]
    limits.providers = {name: rate for name, row in rows.items() if (rate := provider_rate(row))}
    limits.days = days_of(sender, now)
    if limits.days:
        limits.midnight = midnight_after(now)
        limits.spent_today = {name: spent_today(row, now) for name, row in rows.items()}
    return limits


def days_of(sender: Sender, now: datetime) -> dict[str, list[int | None]]:
    """Return how many letters a provider may get today and on the days that follow.

    A sender that is being warmed up may send more from day to day; days are those of UTC.
    """
    if sender.warm_since is None:
        return {}
    dates = [now.date() + timedelta(days=number) for number in range(DAYS + 1)]
    return {family.key: [most_today(family.key, sender.warm_since, day) for day in dates]
            for family in FAMILIES}


def spent_today(row: Throttle, now: datetime) -> int:
    """Return how many letters have left to a provider within a day."""
    return Spent(limits_of_row(row, now), row.spent, now).total("per_day")


def midnight_after(now: datetime) -> float:
    tomorrow = (now + timedelta(days=1)).astimezone(UTC)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def whole_rate(letters: Mapping[str, float], limits: Limits) -> float:
    """Return the rate that limits by provider leave; without end where one has no limit."""
    if not all(provider in limits.providers for provider in letters):
        return AT_ONCE
    return sum(limits.providers[provider] for provider in letters)


def is_free(limits: Limits) -> bool:
    """Whether nothing at all is known that holds letters up."""
    held = limits.budgets or limits.providers or limits.days
    return limits.rate >= AT_ONCE and not held
