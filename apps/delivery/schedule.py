"""The clock: starts mailings at their time. APScheduler ticks; the database decides.

One worker at a time keeps the clock, by a lease. It loses the lease when its jobs do not end any
more. django-apscheduler logs each execution. Its memory job store is used, with the `DjangoJob` row
made first: its database store ran jobs twice with two schedulers and died silently on SQLite.
"""
import contextlib
import logging
import time
import uuid
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from django.db import Error, close_old_connections, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django_apscheduler.jobstores import DjangoMemoryJobStore
from django_apscheduler.models import DjangoJob, DjangoJobExecution

from apps.audit.models import Entry
from apps.audit.services import Action, Via, record
from apps.mailings.hours.services import openings_roll
from apps.mailings.models import Mailing, Run
from apps.mailings.senders.readiness import sender_refusal
from apps.mailings.senders.services import is_being_checked
from apps.mailings.services import start_cancel

from .models import Lease
from .run_letters import not_started_write, owners_write
from .services import NotDue, RunRefused, due, run_start

log = logging.getLogger("vestnik.clock")
CLOCK_LEASE = Lease.objects.filter(name=Lease.CLOCK)
LEASE = timedelta(seconds=15)
TICK_SECONDS = 5
WRITE_SECONDS = 15  # between looks for what owners are to be told
LOOK_SECONDS = 4  # between looks at the lease
SILENCE_SECONDS = 20  # without a tick for so long, the clock stands still
KEEP_EXECUTIONS = 3 * 24 * 3600  # seconds


def start_due() -> list[Run]:
    """Start each mailing whose time has come and that has no run. Returns the runs."""
    close_old_connections()
    CLOCK_LEASE.update(ticked_at=timezone.now())
    openings_roll(now=timezone.now(), every=True)
    runs = []
    Mailing.objects.refresh_statuses(timezone.now())
    for mailing in due(timezone.now()):
        try:
            runs.append(run_start(mailing=mailing, trigger=Run.Trigger.SCHEDULE))
        except NotDue:
            log.info("mailing %s is due no more", mailing.pk)
        except RunRefused as reason:
            of_sender = sender_refusal(mailing.sender)
            if of_sender and not is_being_checked(mailing.sender):
                not_started(mailing, of_sender)
            else:
                tell_once(mailing, reason)
    return runs


@transaction.atomic
def not_started(mailing: Mailing, reason: str) -> None:
    """Make a draft of a mailing whose sender no letter can go by, and write to its owner.

    Only they can mend it, and by then the mailing's time has passed.
    """
    if start_cancel(mailing=mailing, reason=reason):
        not_started_write(mailing=mailing)


def tell_once(mailing: Mailing, reason: RunRefused) -> None:
    """Record and log that a due mailing does not start, once and not at every tick."""
    told = Entry.objects.filter(action=Action.NOT_STARTED,
                                object_type=mailing._meta.label_lower, object_id=mailing.pk)
    if not told.exists():
        record(Action.NOT_STARTED, on=mailing, via=Via.SCHEDULE)
        log.warning("mailing %s is due but was not started: %s", mailing.pk, reason)


def write_owners() -> None:
    """Tell the owners of runs that the clock started what needs them."""
    close_old_connections()
    owners_write(now=timezone.now())


def prune_executions() -> None:
    """Forget old ticks."""
    close_old_connections()
    DjangoJobExecution.objects.delete_old_job_executions(KEEP_EXECUTIONS)


# The seconds between two executions.
JOBS = {start_due: TICK_SECONDS, write_owners: WRITE_SECONDS, prune_executions: 24 * 3600}


class Clock:
    """Keeps time while it holds the lease, and holds the lease only while it ticks."""

    def __init__(self) -> None:
        self.token = uuid.uuid4().hex
        self.scheduler: BackgroundScheduler | None = None
        self.next_look = self.ticked = 0.0  # monotonic

    def tick(self) -> None:
        """Take or keep the lease; run the scheduler just while it is held. Call each second."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_SECONDS
        if self.scheduler and now - self.ticked > SILENCE_SECONDS:
            log.error("the clock does not tick; it is given up, for another sender or a new start")
            self.stop()
            self.next_look = now + LEASE.total_seconds()
        elif not self.hold():
            self.stop()
        elif not self.scheduler:
            self.start()

    def hold(self) -> bool:
        """Take or keep the lease, by the database's time. Returns whether this process has it."""
        mine = {"token": self.token, "until": Now() + LEASE}
        free = Q(token=self.token) | Q(until__lte=Now())
        if CLOCK_LEASE.filter(free).update(**mine):
            return True
        return Lease.objects.get_or_create(name=Lease.CLOCK, defaults=mine)[1]

    def start(self) -> None:
        """Start the scheduler; when the database fails meanwhile, nothing is left half started."""
        scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
        scheduler.add_jobstore(DjangoMemoryJobStore())
        now = timezone.now()
        for job, seconds in JOBS.items():
            name = job.__name__
            DjangoJob.objects.update_or_create(
                id=name, defaults={"next_run_time": now, "job_state": b""})
            scheduler.add_job(job, "interval", id=name, next_run_time=now, seconds=seconds)
        scheduler.add_listener(self.job_ended, EVENT_JOB_EXECUTED)
        scheduler.start()
        self.scheduler = scheduler
        self.ticked = time.monotonic()
        log.info("this sender keeps the clock")

    def job_ended(self, event: JobExecutionEvent) -> None:
        self.ticked = time.monotonic()

    def rest(self) -> None:
        """Stop ticking until the lease is taken again: without a database each tick fails."""
        if self.scheduler:
            self.scheduler.shutdown(wait=False)
            self.scheduler = None

    def stop(self) -> None:
        """Stop ticking and give the lease back."""
        if self.scheduler:
            self.rest()
            with contextlib.suppress(Error):
                CLOCK_LEASE.filter(token=self.token).update(until=Now())
            connection.close_if_unusable_or_obsolete()


def stopped_at(now: datetime) -> datetime | None:
    """Return when the clock last ticked, where that is too long ago; None while it ticks."""
    silent = CLOCK_LEASE.filter(ticked_at__lt=now - timedelta(seconds=SILENCE_SECONDS))
    return silent.values_list("ticked_at", flat=True).first()
