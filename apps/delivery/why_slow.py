"""Why a run's letters leave no faster: what providers have asked for, limits, a warm-up."""
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.mailings.models import Delivery, Run
from apps.mailings.providers.families import BY_KEY
from apps.mailings.providers.warm_up import is_warming

from .by_provider.paces import (
    ProviderPace,
    asked_words,
    limits_words,
    next_words,
    pace_at,
    warm_up_words,
)
from .models import Throttle
from .waits import limit_words, shown, spent_words

MANY = 20_000  # letters: those of so many are not counted at each look
KEPT = 15  # seconds
BY_PROVIDER = Throttle.objects.exclude(provider="")
# Whether the letters of a run's sender are held by provider, as a part of the run's own query.
IS_HELD = ExpressionWrapper(
    Q(Exists(BY_PROVIDER.filter(sender=OuterRef("sender"))))
    | Q(Q(sender=None), Exists(BY_PROVIDER.filter(sender=None))), output_field=BooleanField())


@dataclass(frozen=True)
class Held:
    """A provider whose letters are held: by what, how many wait, what will become of it."""

    pace: ProviderPace
    left: int
    asked: str
    limits: str
    warm: str
    next: str


@dataclass(frozen=True)
class WhySlow:
    """The line that says it, whether a provider has asked for it, and what there is to tell."""

    line: str
    is_asked: bool
    providers: list[Held]
    of_sender: list[str]


def why_slow(run: Run, now: datetime, *, is_held: bool) -> WhySlow | None:
    """Return why no more letters of a running run leave; None where nothing holds them.

    `is_held` is IS_HELD of the run: where it is not, and the sender is warm, the database is not
    asked at all.
    """
    providers = held_providers(run, now, is_held)
    of_sender = sender_lines(run, now)
    if not providers and not of_sender:
        return None
    if not providers:
        return WhySlow(_("From this sender: %(limit)s.") % {"limit": of_sender[0]}, False, [],
                       of_sender)
    first = providers[0]
    return WhySlow(line_of(first), bool(first.asked), providers, of_sender)


def held_providers(run: Run, now: datetime, is_held: bool) -> list[Held]:
    """Return the providers to which letters of the run wait for something, the worst ones first."""
    rows = throttles_of(run) if is_held else {}
    since = run.sender.warm_since if run.sender else None
    keys = set(rows)
    if is_warming(since, now.astimezone(UTC).date()):
        keys |= set(BY_KEY)
    if not keys:
        return []
    paces = [pace_at(key, rows.get(key), run.sender, now) for key in keys]
    left = letters_left(run)
    held = [held_by(pace, left[pace.key], now) for pace in paces
            if pace.holds and left.get(pace.key)]
    return sorted(held, key=how_bad)


def throttles_of(run: Run) -> dict[str, Throttle]:
    rows = BY_PROVIDER.filter(sender=run.sender_id)
    return {row.provider: row for row in rows}


def letters_left(run: Run) -> dict[str, int]:
    """Return how many letters of the run wait, by provider; of many, as of some seconds ago."""
    key = f"left-by-provider:{run.pk}"
    left: dict[str, int] | None = cache.get(key) if run.left > MANY else None
    if left is None:
        waiting = run.deliveries.in_state(Delivery.State.PENDING).order_by()
        left = dict(waiting.values_list("provider").annotate(Count("pk")))
        if run.left > MANY:
            cache.set(key, left, KEPT)
    return left


def held_by(pace: ProviderPace, left: int, now: datetime) -> Held:
    return Held(pace, left, asked_words(pace, now), limits_words(pace),
                warm_up_words(pace, now), next_words(pace))


def how_bad(held: Held) -> tuple[bool, bool, bool, int]:
    pace = held.pace
    return not pace.is_stopped, not pace.is_slowed, pace.waits_until is None, -held.left


def line_of(held: Held) -> str:
    """Return in one sentence what holds a provider's letters."""
    pace = held.pace
    if held.asked:
        return held.asked
    if pace.warm_most is None:
        return _("%(provider)s: %(limits)s, as you have limited it.") % {
            "provider": pace.name, "limits": held.limits}
    words = ngettext(
        "%(provider)s: no more than %(n)s letter today, the sender is being warmed up.",
        "%(provider)s: no more than %(n)s letters today, the sender is being warmed up.",
        pace.warm_most)
    return words % {"provider": pace.name, "n": shown(pace.warm_most)}


def sender_lines(run: Run, now: datetime) -> list[str]:
    """Return the limits that the sender has over all providers, where it has one of a minute."""
    sender = run.sender
    if sender is None or not sender.per_minute:
        return []
    return [limit_words("per_minute", sender.per_minute), *spent_words(sender, now)]
