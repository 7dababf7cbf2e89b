"""What waits for a sender's limits and for its server, and until when: in words, and as a part of
the sender's page.
"""
from dataclasses import dataclass
from datetime import datetime
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
from apps.mailings.mailings.words import day_and_time
from apps.mailings.hours.services import has_hour_left, opening_moments
from apps.mailings.hours.words import hours_words, moment_words
from apps.mailings.models import Mailing, Run, Sender
from apps.users.models import User

from .engine.budgets import BUDGETS, Spent
from .models import Throttle

SHOWN = 20  # runs on a sender's page


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
    runs = Run.objects.of_mailings().filter(sender=sender, state=Run.State.RUNNING)
    return runs.select_related("mailing__message").without_letter().order_by("pk")[:SHOWN]


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


def hours_wait_words(mailing: Mailing, now: datetime) -> str:
    """Return in words for which hour the letters of `mailing` wait; "" in its hours."""
    opens, _closes = opening_moments(mailing, now)
    if opens is None or opens <= now:
        return ""
    hours = hours_words(mailing)
    if not has_hour_left(mailing, now):
        return _("No letter will leave any more: letters leave %(hours)s, and sending ends before "
                 "that.") % {"hours": hours}
    return _("We wait until %(moment)s: letters leave %(hours)s.") % {
        "moment": moment_words(opens, now), "hours": hours}


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


def limit_words(name: str, letters: int) -> str:
    words = {
        "per_minute": ngettext("%(n)s letter a minute", "%(n)s letters a minute", letters),
        "per_hour": ngettext("%(n)s letter an hour", "%(n)s letters an hour", letters),
        "per_day": ngettext("%(n)s letter a day", "%(n)s letters a day", letters),
    }
    return words[name] % {"n": shown(letters)}


def shown(number: int) -> str:
    return number_format(number, force_grouping=True)
