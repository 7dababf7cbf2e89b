"""The clock: starts mailings at their time. APScheduler ticks; the database decides.

One sender at a time keeps the clock, by a one-row lease, which it loses when its jobs do not run
to their end any more. django-apscheduler logs each execution;
its memory job store is used, with the `DjangoJob` row made first: its database store ran jobs
twice with two schedulers and died silently on SQLite.
"""
import contextlib
import logging
import time
import uuid
from datetime import timedelta

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.background import BackgroundScheduler
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django_apscheduler.jobstores import DjangoMemoryJobStore
from django_apscheduler.models import DjangoJob, DjangoJobExecution

from apps.audit.models import Entry
from apps.audit.services import record
from apps.mailings.models import Mailing, Run

from .models import Lease
from .services import RunRefused, due, run_start

log = logging.getLogger("vestnik.clock")
LEASE = timedelta(seconds=15)
TICK_SECONDS = 5
LOOK_SECONDS = 4  # between looks at the lease
SILENCE_SECONDS = 20  # without a tick for so long, the clock stands still
KEEP_EXECUTIONS = timedelta(days=3)


def start_due():
    """Start each mailing whose time has come and that has no run. Returns the runs."""
    close_old_connections()
    Lease.objects.filter(name=Lease.CLOCK).update(ticked_at=timezone.now())
    runs = []
    Mailing.objects.refresh_statuses(timezone.now())
    for mailing in due(timezone.now()):
        try:
            runs.append(run_start(mailing=mailing, trigger=Run.Trigger.SCHEDULE))
        except RunRefused as reason:
            tell_once(mailing, reason)
    return runs


def tell_once(mailing, reason):
    """Say that a due mailing does not start: at its first tick, not at each."""
    told = Entry.objects.filter(action=Entry.Action.NOT_STARTED,
                                object_type=mailing._meta.label_lower, object_id=mailing.pk)
    if not told.exists():
        record(Entry.Action.NOT_STARTED, on=mailing, via=Entry.Via.SCHEDULE)
        log.warning("mailing %s is due but was not started: %s", mailing.pk, reason)


def prune_executions():
    """Forget old ticks."""
    close_old_connections()
    DjangoJobExecution.objects.filter(run_time__lt=timezone.now() - KEEP_EXECUTIONS).delete()


JOBS = ((start_due, "interval", {"seconds": TICK_SECONDS}),
        (prune_executions, "interval", {"days": 1}))


class Clock:
    """Keeps time while it holds the lease, and holds the lease only while it ticks."""

    def __init__(self):
        self.token = uuid.uuid4().hex
        self.scheduler = None
        self.next_look = self.ticked = 0.0  # monotonic

    def tick(self):
        """Take or keep the lease; run the scheduler just while it is held. Call each second."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_SECONDS
        if self.scheduler is not None and now - self.ticked > SILENCE_SECONDS:
            log.error("the clock does not tick; it is given up, for another sender or a new start")
            self.stop()
            self.next_look = now + LEASE.total_seconds()
        elif not self.hold():
            self.stop()
        elif self.scheduler is None:
            self.start()

    def hold(self):
        """Return whether this process keeps the clock for the next seconds, by the database's."""
        held = Lease.objects.filter(
            Q(token=self.token) | Q(until__lte=Now()), name=Lease.CLOCK)
        if held.update(token=self.token, until=Now() + LEASE):
            return True
        lease, made = Lease.objects.get_or_create(
            name=Lease.CLOCK, defaults={"token": self.token, "until": Now() + LEASE})
        return made

    def start(self):
        """Start the scheduler; when the database fails meanwhile, nothing is left half started."""
        scheduler = BackgroundScheduler(timezone="UTC", job_defaults={
            "coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        scheduler.add_jobstore(DjangoMemoryJobStore(), "default")
        for job, trigger, options in JOBS:
            DjangoJob.objects.update_or_create(
                id=job.__name__, defaults={"next_run_time": timezone.now(), "job_state": b""})
            scheduler.add_job(
                job, trigger, id=job.__name__, next_run_time=timezone.now(), **options)
        scheduler.add_listener(self.heard, EVENT_JOB_EXECUTED)
        scheduler.start()
        self.scheduler, self.ticked = scheduler, time.monotonic()
        log.info("this sender keeps the clock")

    def heard(self, event):
        """A job has run to its end."""
        self.ticked = time.monotonic()

    def rest(self):
        """Stop ticking until the lease is got again: without a database each tick fails."""
        if self.scheduler is not None:
            self.scheduler.shutdown(wait=False)
            self.scheduler = None

    def stop(self):
        """Stop ticking and give the lease back."""
        if self.scheduler is not None:
            self.rest()
            with contextlib.suppress(DatabaseError, InterfaceError):
                Lease.objects.filter(name=Lease.CLOCK, token=self.token).update(until=Now())
            connection.close_if_unusable_or_obsolete()


def stopped_at(now):
    """Return when the clock last ticked, where that is too long ago; None while it ticks."""
    ticked = Lease.objects.filter(name=Lease.CLOCK).values_list("ticked_at", flat=True).first()
    return ticked if ticked and now - ticked > timedelta(seconds=SILENCE_SECONDS) else None
