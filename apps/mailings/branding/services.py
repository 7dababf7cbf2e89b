"""How an owner's letters look: read, and written."""
import logging

from django.db import transaction

from apps.jobs.models import Job
from apps.jobs.services import job_create, job_do_at_once
from apps.users.models import User

from .models import Branding

log = logging.getLogger("vestnik.mailings")
RESTYLE = "restyle"  # the kind of the job that makes letters anew
AT_ONCE = 50  # letters that are made anew while the person waits


def branding_of(owner: User) -> Branding:
    """Return the owner's branding; unsaved with the defaults where there is none."""
    return Branding.objects.select_related("logo").filter(owner=owner).first() or Branding(
        owner=owner)


@transaction.atomic
def branding_save(*, branding: Branding) -> Job | None:
    """Write the branding, and make the owner's letters of blocks anew.

    Few are done when it returns, more by a worker; returns its job then.
    """
    from .restyling import letters_of  # noqa: PLC0415  # messages need brandings themselves

    User.objects.select_for_update().get(pk=branding.owner_id)  # two windows write one row
    there = Branding.objects.filter(owner=branding.owner_id).values_list("pk", flat=True).first()
    branding.pk = there or branding.pk
    branding.save(force_update=bool(there))
    log.info("branding of user %s: written", branding.owner_id)
    number = letters_of(branding.owner_id).count()
    if not number:
        return None
    job = job_create(kind=RESTYLE, owner=branding.owner, place={"after": 0})
    if number > AT_ONCE:
        return job
    job_do_at_once(job=job)
    return None
