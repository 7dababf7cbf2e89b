"""The job that reads one mailbox every few minutes, for as long as it is to be read.

It is one row for all readings. Whoever has its lease reads the mailbox, and nobody else.
"""
import logging
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from apps.jobs.kinds import Kind, Later
from apps.jobs.models import Job
from apps.jobs.worker import mine
from apps.mailings.senders.mailboxes import BounceMailbox

from ..handling.services import broken_letter
from .letters import owner_tell
from .reading import Found, Reading, Sums
from .services import READ, mailboxes_living
from .storing import reading_store
from .troubles import OF_LOGIN, Trouble

log = logging.getLogger("vestnik.inbound")
EVERY = timedelta(minutes=5)
LONGEST = timedelta(hours=1)


class ReadKind(Kind):
    """Reads one mailbox."""

    key = READ
    label = gettext_lazy("Reading of a bounce mailbox")
    private = True
    atomic = False
    threads = 4

    def run_batch(self, job: Job) -> bool:
        mailbox = mailbox_of(job)
        if mailbox is None:
            return True
        reading = reading_of(job, mailbox)
        found = reading.hold()
        sums_keep(job, found)
        if found.has_more:
            job.place = {"mailbox": mailbox.pk, "goes_on": True}
            return False
        reading_store(mailbox=mailbox, trouble=found.trouble, words=found.words,
                      was_read=found.was_read)
        if found.trouble:
            owner_tell(mailbox=mailbox, trouble=found.trouble, words=found.words)
        failures = int(job.place.get("failures", 0)) + 1 if found.trouble else 0
        job.place = {"mailbox": mailbox.pk, "failures": failures}
        raise Later(timezone.now() + pause_after(found.trouble, failures))

    def title(self, job: Job) -> str:
        mailbox = mailbox_of(job)
        if mailbox is None:
            return str(self.label)
        return gettext("Reading of the mailbox %(address)s") % {"address": mailbox.address}


def mailbox_of(job: Job) -> BounceMailbox | None:
    mailboxes = mailboxes_living().select_related("sender__owner")
    return mailboxes.filter(pk=job.place.get("mailbox")).first()


def reading_of(job: Job, mailbox: BounceMailbox) -> Reading:
    """Return the next reading. After a death it looks for the letter that was it."""
    if not job.crashes:
        return Reading(mailbox)
    suspect = job.place.pop("uid", None)
    if suspect:
        broken_letter(mailbox=mailbox, uid=suspect)

    def begun(uid: int) -> None:
        job.place["uid"] = uid
        mine(job).update(place=job.place)

    return Reading(mailbox, careful=True, begun=begun)


def sums_keep(job: Job, found: Found) -> None:
    """Add to the sums of a reading that goes on over several batches, or begin anew."""
    sums = Sums(**job.result.get("sums", {})) if job.place.get("goes_on") else Sums()
    sums.add(found.sums)
    job.result = {"sums": vars(sums)}


def pause_after(trouble: Trouble | None, failures: int) -> timedelta:
    """Return for how long the mailbox is left alone; the longer, the longer it fails."""
    if trouble is None or trouble is Trouble.FOLDER:
        return EVERY
    if trouble in OF_LOGIN:
        return LONGEST
    longer: int = 2 ** min(failures - 1, 10)
    return min(EVERY * longer, LONGEST)


KIND = ReadKind()
