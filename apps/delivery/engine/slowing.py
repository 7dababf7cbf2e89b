"""A provider that asks us to go slower gets fewer letters, and the others' go on.

Its answer stops its letters at once in this process, and then by its row for all: first they pause,
then they leave at a part of the rate that it did not like. From letter to letter that it takes the
rate comes back to just below there, and later tries a little more, so it finds the limit again
where that has changed. A mail server that says so for several providers in a row means its own
pace: then the run rests, as `breaker` has it.
"""
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.mailings.attempts.faults import Meaning
from apps.mailings.attempts.verdicts import Phase
from apps.mailings.models import Run
from apps.mailings.providers.families import NOT_KNOWN, OTHER

from ..models import Throttle
from ..wire.outcome import Outcome
from .booking import SLOWED, locked_row
from .pauses import pause_asked
from .provider_turns import Turn
from .results import Claimed, Result

if TYPE_CHECKING:
    from .engine import Engine

Key = tuple[int | None, str]  # a sender's id and a provider
SLOW_DOWN = (Meaning.RATE, Meaning.BUSY, Meaning.BLOCKED)
BLOCK = (Meaning.BLOCKED, Meaning.AUTH)
OF_A_RECIPIENT = (Phase.RCPT, Phase.DATA, Phase.DOT)  # before, no provider has been named yet
NO_PROVIDER = (NOT_KNOWN, OTHER)  # their servers know nothing of each other
A_MINUTE = 60
HOLD = 3  # seconds: longer than it takes to write the row
IN_A_ROW = 3  # providers, after which it is the mail server's own wish
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
SLOWEST = 1.0  # letter a minute
FIRST_CUT = 0.5  # of the rate, where the limit is not known
NEXT_CUT = 0.85  # where it is known about
NEAR = 0.95  # of the rate that was too much
STEP = 0.05  # of it, from there on; then each step is as large as all before it
FEW = 5  # letters to be taken before the rate grows


class SlowDowns:
    """What this process has seen of providers lately; shared by its connections."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held: dict[Key, float] = {}  # monotonic: until when the provider gets no letters
        self.in_a_row: dict[int | None, set[str]] = {}  # by sender: who asked since a letter went
        self.taken: dict[Key, deque[tuple[float, int]]] = {}  # when, how many letters

    def note(self, sender_id: int | None, row: Claimed, outcome: Outcome) -> bool:
        """Take an answer. True: it asks to go slower, and is no matter of the whole run."""
        if outcome.accepted:
            if self.in_a_row:
                self.in_a_row.pop(sender_id, None)
            return False
        if not self.is_of_provider(sender_id, row, outcome):
            return False
        with self.lock:
            asked = self.in_a_row.setdefault(sender_id, set())
            asked.add(row.provider)
            if len(asked) >= IN_A_ROW:
                return False
            self.held[sender_id, row.provider] = time.monotonic() + HOLD
        return True

    def is_of_provider(self, sender_id: int | None, row: Claimed, outcome: Outcome) -> bool:
        """Whether the recipient's provider wants fewer letters, or none, by this refusal.

        One for good is its own while others take letters; else it may be the mail server's.
        """
        if row.provider in NO_PROVIDER or outcome.phase not in OF_A_RECIPIENT or not outcome.code:
            return False
        verdict = outcome.verdict(row.email)
        if verdict.temporary:
            return verdict.meaning in SLOW_DOWN
        return verdict.meaning in BLOCK and self.others_take(sender_id, row.provider)

    def others_take(self, sender_id: int | None, provider: str) -> bool:
        """Whether a letter to another provider was taken in the last minute."""
        others = [other for mine, other in list(self.taken) if mine == sender_id]
        return any(self.last_minute(sender_id, other) for other in others if other != provider)

    def holds(self, sender_id: int | None, provider: str) -> bool:
        """Whether no letter to the provider may leave just now."""
        if not self.held:
            return False
        until = self.held.get((sender_id, provider))
        if until is None:
            return False
        if time.monotonic() < until:
            return True
        self.held.pop((sender_id, provider), None)
        return False

    def took(self, sender_id: int | None, letters: Counter[str]) -> None:
        """Count letters that were taken just now, by provider."""
        now = time.monotonic()
        with self.lock:
            for provider, number in letters.items():
                taken = self.taken.setdefault((sender_id, provider), deque())
                taken.append((now, number))
                while taken[0][0] < now - A_MINUTE:
                    taken.popleft()

    def last_minute(self, sender_id: int | None, provider: str) -> int:
        """Return how many letters the provider took in the last minute."""
        since = time.monotonic() - A_MINUTE
        with self.lock:
            taken = self.taken.get((sender_id, provider), ())
            return sum(number for at, number in taken if at >= since)


def apply(run: Run, results: Sequence[Result], turn: Turn, engine: "Engine") -> None:
    """Write down what a group's answers say of providers. Call it outside of a transaction."""
    seen = engine.slow_downs
    taken: Counter[str] = Counter()
    slowed: dict[str, str] = {}
    for result in results:
        provider = result.delivery.provider
        if result.outcome is None:
            continue
        if result.outcome.accepted:
            taken[provider] += 1
        elif seen.is_of_provider(run.sender_id, result.delivery, result.outcome):
            slowed[provider] = result.outcome.reply
    if taken:
        seen.took(run.sender_id, taken)
    for provider, words in slowed.items():
        letters = seen.last_minute(run.sender_id, provider) * engine.all / engine.size
        slow_down(run.sender_id, provider, words, letters)
    if turn.is_slowed and taken[turn.provider] and not slowed:
        speed_up(run.sender_id, turn.provider, taken[turn.provider])


