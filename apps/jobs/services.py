"""What people and other apps do with jobs."""
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.audit.services import Action, record
from apps.core import secrets
from apps.users.models import User

from .kinds import KINDS
from .models import Job

State = Job.State
KEEP = timedelta(days=30)  # an ended job
KEEP_SECRET = timedelta(days=3)


def job_create(*, kind: str, owner: User | None, place: dict[str, Any] | None = None,
               total: int = 0, secret: str = "") -> Job:
    """Queue a job of a registered `kind` and return it. `secret` is kept encrypted."""
    return Job.objects.create(
        kind=kind, owner=owner, is_private=KINDS[kind].private, place=place or {}, total=total,
        secret=secrets.encrypted(secret) if secret else "")


def job_do_at_once(*, job: Job) -> None:
    """Do a new job that takes no time, in the transaction that has created it: no worker saw it."""
    kind = KINDS[job.kind]
    job.started_at = timezone.now()
    while not kind.run_batch(job):
        pass
    job.state = State.DONE
    job.ended_at = timezone.now()
    job.save()


@transaction.atomic
def job_cancel(*, job: Job, by: User) -> bool:
    """End a job before its next batch. Returns whether that was still possible.

    A batch that is being done now is undone; what can not be taken back is not cancelled.
    """
    cancelled = Job.objects.active().filter(pk=job.pk, in_hand=False).update(
        state=State.CANCELLED, ended_at=timezone.now(), lease_token="", lease_until=None)
    if cancelled:
        if job.kind in KINDS:
            KINDS[job.kind].stopped(job, None)
        record(Action.CANCEL, on=job, by=by)
    return bool(cancelled)


def job_fail(*, job: Job, error: str, result: dict[str, Any]) -> None:
    """End a job that can not be done before anybody has taken it."""
    Job.objects.filter(pk=job.pk).update(
        state=State.FAILED, error=error, result=result, ended_at=timezone.now())


def job_hasten(*, job: Job) -> None:
    """Have a job that waits for its next try be tried at once."""
    Job.objects.filter(pk=job.pk, state=State.QUEUED).update(next_try_at=timezone.now())


def jobs_forget(*, now: datetime) -> None:
    """Delete jobs that ended long ago, and much sooner what they kept encrypted."""
    kept = Q(pk__in=[])
    for kind in KINDS.values():
        kept |= Q(kind=kind.key) & kind.kept()
    Job.objects.filter(ended_at__lt=now - KEEP).exclude(kept).delete()
    Job.objects.filter(ended_at__lt=now - KEEP_SECRET).exclude(secret="").update(secret="")
