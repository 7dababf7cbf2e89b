"""Every write of senders, with all that follows from it."""
import logging

from apps.jobs.models import Job
from apps.jobs.services import job_create

from .models import Sender

log = logging.getLogger("vestnik.mailings")
CHECK = "sender_check"  # the kind of the job that speaks to the sender's server


def sender_check_start(*, sender: Sender) -> Job:
    """Have the sender's server spoken to, by a job. Returns that which waits or runs already."""
    waiting = Job.objects.active().filter(
        kind=CHECK, owner=sender.owner, place__sender=sender.pk, in_hand=False).first()
    return waiting or job_create(kind=CHECK, owner=sender.owner, place={"sender": sender.pk})
