"""How many letters may leave: by sender, and by `SENDER_RATE` of them all.

It holds over all workers and by the database's clock. A limit of a minute, and `SENDER_RATE`, are
paced evenly: each letter has a slot, and leaves no sooner. A letter that could not leave within
LATE of its slot gives it up, else the late ones of all connections could leave at the same time.
"""
import time
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import Error, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from apps.mailings.models import Sender

from ..models import Throttle
from .budgets import UNLIMITED, Spent

PACE = 0.99  # of a minute's limit, so that late letters do not break it in any minute
AHEAD = timedelta(seconds=0.25)  # nobody books time further ahead
AHEAD_OF_BOTH = timedelta(seconds=0.05)  # where two rows are booked, one waits for the other
CREDIT = timedelta(seconds=0.05)  # a slot that nobody has booked is free for so long afterwards
LATE = 0.15  # seconds after which a slot is lost
GROUP = 0.05  # seconds of the pace that are booked at once: the rest of a late group is lost
FRESH = timedelta(seconds=0.75)  # a slot that was not used is given to others for so long
SOON = timedelta(seconds=1.5)  # a sender that is free by then is looked at again in a moment

# Whether a sender's letters may be claimed, as a condition for `runnable`: s is its row, all NULL
# for a run without a sender. A row that was booked before the limits were changed says nothing;
# nor does one that was booked in the future, before the clock was set back.
FREE = """NOT EXISTS (
    SELECT 1 FROM delivery_throttle t WHERE t.sender_id = s.id AND t.provider = ''
    AND t.booked_at >= s.limits_at AND t.booked_at <= {later} AND t.free_at > {later})"""
LATER = {
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{seconds} seconds')",
    "postgresql": "STATEMENT_TIMESTAMP() + INTERVAL '{seconds} seconds'",
}


def free_within(ahead: timedelta) -> dict[str, str]:
    """Return the condition in each dialect: a letter of the sender may leave within that time."""
    return {
        vendor: FREE.format(later=later.format(seconds=ahead.total_seconds()))
        for vendor, later in LATER.items()}


class Bookings:
    """The time that one connection has booked; without a limit it never waits."""

    def __init__(self) -> None:
        self.held: list[Booking] = []

    @property
    def rate(self) -> float:
        """The letters a second that the pace allows; 0: no limit of that kind."""
        return min((booking.rate for booking in self.held if booking.rate), default=0)

    def limit(self, sender: Sender | None, wanted: int) -> int:
        """Return how many of the `wanted` letters to claim now; 0 while none may leave.

        Call it once in the claim's transaction, after `openings.take`: it locks the sender's row,
        then the row of all, and every worker does so in this order.
        """
        self.held = []
        if sender and has_letter_limits(sender):
            self.held.append(Booking(sender.pk))
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

    def book_again(self, paced: list["Booking"]) -> bool:
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


def has_letter_limits(sender: Sender) -> bool:
    limits = (sender.per_minute, sender.per_hour, sender.per_day)
    return any(limit is not None for limit in limits)


def pace_of(sender: Sender | None) -> float:
    """Return how many letters a second may leave, of this sender or of all; 0: no such limit."""
    if sender is None:
        return settings.SENDER_RATE
    return (sender.per_minute or 0) * PACE / 60


