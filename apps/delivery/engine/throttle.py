"""How many letters may leave: by sender, by provider, and by `SENDER_RATE` of them all.

It holds over all workers and by the database's clock. A limit of a minute, and `SENDER_RATE`, are
paced evenly: each letter has a slot, and leaves no sooner. A letter that could not leave within
LATE of its slot gives it up, else the late ones of all connections could leave at the same time.
"""
import time
from collections.abc import Collection, Mapping
from datetime import timedelta
from threading import Event

from django.conf import settings
from django.db import Error, transaction
from django.db.models import Q
from django.db.models.functions import Now

from apps.mailings.models import Sender

from ..models import Throttle
from .booking import AHEAD, Booking, locked_row, row_that_is_free
from .limits import has_letter_limits

AHEAD_OF_BOTH = timedelta(seconds=0.05)  # where two rows are booked, one waits for the other
QUICK = 3000  # letters a minute of a pace whose row is worth waiting for
REST = 0.05, 0.5  # seconds between looks while a limit alone holds letters up
SOON = timedelta(seconds=1.5)  # a sender that is free by then is looked at again in a moment

# Whether letters may be claimed by a throttle's row t of sender s, which is all NULL for a run
# without one. A row that was booked before the limits were changed says nothing; nor does one that
# was booked in the future, before the clock was set back.
HELD = """COALESCE(t.booked_at >= s.limits_at, t.booked_at IS NOT NULL)
    AND t.booked_at <= {later} AND t.free_at > {later}"""
FREE = f"""NOT EXISTS (SELECT 1 FROM delivery_throttle t
    WHERE t.sender_id = s.id AND t.provider = '' AND {HELD})"""  # nosec B608
LATER = {
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{seconds} seconds')",
    "postgresql": "STATEMENT_TIMESTAMP() + INTERVAL '{seconds} seconds'",
}


def later(ahead: timedelta, vendor: str) -> str:
    """Return the database's time so far `ahead`, as SQL."""
    return LATER[vendor].format(seconds=ahead.total_seconds())


class Bookings:
    """The time that one connection has booked; without a limit it never waits."""

    def __init__(self) -> None:
        self.held: list[Booking] = []

    @property
    def rate(self) -> float:
        """The letters a second that the pace allows; 0: no limit of that kind."""
        return min((booking.rate for booking in self.held if booking.rate), default=0)

    def limit(self, sender: Sender | None, wanted: int, provider: str = "") -> int:
        """Return how many of the `wanted` letters to claim now; 0 while none may leave.

        With a `provider` they are for its mailboxes, whose letters are limited apart. Call it once
        in the claim's transaction, after `openings.take`: it locks the sender's row, then the row
        of all, and every worker does so in this order. It does not wait for a provider's row, or a
        slow sender's: somebody else's letters can leave meanwhile.
        """
        self.held = []
        if sender and has_letter_limits(sender):
            row = row_that_is_free(sender.pk) if is_slow(sender) else locked_row(sender.pk)
            if row is None:
                return 0
            self.held.append(Booking(sender.pk, row=row))
        if provider:
            sender_id = sender.pk if sender else None
            row = row_that_is_free(sender_id, provider)
            if row is None:
                return 0
            self.held.append(Booking(sender_id, provider, row))
        if settings.SENDER_RATE:
            self.held.append(Booking(None))
        ahead = AHEAD if len(self.held) < 2 else AHEAD_OF_BOTH
        return min([wanted, *(booking.letters_now(ahead) for booking in self.held)])

    def book(self, letters: int) -> None:
        """Book so many `letters`, which may be fewer than `limit` returned."""
        if letters:
            for booking in self.held:
                booking.book(letters)

    def give_back(self, letters: int) -> None:
        """Give back what was booked last for `letters` that were not sent.

        Call it once a group, outside of a transaction and before the next one claims: it locks
        rows as `limit` does.
        """
        if letters and self.held:
            with transaction.atomic():
                for booking in self.held:
                    booking.give_back(letters)
            self.held = []

    def forget(self) -> None:
        """Call it when the claim's transaction failed: what it booked is booked no more."""
        self.held = []

    def wait(self, stopping: Event) -> bool:
        """Wait until the next letter may leave. False: it may not any more, and has to go back."""
        paced = [booking for booking in self.held if booking.rate]
        if any(booking.is_late() for booking in paced) and not self.book_again(paced):
            return False
        latest = max((booking.next_at for booking in paced), default=0)
        if paced and stopping.wait(max(0, latest - time.monotonic())):
            return False
        for booking in paced:
            booking.left += 1
            booking.next_at += 1 / booking.rate
        return True

    def book_again(self, paced: list[Booking]) -> bool:
        """Book new slots for a group whose first letter is late: letters that take long to make.

        False: there are none soon, or some of the group have left.
        """
        if any(booking.left for booking in paced):
            return False
        try:
            with transaction.atomic():
                return all([booking.book_again() for booking in paced])
        except Error:  # the next claim meets it too, and waits for the database
            return False


def seconds_until_free(senders: Collection[int | None]) -> float:
    """Return how long to rest until a letter of one of `senders` may be claimed; None: nobody's.

    Never longer than the most of REST: another process may give back what it had booked.
    """
    rows = Throttle.objects.filter(Q(sender__in=senders) | Q(sender=None)).annotate(now=Now())
    waits: dict[int | None, dict[str, float]] = {}
    for row in rows:
        wait = (row.free_at - row.now - AHEAD).total_seconds()
        waits.setdefault(row.sender_id, {})[row.provider] = wait
    least, most = REST
    first = min(wait_of(waits.get(sender, {})) for sender in senders)
    return min(most, max(least, first))


def wait_of(rows: Mapping[str, float]) -> float:
    """Return how long a sender's letters wait, by the waits of its rows: "" is that of them all."""
    own = rows.get("", 0)
    return max(own, min((wait for key, wait in rows.items() if key), default=own))


def is_slow(sender: Sender) -> bool:
    """Whether the sender's pace is so slow that to wait for its turn costs others' letters."""
    return sender.per_minute is not None and sender.per_minute < QUICK
