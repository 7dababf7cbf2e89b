"""What the pages of a sender show of its pace by provider."""
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.forms.boundfield import BoundField
from django.utils import timezone

from apps.mailings.providers.families import FAMILIES, OTHER, Family
from apps.mailings.providers.warm_up import day_of, is_warming, ramp_of
from apps.mailings.senders.models import Sender

from .forms import LimitsForm
from .paces import ProviderPace, asked_words, limits_words, pace_at, warm_up_words
from .services import rows_of

# The families that most recipients in these countries are of; the others are folded away.
FIRST = ("gmail", "mailru", "yandex", "rambler", "outlook", "microsoft", "yahoo", "apple", OTHER)

NEW = timedelta(days=7)  # a sender that was confirmed since
BIG = 1000  # letters at once that make providers look


@dataclass(frozen=True)
class Line:
    """A family on a page: its limits, what it has asked for, and the form's fields for it."""

    pace: ProviderPace
    limits: str
    asked: str
    warm: str
    fields: list[BoundField]


def lines_of(sender: Sender, now: datetime, form: LimitsForm | None = None) -> list[Line]:
    """Return a line of each family, those that matter first."""
    rows = rows_of(sender)
    return [line_of(pace_at(family.key, rows.get(family.key), sender, now), family, now, form)
            for family in sorted(FAMILIES, key=place_of)]


def place_of(family: Family) -> int:
    return FIRST.index(family.key) if family.key in FIRST else len(FIRST)


def line_of(pace: ProviderPace, family: Family, now: datetime, form: LimitsForm | None) -> Line:
    return Line(
        pace, limits_words(pace), asked_words(pace, now), warm_up_words(pace, now),
        form.of(family.key) if form else [])


def section(sender: Sender, *, is_owner: bool) -> dict[str, object]:
    """Return the context of the part of a sender's page about its providers."""
    now = timezone.now()
    told = [line for line in lines_of(sender, now) if line.limits or line.pace.has_said]
    return {"sender": sender, "lines": told, "is_owner": is_owner, "now": now,
            **warm_up_context(sender, now)}


def warm_up_context(sender: Sender, now: datetime) -> dict[str, object]:
    """Return the ramp of a sender that is warmed up, and the day on it."""
    today = now.astimezone(UTC).date()
    since = sender.warm_since
    if since is None or not is_warming(since, today):
        return {"is_warming": False}
    ramp = ramp_of(since)
    return {"is_warming": True, "ramp": ramp, "day": ramp[day_of(since, today)]}


def wants_warm_up(sender: Sender | None, letters: int, now: datetime) -> bool:
    """Whether so many letters at once from a sender that nobody knows yet ask for a warm-up."""
    if sender is None or sender.uses_service or letters < BIG:
        return False
    is_new = sender.confirmed_at is not None and now - sender.confirmed_at < NEW
    return is_new and sender.warm_since is None
