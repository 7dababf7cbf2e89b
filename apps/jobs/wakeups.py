"""Jobs where Celery's workers do them: a jobs process only tells them of those that wait.

A wake-up carries a job's id. Whether there is anything to do, and who does it, the job's row
decides, so one that is lost, late or told twice changes nothing.
"""
import time
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from apps.core.broker import JOBS, broker

from .models import Job

DO_JOB = "vestnik.do_job"
MOST = 100  # jobs that are told of at a time
AGAIN = 10  # seconds until a job that still waits is told of again, longer each time
LONGEST = 600  # while no worker is there its queue is not to fill


@dataclass
class Told:
    """When a job is told of again, and how long the pause is then."""

    again_at: float  # monotonic
    pause: float


class WakeUps:
    """What one jobs process has told of."""

    def __init__(self) -> None:
        self.told: dict[int, Told] = {}

    def look(self, which: Q) -> None:
        """Tell of each job of `which` that waits and was not told of lately."""
        ready = Job.objects.ready(timezone.now()).filter(which).values_list("pk", flat=True)
        waiting = list(ready[:MOST])
        self.told = {pk: told for pk, told in self.told.items() if pk in waiting}
        now = time.monotonic()
        for pk in waiting:
            told = self.told.get(pk)
            if told and now < told.again_at:
                continue
            if not broker.send(DO_JOB, pk, queue=JOBS):
                break
            pause = min(told.pause * 2, LONGEST) if told else AGAIN
            self.told[pk] = Told(now + pause, pause)
