"""Every write of bounce mailboxes, with all that follows from it."""
import logging
import uuid
from dataclasses import asdict

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.services import Action, record
from apps.core.rows import changed_columns
from apps.jobs.models import Job
from apps.jobs.services import job_create, job_hasten
from apps.jobs.worker import Renewal, claim, do_batch
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.mailings.senders.models import Sender
from apps.mailings.senders.services import sender_check_start

from .account import shares_password
from .reading import Sums
from .storing import UNREAD

log = logging.getLogger("vestnik.inbound")
READ = "mailbox_read"  # the kind of the job that reads one mailbox, again and again
SERVER = {"host", "port", "security", "login"}  # with the password: the account
COLUMNS = {"address", "folder", "is_on", *SERVER}
HOUR = 60 * 60
MOST_TRIES = 60  # logins that one owner may ask for within an hour


@transaction.atomic
def mailbox_save(*, mailbox: BounceMailbox, password: str = "", shares: bool = False
                 ) -> BounceMailbox:
    """Add `mailbox`, or write what was changed of it. Returns it.

    Without a `password` the stored one stays; where it `shares` the sender's, it has none. It is
    read at once, and its address tried as a return path. Raises ValidationError by the form's
    fields.
    """
    sender = mailbox.sender
    lock_sender(mailbox)
    if mailbox.pk is None:
        changed = {"password", *COLUMNS}
    else:
        changed = changed_columns(mailbox, COLUMNS)
    changed |= password_set(mailbox, password, shares, changed)
    if not changed:
        return mailbox
    if changed & {"password", *SERVER}:
        for column, value in UNREAD.items():
            setattr(mailbox, column, value)
        refuse_guessing(sender)
    mailbox.save()
    record(Action.ACCOUNT, on=sender, details=", ".join(f"mailbox.{name}"
                                                        for name in sorted(changed)))
    log.info("mailbox of sender %s: %s", sender.pk, ", ".join(sorted(changed)))
    if changed & {"address", "is_on"}:
        return_path_try(sender)
    if mailbox.is_on:
        job_hasten(job=reading_start(mailbox))
    return mailbox


def lock_sender(mailbox: BounceMailbox) -> None:
    """Have whoever else writes this sender's mailbox wait. Raises ValidationError.

    A new one is refused where another window was quicker.
    """
    Sender.objects.select_for_update().filter(pk=mailbox.sender_id).first()
    others = BounceMailbox.objects.filter(sender=mailbox.sender_id).exclude(pk=mailbox.pk)
    if others.exists():
        raise ValidationError(_("Changed in another window."))


def password_set(mailbox: BounceMailbox, password: str, shares: bool,
                 changed: set[str]) -> set[str]:
    """Give the mailbox its password. Returns the changed columns. Raises ValidationError."""
    if shares:
        if not shares_password(mailbox.sender, mailbox.host):
            raise ValidationError({"shares": _(
                "The sender's password is not given to another house's server: enter that of this "
                "mailbox.")})
        mailbox.login = mailbox.sender.login
        had_own = bool(mailbox.password)
        mailbox.password = ""
        return {"password"} if had_own else set()
    if password:
        mailbox.set_password(password)
        return {"password"}
    if not mailbox.password:
        raise ValidationError({"new_password": _("Enter the password.")})
    if changed & SERVER:
        # Or else whoever sits down at an open page could send the password to a server of theirs.
        raise ValidationError({"new_password": _(
            "Enter the password again: it would go to another server or with another login.")})
    return set()


def refuse_guessing(sender: Sender) -> None:
    """Raise ValidationError where an owner tries one password after the other."""
    if not may_try(sender):
        raise ValidationError(_(
            "Many logins were tried within an hour. Try again later."))


def may_try(sender: Sender) -> bool:
    key = f"mailbox-logins:{sender.owner_id}"
    cache.add(key, 0, HOUR)
    try:
        return int(cache.incr(key)) <= MOST_TRIES
    except ValueError:  # it was forgotten meanwhile
        return True


def return_path_try(sender: Sender) -> None:
    """Have the sender's server asked whether it takes the tagged address of the mailbox."""
    Sender.objects.filter(pk=sender.pk).update(takes_return_path=None)
    if not sender.uses_service:
        sender_check_start(sender=sender)


@transaction.atomic
def mailbox_delete(*, mailbox: BounceMailbox) -> None:
    """Read the mailbox no more. What is in it stays there, and so does what it had told."""
    sender = mailbox.sender
    pk = mailbox.pk
    mailbox.delete()
    record(Action.ACCOUNT, on=sender, details="mailbox")
    log.info("mailbox %s of sender %s: taken away", pk, sender.pk)
    return_path_try(sender)


def reading_start(mailbox: BounceMailbox) -> Job:
    """Return the job that reads the mailbox, which is one and the same until it is off."""
    jobs = Job.objects.active().filter(kind=READ, place__mailbox=mailbox.pk)
    return jobs.first() or job_create(kind=READ, owner=None, place={"mailbox": mailbox.pk})


def mailbox_read_ask(*, mailbox: BounceMailbox) -> bool:
    """Have the mailbox read now. Returns False where its owner has asked often."""
    if not may_try(mailbox.sender):
        return False
    job_hasten(job=reading_start(mailbox))
    return True


def is_being_read(mailbox: BounceMailbox) -> bool:
    return Job.objects.active().filter(
        kind=READ, place__mailbox=mailbox.pk, next_try_at__lte=timezone.now()).exists()


def mailboxes_living() -> QuerySet[BounceMailbox]:
    """Return the mailboxes that are to be read."""
    return BounceMailbox.objects.filter(
        is_on=True, sender__deleted_at=None, sender__owner__is_active=True)


def mailboxes_read() -> dict[str, int]:
    """Read all mailboxes now, to the end. Returns the sums, for the command's last line.

    One that a jobs process is reading just now is left to it.
    """
    sums = Sums()
    read = failed = busy = 0
    for mailbox in mailboxes_living().order_by("pk"):
        job = reading_start(mailbox)
        job_hasten(job=job)
        found = read_by(job)
        if found is None:
            busy += 1
            continue
        sums.add(found)
        mailbox.refresh_from_db()
        failed += bool(mailbox.failing_since)
        read += not mailbox.failing_since
    return {"mailboxes": read, "failed": failed, "busy": busy, **asdict(sums)}


def read_by(job: Job) -> Sums | None:
    """Do the batches of a reading job until it rests. Returns the sums; None: another has it."""
    token = uuid.uuid4().hex
    renewal = Renewal(token)
    renewal.start()
    try:
        claimed = claim(token, Q(pk=job.pk))
        if claimed is None:
            return None
        while claimed:
            do_batch(claimed)
            job.refresh_from_db()
            claimed = claim(token, Q(pk=job.pk))
    finally:
        renewal.ended.set()
    return Sums(**job.result.get("sums", {}))
