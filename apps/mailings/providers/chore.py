"""Sees that there is a job while there are domains to look up."""
import time

from django.conf import settings
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.services import job_create

from .job import LOOK_UP
from .models import MailDomain

LOOK = 5  # seconds between two looks


class Lookups:
    """The chore."""

    def __init__(self) -> None:
        self.next_look = 0.0  # monotonic

    def step(self) -> bool:
        if not settings.MX_LOOKUPS or time.monotonic() < self.next_look:
            return False
        self.next_look = time.monotonic() + LOOK
        if Job.objects.active().filter(kind=LOOK_UP).exists():
            return False
        if not MailDomain.objects.due(timezone.now(), 1):
            return False
        job_create(kind=LOOK_UP, owner=None)
        return True


CHORE = Lookups()
