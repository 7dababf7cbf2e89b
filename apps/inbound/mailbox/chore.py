"""Sees that each mailbox which is to be read has its job."""
import time

from apps.jobs.models import Job

from .services import READ, mailboxes_living, reading_start

LOOK = 30  # seconds between two looks
MOST_AT_ONCE = 100


class Readers:
    """The chore."""

    def __init__(self) -> None:
        self.next_look = 0.0  # monotonic

    def step(self) -> bool:
        if time.monotonic() < self.next_look:
            return False
        self.next_look = time.monotonic() + LOOK
        places = Job.objects.active().filter(kind=READ).values_list("place", flat=True)
        known = {place.get("mailbox") for place in places}
        pks = mailboxes_living().order_by("pk").values_list("pk", flat=True)
        missing = [pk for pk in pks if pk not in known][:MOST_AT_ONCE]
        for mailbox in mailboxes_living().filter(pk__in=missing):
            reading_start(mailbox)
        return bool(missing)


CHORE = Readers()