class Booking:
    """A throttle row that this transaction has locked, and what was booked of it.

    `sender_id` None is the row of all. `rate` is in letters a second, 0 for no pace.
    """

    def __init__(self, sender_id: int | None) -> None:
        self.sender_id = sender_id
        self.letters = 0
        self.left = 0  # how many of them
        self.written: datetime | None = None  # when the next letter may leave, after this one
        self.next_at = 0.0  # monotonic: the slot of the next letter
        self.look(locked_row(self.sender_id))
        self.booked_at = self.now
        self.slots_from = self.start  # when the booked time begins

    def look(self, row: Throttle) -> None:
        """Read `row`, which is locked, and say when the next letter may leave."""
        self.row = row
        self.asked_at = time.monotonic()
        self.now = self.read()
        self.sender = self.row.sender
        self.rate = pace_of(self.sender)
        self.spent = Spent(self.sender, self.row.spent, self.now) if self.sender else None
        self.start = self.slot()

    def read(self) -> datetime:
        """Read the row, and the sender's limits as they are now.

        Returns the database's time, after any wait for the lock.
        """
        rows = Throttle.objects.select_related("sender").annotate(now=Now())
        fresh = rows.get(pk=self.row.pk)
        self.row = fresh
        return fresh.now

    def slot(self) -> datetime:
        """Return when the next letter may leave, as far as the pace goes."""
        earliest = self.now - CREDIT
        if not self.rate or self.is_void():
            return self.now
        furthest = self.now + AHEAD + max(AHEAD, timedelta(seconds=1 / self.rate))
        if self.row.free_at > furthest:
            return self.now  # nobody books so far ahead: a budget is free again, or the clock
        return max(self.row.free_at, earliest)

    def is_void(self) -> bool:
        """Whether the row was booked before the sender's limits were changed."""
        if self.sender is None:
            return False
        return self.row.booked_at is None or self.row.booked_at < self.sender.limits_at

    def letters_now(self, ahead: timedelta) -> int:
        """Return how many letters may be booked now; 0 until their time comes nearer."""
        if self.spent and not self.spent.left():
            self.write(self.start)
            return 0
        if self.start > self.now + ahead:
            return 0
        most = max(1, int(self.rate * GROUP)) if self.rate else UNLIMITED
        return min(most, self.spent.left()) if self.spent else most

    def book(self, letters: int) -> None:
        self.letters = letters
        self.next_at = self.asked_at + (self.start - self.now).total_seconds()
        if self.spent:
            self.spent.add(letters)
        self.write(self.start + self.time_of(letters))

    def is_late(self) -> bool:
        return time.monotonic() - self.next_at > LATE

    def book_again(self) -> bool:
        """Book other slots for the same letters; False: they are not soon."""
        row = lockable_rows(self.sender_id).first()
        if row is None:  # the sender is gone
            return True
        is_own = row.free_at == self.written  # nobody has booked since
        self.look(row)
        if is_own:
            self.start = self.now
        if self.start > self.now + AHEAD:
            return False
        self.next_at = self.asked_at + (self.start - self.now).total_seconds()
        self.slots_from = self.start
        self.write(self.start + self.time_of(self.letters))
        return True

    def time_of(self, letters: int) -> timedelta:
        return timedelta(seconds=letters / self.rate if self.rate else 0)

    def write(self, free_at: datetime) -> None:
        """Store from when the next letter may leave by the pace; a used up budget says later."""
        self.row.free_at = free_at
        self.row.booked_at = self.now
        self.row.used_up = ""
        if self.sender and self.spent:
            self.row.booked_at = max(self.now, self.sender.limits_at)
            self.row.spent = self.spent.stored()
            fits_at, self.row.used_up = self.spent.next_fit()
            self.row.free_at = max(free_at, fits_at or free_at)
        self.written = self.row.free_at
        self.row.save(update_fields=["free_at", "booked_at", "spent", "used_up"])

    def give_back(self, letters: int) -> None:
        """Take `letters` off the row, in a transaction of its own."""
        row = lockable_rows(self.sender_id).first()
        if row is None:  # the sender is gone
            return
        self.look(row)
        letters = min(letters, self.letters)
        free_at = self.row.free_at
        if self.row.used_up:  # it was the budget's; the pace was not far ahead
            free_at = self.now + self.time_of(1)
        elif self.now - self.slots_from < FRESH:
            free_at = max(free_at - self.time_of(letters), self.now - CREDIT)
        if self.spent:
            self.spent.take_back(letters, self.booked_at)
        self.write(free_at)


def locked_row(sender_id: int | None) -> Throttle:
    """Return the throttle row of a sender, or of all, locked; it is made when there is none."""
    rows = lockable_rows(sender_id)
    row = rows.first()
    if row is None:
        Throttle.objects.get_or_create(  # type: ignore[misc]  # the stubs know no NULL here
            sender_id=sender_id, provider="", defaults={"free_at": Now()})
        row = rows.get()
    return row


def lockable_rows(sender_id: int | None) -> QuerySet[Throttle]:
    return Throttle.objects.select_for_update().filter(sender=sender_id, provider="")
