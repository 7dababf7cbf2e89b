"""A row of the throttle that a claim has locked, and the time that it has booked there."""
import time
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from ..models import Throttle
from .budgets import UNLIMITED, Spent
from .limits import limits_of

AHEAD = timedelta(seconds=0.25)  # nobody books time further ahead
CREDIT = timedelta(seconds=0.05)  # a slot that nobody has booked is free for so long afterwards
LATE = 0.15  # seconds after which a slot is lost
GROUP = 0.05  # seconds of the pace that are booked at once: the rest of a late group is lost
FEW = 2  # letters at once also of a slower pace: each group is a transaction
GROUP_OF_PROVIDER = 0.2  # there are many of them
FRESH = timedelta(seconds=0.75)  # a slot that was not used is given to others for so long
SLOWED = "slowed"  # is what is "used up" while a provider gets no letters at all


class Booking:
    """A throttle row that this transaction has locked, and what was booked of it.

    `sender_id` None is the service's; without a `provider` it is then the row of all. `rate` is in
    letters a second, 0 for no pace.
    """

    def __init__(self, sender_id: int | None, provider: str = "",
                 row: Throttle | None = None) -> None:
        self.sender_id = sender_id
        self.provider = provider
        self.letters = 0
        self.left = 0  # how many of them
        self.written: datetime | None = None  # when the next letter may leave, after this one
        self.next_at = 0.0  # monotonic: the slot of the next letter
        self.look(row or locked_row(sender_id, provider))
        self.booked_at = self.now
        self.slots_from = self.start  # when the booked time begins

    def look(self, row: Throttle) -> None:
        """Read `row`, which is locked, and say when the next letter may leave."""
        self.row = row
        self.asked_at = time.monotonic()
        self.now = self.read()
        self.sender = self.row.sender
        limits = limits_of(self.row, self.now)
        self.rate = limits.rate
        self.spent = Spent(limits, self.row.spent, self.now) if limits.counts else None
        self.start = self.slot()

    def read(self) -> datetime:
        """Return the database's time. A row that was waited for is read again first."""
        row: Any = self.row
        if not hasattr(row, "now"):
            row = self.row = known_now(Throttle.objects.all()).get(pk=row.pk)
        now: datetime = row.now
        return now

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

    def is_slowed(self) -> bool:
        """Whether the provider has asked to wait, and gets no letters at all."""
        if self.row.used_up != SLOWED or self.is_void():
            return False
        return self.row.free_at > self.now >= self.row.booked_at  # type: ignore[operator]

    def letters_now(self, ahead: timedelta) -> int:
        """Return how many letters may be booked now; 0 until their time comes nearer."""
        if self.is_slowed():
            return 0
        if self.spent and not self.spent.left():
            self.write(self.start)
            return 0
        if self.start > self.now + ahead:
            return 0
        group = GROUP_OF_PROVIDER if self.provider else GROUP
        few = min(FEW, int(self.rate * AHEAD.total_seconds()))
        most = max(1, few, int(self.rate * group)) if self.rate else UNLIMITED
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
        row = lockable_rows(self.sender_id, self.provider).first()
        if row is None:  # the sender is gone
            return True
        is_own = row.free_at == self.written  # nobody has booked since
        self.look(row)
        if is_own:
            self.start = self.now
        if self.start > self.now + AHEAD or self.is_slowed():
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
        if self.sender:
            self.row.booked_at = max(self.now, self.sender.limits_at)
        if self.spent:
            self.row.spent = self.spent.stored()
            fits_at, self.row.used_up = self.spent.next_fit()
            self.row.free_at = max(free_at, fits_at or free_at)
        self.written = self.row.free_at
        self.row.save(update_fields=["free_at", "booked_at", "spent", "used_up"])

    def give_back(self, letters: int) -> None:
        """Take `letters` off the row, in a transaction of its own."""
        row = lockable_rows(self.sender_id, self.provider).first()
        if row is None:  # the sender is gone
            return
        self.look(row)
        if self.is_slowed():
            return
        letters = min(letters, self.letters)
        free_at = self.row.free_at
        if self.row.used_up:  # it was the budget's; the pace was not far ahead
            free_at = self.now + self.time_of(1)
        elif self.now - self.slots_from < FRESH:
            free_at = max(free_at - self.time_of(letters), self.now - CREDIT)
        if self.spent:
            self.spent.take_back(letters, self.booked_at)
        self.write(free_at)


def locked_row(sender_id: int | None, provider: str = "") -> Throttle:
    """Return the throttle row of a sender, or of all, locked; it is made when there is none."""
    rows = lockable_rows(sender_id, provider)
    row = rows.first()
    if row is None:
        Throttle.objects.get_or_create(  # type: ignore[misc]  # the stubs know no NULL here
            sender_id=sender_id, provider=provider, defaults={"free_at": Now()})
        row = rows.get()
    return row


def row_that_is_free(sender_id: int | None, provider: str = "") -> Throttle | None:
    """Return a row, locked, or None while another connection has it: nobody waits."""
    rows = Throttle.objects.filter(sender=sender_id, provider=provider)
    row = known_now(rows.select_for_update(skip_locked=True, of=("self",))).first()
    if row is None and not rows.exists():
        return locked_row(sender_id, provider)
    return row


def known_now(rows: QuerySet[Throttle]) -> QuerySet[Throttle]:
    """Return rows with their senders' limits, and `now`: the database's time when it was asked.

    Who has waited for a lock asks again afterwards.
    """
    return rows.select_related("sender").annotate(now=Now())


def lockable_rows(sender_id: int | None, provider: str = "") -> QuerySet[Throttle]:
    return Throttle.objects.select_for_update().filter(sender=sender_id, provider=provider)
