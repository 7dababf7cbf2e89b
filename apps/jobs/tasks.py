"""Celery's task of jobs."""
import time
import uuid

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from apps.core.broker import JOBS, broker
from apps.core.outage import AWAY, outage

from .kinds import KINDS
from .models import Job
from .wakeups import DO_JOB
from .worker import Renewal, claim, do_batch

SECONDS = 10  # of batches of one job in a row; then others have their turn


@shared_task(name=DO_JOB)
def do_job(job_id: int) -> None:
    """Do batches of one job, unless somebody else does; then wake a successor if it goes on."""
    try:
        has_more = do_some(job_id)
    except AWAY as error:  # it is told of again when the database is back
        outage.begin(error)
        has_more = False
    if has_more:
        broker.send(DO_JOB, job_id, queue=JOBS)


def do_some(job_id: int) -> bool:
    """Do batches for some seconds. Returns whether a batch was done and another waits."""
    token = uuid.uuid4().hex
    this = Q(pk=job_id)
    job = claim(token, this)
    if job is None:
        return False
    kind = KINDS.get(job.kind)
    renewal = Renewal(token)
    renewal.start()
    ends_at = time.monotonic() + SECONDS
    try:
        while job:
            rest = do_batch(job)
            if time.monotonic() >= ends_at:
                break
            time.sleep(rest)
            job = claim(token, this)
    finally:
        renewal.ended.set()
        if kind:
            kind.idle()
    outage.end()
    return Job.objects.ready(timezone.now()).filter(this).exists()
