"""`SENDER_RATE`: so many letters a second, over all workers, by the database's clock."""
import time
from datetime import timedelta
from threading import Event

from django.conf import settings
from django.db.models.functions import Now

from ..models import Throttle

AHEAD = timedelta(seconds=0.5)  # nobody books time further ahead


class Bookings:
    """The time that one connection has booked; without a limit it never waits."""

    def __init__(self) -> None:
        self.rate = settings.SENDER_RATE
        self.next_at = 0.0  # monotonic

    def limit(self, wanted: int) -> int:
        """Return how many of the `wanted` letters to claim now; 0 while others have the time.

        Call it in the claim's transaction: it locks the row that all workers share.
        """
        if not self.rate:
            return wanted
        Throttle.objects.get_or_create(sender=None, provider="", defaults={"free_at": Now()})
        slot = Throttle.objects.select_for_update().annotate(now=Now()).get(
            sender=None, provider="")
        self.now = slot.now
        furthest = self.now + AHEAD + max(AHEAD, timedelta(seconds=1 / self.rate))
        self.start = max(slot.free_at, self.now)
        if self.start > furthest:  # nobody books so far ahead: the clock was set back
            self.start = self.now
        if self.start > self.now + AHEAD:
            return 0
        return min(wanted, max(1, int(self.rate * AHEAD.total_seconds())))

    def book(self, letters: int) -> None:
        """Book the time for so many `letters`, which may be fewer than `limit` returned."""
        if self.rate and letters:
            Throttle.objects.filter(sender=None, provider="").update(
                free_at=self.start + timedelta(seconds=letters / self.rate))
            self.next_at = time.monotonic() + (self.start - self.now).total_seconds()

    def wait(self, stopping: Event) -> None:
        """Wait until the next letter may leave, or `stopping` is set."""
        if self.rate:
            stopping.wait(max(0, self.next_at - time.monotonic()))
            self.next_at += 1 / self.rate