@transaction.atomic
def slow_down(sender_id: int | None, provider: str, words: str, last_minute: float) -> None:
    """Pause a provider's letters and lower their rate, which was `last_minute` so far.

    It may have been a burst, which tells of no limit: then `slow_most` is None.
    """
    row, now = read(sender_id, provider)
    if row.used_up == SLOWED and row.free_at > now:
        return  # an answer to a letter that was on its way when it asked before
    known = row.slow_most is not None and not row.slow_times
    too_much = row.slow_rate or last_minute or SLOWEST
    row.slow_most = row.slow_rate
    row.slow_rate = max(SLOWEST, too_much * (NEXT_CUT if known else FIRST_CUT))
    pause = min(FIRST_PAUSE * 2 ** min(row.slow_times, 10), LONGEST_PAUSE)
    pause = max(pause, pause_asked(words))
    row.slow_times += 1
    row.slow_taken = 0
    row.slow_at = now
    row.slow_words = words
    row.free_at = now + pause
    row.booked_at = max(now, row.sender.limits_at) if row.sender else now
    row.used_up = SLOWED
    row.save()


@transaction.atomic
def speed_up(sender_id: int | None, provider: str, letters: int) -> None:
    """Raise the rate of a provider that has taken so many more `letters`, if it is time to."""
    row, now = read(sender_id, provider)
    if row.slow_rate is None or row.slow_at is None or row.used_up == SLOWED:
        return
    row.slow_times = 0
    row.slow_taken += letters
    most = row.slow_most
    if row.slow_taken >= max(FEW, row.slow_rate * minutes_until_next(row.slow_rate, most)):
        row.slow_rate = next_rate(row.slow_rate, most)
        row.slow_taken = 0
    is_over = row.per_minute is not None and row.slow_rate >= row.per_minute
    if is_over or now - row.slow_at > FORGOTTEN_AFTER:
        row.slow_rate = None
        if not is_limited(row):
            row.delete()  # the sender's letters leave as they come again
            return
    row.save(update_fields=["slow_rate", "slow_times", "slow_taken"])


def minutes_until_next(rate: float, most: float | None) -> float:
    """Return for how long letters are to be taken at `rate` before it grows.

    Longest just below `most`, the rate that was too much last time; None: none has been.
    """
    return 1 if most and most * NEAR <= rate <= most else 0.25


def next_rate(rate: float, most: float | None) -> float:
    """Return the rate that follows `rate`: nearer to `most`, a little above it, further away."""
    if most is None:
        return 2 * rate
    if rate < most * NEAR:
        return (rate + most) / 2
    return rate + max(most * STEP, rate - most)


def forget_old() -> None:
    """Delete the rows of providers that neither an owner nor an answer of late limits.

    Then the sender's letters leave as they come again.
    """
    long_ago = timezone.now() - FORGOTTEN_AFTER
    old = Throttle.objects.exclude(provider="").filter(
        Q(slow_rate=None) | Q(slow_at__lt=long_ago), Q(booked_at=None) | Q(booked_at__lt=long_ago),
        per_minute=None, per_connection=None, connections=None, free_at__lt=long_ago)
    if old.exists():
        old.delete()


def is_limited(row: Throttle) -> bool:
    """Whether a provider's row says anything beside what its answers have taught."""
    limits = (row.per_minute, row.per_connection, row.connections)
    return bool(row.spent) or any(limit is not None for limit in limits)


def read(sender_id: int | None, provider: str) -> tuple[Throttle, datetime]:
    """Return the provider's row, locked, and the database's time."""
    pk = locked_row(sender_id, provider).pk
    row = Throttle.objects.select_related("sender").annotate(now=Now()).get(pk=pk)
    return row, row.now
