"""Has each sender that is used checked once a day, a few at a time."""
import time
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.services import job_create
from apps.mailings.models import Mailing, Run
from apps.mailings.senders.models import Sender
from apps.mailings.senders.presets import SERVICE
from apps.mailings.senders.services import CHECK
from apps.mailings.senders.troubles import PASSING, Trouble

LOOK = 10  # seconds between two looks
SLICE = 500  # senders that one look goes through
MOST_WAITING = 4  # checks: nobody's own waits behind many of these
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
USED = timedelta(days=30)  # a sender whose last letter is older is not used
# New tries may prolong a provider's block.
SOON = [trouble for trouble in PASSING if trouble is not Trouble.QUOTA]


class DailyChecks:
    """The chore: it goes through the senders by their ids, over and over."""

    def __init__(self) -> None:
        self.next_look = 0.0  # monotonic
        self.place = 0  # the last id that was looked at

    def step(self) -> bool:
        if time.monotonic() < self.next_look:
            return False
        self.next_look = time.monotonic() + LOOK
        room = MOST_WAITING - Job.objects.active().filter(kind=CHECK).count()
        if room <= 0:
            return False
        return self.queue(room) > 0

    def queue(self, room: int) -> int:
        """Queue checks of the senders that come next, `room` at the most. Returns how many."""
        last = last_of_slice(self.place)
        if last is None:
            self.place = 0
            return 0
        due = senders_due(timezone.now()).filter(pk__gt=self.place, pk__lte=last)
        pks = list(due.order_by("pk").values_list("pk", flat=True)[:room])
        for pk in pks:
            job_create(kind=CHECK, owner=None, place={"sender": pk})
        self.place = pks[-1] if len(pks) == room else last
        return len(pks)


def last_of_slice(place: int) -> int | None:
    """Return the last of the SLICE ids after `place`, None where there are none."""
    ids = Sender.objects.filter(pk__gt=place).order_by("pk").values_list("pk", flat=True)[:SLICE]
    return max(ids, default=None)


def senders_due(now: datetime) -> QuerySet[Sender]:
    """Return the senders that are used, and were not checked for a day.

    What may have passed by itself is looked at again in an hour.
    """
    due = Q(checked_at__lt=now - DAY) | Q(checked_at__lt=now - HOUR, trouble__in=SOON)
    sent = Run.objects.filter(sender=OuterRef("pk"), started_at__gte=now - USED)
    planned = Mailing.objects.filter(sender=OuterRef("pk"), ends_at__gte=now - USED)
    used = Q(is_default=True) | Q(Exists(sent)) | Q(Exists(planned))
    waiting = Job.objects.active().filter(kind=CHECK, place__sender=OuterRef("pk"))
    living = Sender.objects.filter(due, used, owner__is_active=True)
    return living.exclude(preset=SERVICE).exclude(Exists(waiting))


CHORE = DailyChecks()
