"""Do jobs, a batch at a time: each batch is claimed by a lease, and stored with what it did.

A worker that is killed keeps its lease for a few seconds; then another one goes on from the
place that was stored last.
"""
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import Error, connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.audit.services import Via, record
from apps.core.outage import AWAY

from .kinds import KINDS, Failed, Kind, Later
from .models import Job, JobQuerySet

log = logging.getLogger("vestnik.jobs")
State = Job.State
LEASE = timedelta(seconds=15)
RENEW = 4  # seconds
CANDIDATES = 5  # others may be quicker to claim the first
MOST_CRASHES = 10
CRASH_PAUSE = timedelta(seconds=5)
STORED = ("place", "done", "total", "result", "error")
NO_KIND = gettext_noop("This version of Vestnik does not know such jobs.")
BROKEN = gettext_noop("Something went wrong on our side, again and again. It is in the log.")


class LeaseLost(Exception):
    """The job was cancelled, or somebody else has it now: what this worker did does not count."""


def claim(token: str, which: Q = Q()) -> Job | None:  # noqa: B008 nobody changes it
    """Take the job of `which` that waits longest. Returns it, None when none waits."""
    ready = Job.objects.ready(timezone.now()).filter(which)
    for pk in ready.values_list("pk", flat=True)[:CANDIDATES]:
        # A token that still stands there is that of a worker which died.
        crashes = Case(When(lease_token="", then=F("crashes")), default=F("crashes") + Value(1))
        if ready.filter(pk=pk).update(
                state=State.RUNNING, lease_token=token, lease_until=Now() + LEASE,
                started_at=Coalesce(F("started_at"), Now()), crashes=crashes):
            return Job.objects.filter(pk=pk, lease_token=token).first()
    return None


def hold(job: Job) -> None:
    """Store that what follows can not be taken back. Raises LeaseLost, and then it must not be."""
    if not mine(job).filter(in_hand=False).update(in_hand=True):
        raise LeaseLost
    job.in_hand = True


def mine(job: Job) -> JobQuerySet:
    return Job.objects.filter(pk=job.pk, lease_token=job.lease_token, state=State.RUNNING)


def do_batch(job: Job) -> float:
    """Do the next batch of a claimed job, and store it. Returns the seconds to rest after it."""
    kind = KINDS.get(job.kind)
    rest = 0.0
    try:
        if kind is None:
            end(job, State.FAILED, NO_KIND)
        elif job.crashes >= MOST_CRASHES and not job.in_hand:
            end(job, State.FAILED, BROKEN)
        else:
            rest = kind.rest(attempt(job, kind))
    except LeaseLost:
        log.warning("job %s was cancelled, or is somebody else's now", job.pk)
    return rest


def attempt(job: Job, kind: Kind) -> float:
    """Look, do a batch, store what came of it. Returns the seconds since the look."""
    started = time.monotonic()
    try:
        kind.look(job)
        started = time.monotonic()
        if kind.atomic:
            with transaction.atomic():
                advance(job, kind)
        else:
            advance(job, kind)
    except (*AWAY, LeaseLost):
        raise
    except Later as later:
        as_it_was(job, kind)
        give_back(job, state=State.QUEUED, next_try_at=later.at, crashes=0)
        log.info("job %s (%s) waits until %s: %s", job.pk, job.kind, later.at, job.error)
    except Failed as failure:
        as_it_was(job, kind)
        end(job, State.FAILED, failure.words, why=failure)
        log.warning("job %s (%s) failed: %s", job.pk, job.kind, failure.words)
    except Exception:
        log.exception("job %s broke", job.pk)
        job.refresh_from_db(fields=STORED)
        give_back(job, state=State.QUEUED, next_try_at=timezone.now() + CRASH_PAUSE,
                  crashes=job.crashes + 1)
    return time.monotonic() - started


def advance(job: Job, kind: Kind) -> None:
    """Do a batch, then store the place, or the end."""
    if kind.run_batch(job):
        end(job, State.DONE)
    else:
        give_back(job, next_try_at=timezone.now(), crashes=0)


def as_it_was(job: Job, kind: Kind) -> None:
    """Forget the place of a batch that was rolled back."""
    if kind.atomic:
        job.refresh_from_db(fields=STORED)


def give_back(job: Job, **changes: object) -> None:
    """Store the job and free its lease: between two batches others have their turn."""
    stored = {name: getattr(job, name) for name in STORED}
    if not mine(job).update(
            **stored | changes, in_hand=False, lease_token="", lease_until=None):
        raise LeaseLost


@transaction.atomic
def end(job: Job, state: State, error: str = "", why: Failed | None = None) -> None:
    """Store the job as ended, and tell the audit trail if it is a person's doing."""
    job.error = error
    give_back(job, state=state, ended_at=timezone.now())
    kind = KINDS.get(job.kind)
    if kind and state == State.FAILED:
        kind.stopped(job, why or Failed(error))
    if kind and kind.action and job.owner:
        record(kind.action, on=job, by=job.owner, via=Via.PAGE,
               details=f"{state.label}: {job.done} / {job.total}")


def renew(token: str) -> None:
    """Keep the lease of what the worker with this `token` has in hand."""
    Job.objects.active().filter(lease_token=token).update(lease_until=Now() + LEASE)


class Renewal(threading.Thread):
    """Keeps the lease of a batch that takes longer than the lease."""

    def __init__(self, token: str, is_busy: Callable[[], bool] = lambda: True) -> None:
        super().__init__(name="renewal", daemon=True)
        self.token = token
        self.is_busy = is_busy
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(RENEW):
            try:
                if self.is_busy():
                    renew(self.token)
                else:
                    connection.close()
            except Error:  # the worker itself notices, and says so
                connection.close()
        connection.close()
