"""Begin what is done with many recipients, and take a deletion back."""
import logging
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.services import Action, record
from apps.jobs.models import Job
from apps.jobs.services import job_create, job_do_at_once
from apps.core.numbers import Number
from apps.users.models import User

from .chosen import Chosen
from .job import KEY, can_undo, owner_of

log = logging.getLogger("vestnik.mailings")
AT_ONCE = 1000  # recipients that are changed while the person waits
ACTIONS = {"delete": Action.DELETE, "suppress": Action.SUPPRESS, "restore": Action.RESTORE,
           "ground": Action.GROUND}


class TooLate(Exception):
    """What was deleted can not be brought back any more."""


def bulk_start(*, chosen: Chosen, do: str, given: dict[str, Any]) -> Job:
    """Do one of DEEDS with all who are `chosen`; `given` is what it needs. Returns its job.

    Few are done when it returns, more by a worker. Raises Failed when what is given is gone.
    """
    few = len(chosen.first_ids) <= AT_ONCE
    return begin(chosen.owner, few=few, number=chosen.number.counted, place={
        "do": do, "with": given, "at": timezone.now().isoformat(), "after": 0,
        "ids": chosen.first_ids if few else None, "query": chosen.query})


def bulk_undo(*, job: Job) -> Job:
    """Bring back whom the `job` has deleted, and nobody else. Returns the job that does it.

    Raises TooLate.
    """
    with transaction.atomic():
        # Two clicks at once begin one undo.
        job = Job.objects.select_for_update().get(pk=job.pk)
        if not can_undo(job):
            raise TooLate
        Job.objects.filter(pk=job.pk).update(result={**job.result, "undone": True})
    number = job.result["changed"]
    return begin(owner_of(job), few=number <= AT_ONCE, number=number, place={
        "do": "restore", "at": job.place["at"], "after": 0})


def begin(owner: User, *, few: bool, number: int, place: dict[str, Any]) -> Job:
    """Queue the job, or do it at once, and tell the audit trail who asked for it."""
    try:
        with transaction.atomic():
            job = job_create(kind=KEY, owner=owner, place={**place, "whole": few})
            if few:
                job_do_at_once(job=job)
                number = job.result["changed"]
            record(ACTIONS.get(place["do"], Action.BULK), on=job, label=job.title,
                   details="" if Number(number).is_many else number)
    except IntegrityError:
        # Somebody was added meanwhile with the address of one who comes back: a worker looks anew.
        return begin(owner, few=False, number=number, place=place)
    log.info("user %s: job %s of many recipients: %s", owner.pk, job.pk, place["do"])
    return job
