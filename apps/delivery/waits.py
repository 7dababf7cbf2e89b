"""What waits for a sender's limits and for its server, and until when: in words, and as a part of
the sender's page.
"""
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from apps.core.access import for_reading
from apps.core.htmx import Request, render_page
from apps.mailings.mailings.words import DAY, HOUR, day_and_time, days, hours, minutes
from apps.mailings.models import Run, Sender
from apps.users.models import User

from .engine.budgets import BUDGETS, Spent
from .models import Throttle

LIMITS = {"per_minute": 60, "per_hour": 60 * 60, "per_day": 24 * 60 * 60}  # seconds
SHOWN = 20  # runs on a sender's page
MANY_HOURS = 48  # from here on a time is told in days


@dataclass(frozen=True)
class Wait:
    """A limit of a sender that is used up: `per_hour` or `per_day`, its letters, until when."""

    limit: str
    letters: int
    until: datetime


@require_safe
def sender_waits(request: Request, pk: int) -> HttpResponse:
    """Show a sender's runs that are under way, and to its owner what they wait for."""
    sender = for_reading(request.user, Sender.objects.select_related("owner"), pk)
    now = timezone.now()
    context: dict[str, object] = {"sender": sender, "runs": runs_of(sender), "now": now}
    if sender.owner_id == cast(User, request.user).pk:
        context |= {"is_owner": True, "waits": wait_words(sender, now),
                    "spent": spent_words(sender, now)}
    return render_page(request, "delivery/sender_waits.html", context, partial="waits")


def runs_of(sender: Sender) -> QuerySet[Run]:
    runs = Run.objects.filter(sender=sender, state=Run.State.RUNNING)
    return runs.select_related("mailing__message").defer("body").order_by("pk")[:SHOWN]


def throttle_in_force(sender: Sender) -> Throttle | None:
    """Return the sender's throttle, if it was booked since the limits were last changed."""
    return Throttle.objects.filter(
        sender=sender, provider="", booked_at__gte=sender.limits_at).first()


def sender_wait(sender: Sender | None, now: datetime) -> Wait | None:
    """Return the limit for which all letters of `sender` wait now."""
    if sender is None or not sender.has_limits:
        return None
    row = throttle_in_force(sender)
    if row is None or not row.used_up or row.free_at <= now:
        return None
    letters = getattr(sender, row.used_up)
    return None if letters is None else Wait(row.used_up, letters, row.free_at)


def wait_words(sender: Sender | None, now: datetime) -> str:
    """Return in words what limit the letters of `sender` wait for; "" when they do not."""
    wait = sender_wait(sender, now)
    if wait is None:
        return ""
    words = {
        "per_hour": ngettext("No more than %(n)s letter an hour from this sender. "
                             "We go on by ourselves %(when)s.",
                             "No more than %(n)s letters an hour from this sender. "
                             "We go on by ourselves %(when)s.", wait.letters),
        "per_day": ngettext("No more than %(n)s letter a day from this sender. "
                            "We go on by ourselves %(when)s.",
                            "No more than %(n)s letters a day from this sender. "
                            "We go on by ourselves %(when)s.", wait.letters),
    }[wait.limit]
    return words % {"n": shown(wait.letters), "when": when_words(wait.until, now)}


def when_words(moment: datetime, now: datetime) -> str:
    """Return when `moment` is for the reader, with its day if that is another one."""
    here = timezone.localtime(moment)
    ahead = (here.date() - timezone.localtime(now).date()).days
    time = date_format(here, "TIME_FORMAT")
    if ahead == 0:
        return _("at %(time)s") % {"time": time}
    if ahead == 1:
        return _("tomorrow at %(time)s") % {"time": time}
    return day_and_time(moment, now)


def spent_words(sender: Sender, now: datetime) -> list[str]:
    """Return in words how much of each limit of an hour and a day has been used."""
    spent = spent_of(sender, now)
    words = {"per_hour": _("%(n)s of %(limit)s have left within an hour"),
             "per_day": _("%(n)s of %(limit)s have left within a day")}
    return [
        words[budget.name] % {"n": shown(spent.total(budget.name)), "limit": shown(limit)}
        for budget in BUDGETS
        if (limit := getattr(sender, budget.name)) is not None]


def spent_of(sender: Sender, now: datetime) -> Spent:
    row = Throttle.objects.filter(sender=sender.pk, provider="").first()
    return Spent(sender, row.spent if row else {}, now)


def forecast_words(sender: Sender | None, letters: int) -> str:
    """Return in words how long so many letters take by the sender's limits; "" when at once."""
    if sender is None:
        return ""
    name, seconds = forecast(sender, letters)
    if not name:
        return ""
    words = ngettext("%(limit)s: %(n)s letter will leave in about %(time)s.",
                     "%(limit)s: %(n)s letters will leave in about %(time)s.", letters)
    return words % {"limit": limit_words(name, getattr(sender, name)), "n": shown(letters),
                    "time": duration_words(seconds)}


def forecast(sender: Sender, letters: int) -> tuple[str, int]:
    """Return the limit that holds `letters` up for the longest, and for how many seconds.

    What an hour or a day allows leaves at once, so only more than that takes time. Letters that
    have left within it count too.
    """
    spent = spent_of(sender, timezone.now())
    longest = 0
    name = ""
    for limit, window in LIMITS.items():
        allowed = getattr(sender, limit)
        counted = letters + spent.total(limit)
        if not allowed or counted <= allowed:
            continue
        seconds = math.ceil(counted / allowed) * window
        if seconds > longest:
            longest = seconds
            name = limit
    return name, longest


def limit_words(name: str, letters: int) -> str:
    words = {
        "per_minute": ngettext("%(n)s letter a minute", "%(n)s letters a minute", letters),
        "per_hour": ngettext("%(n)s letter an hour", "%(n)s letters an hour", letters),
        "per_day": ngettext("%(n)s letter a day", "%(n)s letters a day", letters),
    }
    return words[name] % {"n": shown(letters)}


def duration_words(seconds: int) -> str:
    """Return how long it takes, as in «in about 20 days»."""
    if seconds < 2 * HOUR.seconds:
        return minutes(timedelta(minutes=math.ceil(seconds / 60)))
    if seconds < MANY_HOURS * HOUR.seconds:
        return hours(timedelta(hours=round(seconds / HOUR.seconds)))
    return days(timedelta(days=round(seconds / DAY.total_seconds())))


def shown(number: int) -> str:
    return number_format(number, force_grouping=True)
