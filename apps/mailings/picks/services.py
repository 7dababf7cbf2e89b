"""Write who is in a mailing: in statements, never by ids; long choices as a job."""
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.jobs.models import Job
from apps.jobs.services import job_create

from ..models import Mailing
from ..versions import ChangedElsewhere
from .choice import Choice, coming, is_long, leaving

KEY = "picks"
AT_ONCE = 20_000  # recipients that are added or removed within a second
INSERT = """
INSERT INTO mailings_mailing_recipients (mailing_id, recipient_id)
SELECT %s, coming.id FROM ({}) AS coming WHERE TRUE
ON CONFLICT DO NOTHING
"""


def choose(*, mailing: Mailing, choice: Choice) -> bool:
    """Have those in a stored `mailing` who are chosen; a long `choice` is written by a job.

    Call it in a transaction. Returns whether anything changes; raises ChangedElsewhere while a job
    writes another choice.
    """
    # As it is now: `mailing` may have been read before another choice was made.
    rows = Mailing.all_objects.select_for_update(no_key=True).filter(pk=mailing.pk)
    mailing.picking_id = rows.values_list("picking", flat=True).get()
    job = job_of(mailing)
    if choice.is_no_change and (job is None or job.is_active):
        return False
    if job and job.is_active:
        raise ChangedElsewhere(mailing.updated_at)
    mailing.picking = None
    changed = True
    if is_long(mailing, choice, AT_ONCE):
        mailing.picking = job_create(kind=KEY, owner=mailing.owner, place={
            "mailing": mailing.pk, "choice": choice.as_json(), "after": 0})
    else:
        changed = bool(write_members(mailing, choice)) or job is not None
    if changed:
        mailing.save(update_fields=["updated_at", "picking"])
    return changed


def write_members(mailing: Mailing, choice: Choice, *, after: int = 0, last: int | None = None,
                  ) -> int:
    """Write `choice` for recipients with ids above `after`, up to `last`. Returns how many changed.
    """
    recipient = Q(pk__gt=after)
    member = Q(recipient__gt=after)
    if last is not None:
        recipient &= Q(pk__lte=last)
        member &= Q(recipient__lte=last)
    gone, _by_table = leaving(mailing, choice).filter(member).delete()
    rows = coming(mailing, choice).filter(recipient).values("id")
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return gone
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(statement), [mailing.pk, *parameters])
        return gone + cursor.rowcount


def job_of(mailing: Mailing) -> Job | None:
    """Return the job that writes who is in `mailing`, or that has not done it; None without one."""
    if mailing.picking_id is None:
        return None
    return Job.objects.filter(pk=mailing.picking_id).first()


def active_job_of(mailing: Mailing) -> Job | None:
    """Return the job that adds recipients to `mailing` now; None without one."""
    job = job_of(mailing)
    return job if job and job.is_active else None


def picked_end(*, job: Job) -> None:
    """Say that all whom the `job` adds are in its mailing."""
    waiting = Mailing.all_objects.filter(pk=job.place["mailing"], picking=job)
    waiting.update(picking=None, updated_at=timezone.now())


def picking_refusal(mailing: Mailing) -> str:
    """Return why `mailing` waits for those who are to be added to it; "" when it does not."""
    job = job_of(mailing)
    if job is None:
        return ""
    if job.is_active:
        return _("Its recipients are being added. It can be sent when all of them are in.")
    return _("Its recipients were not all added. Edit the mailing, and save whom it is for again.")
