"""Do the job of an import in this process, as the jobs process would."""
import time
import uuid
from collections.abc import Callable

from django.db.models import Q

from apps.jobs.kinds import KINDS
from apps.jobs.models import Job
from apps.jobs.worker import Renewal, claim, do_batch

from .models import Import

LOOK = 0.2  # seconds, while another process has the job in hand


def do_job(of: Import, tell: Callable[[Job], None]) -> Import:
    """Have the job of an import done, and return the import as it is then.

    Where a jobs process is running, either does a batch. `tell` is called after each.
    """
    token = uuid.uuid4().hex
    renewal = Renewal(token)
    renewal.start()
    try:
        while (job := job_of(of)).is_active:
            tell(job)
            claimed = claim(token, Q(pk=job.pk))
            time.sleep(do_batch(claimed) if claimed else LOOK)
    finally:
        renewal.ended.set()
        KINDS[job.kind].idle()
    of.refresh_from_db()
    return of


def job_of(of: Import) -> Job:
    assert of.job_id
    return Job.objects.get(pk=of.job_id)
