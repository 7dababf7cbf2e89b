"""Every write of senders, with all that follows from it."""
import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.services import Action, record
from apps.core.rows import changed_columns
from apps.jobs.models import Job
from apps.jobs.services import job_create
from apps.users.models import User

from ..runs import Run
from ..versions import check_version
from .confirming import confirmation_send
from .models import Sender
from .presets import LIMITS

log = logging.getLogger("vestnik.mailings")
CHECK = "sender_check"  # the kind of the job that speaks to the sender's server
MOST = 50  # senders of one owner
HOUR = timedelta(hours=1)
MOST_CHECKS = 60  # that one owner may ask for within an hour
SERVER = {"preset", "host", "port", "security", "login"}  # with the password: the account
COLUMNS = {"name", "address", "reply_to", *SERVER, *LIMITS}
# What the last check found of an account that is another one now.
UNCHECKED = {"checked_at": None, "verified_at": None, "trouble": "", "server_words": "",
             "takes_return_path": None}


def sender_check_start(*, sender: Sender) -> Job:
    """Have the sender's server spoken to, by a job. Returns that which waits or runs already."""
    waiting = Job.objects.active().filter(
        kind=CHECK, owner=sender.owner, place__sender=sender.pk, in_hand=False).first()
    return waiting or job_create(kind=CHECK, owner=sender.owner, place={"sender": sender.pk})


def sender_check_ask(*, sender: Sender) -> bool:
    """Have the sender checked because its owner wants it. Returns False where they asked often.

    Or else a program could try one password after the other, and keep others' checks waiting.
    """
    asked = Job.objects.filter(
        kind=CHECK, owner=sender.owner, created_at__gt=timezone.now() - HOUR)
    if asked.count() >= MOST_CHECKS:
        return False
    sender_check_start(sender=sender)
    return True


def is_being_checked(sender: Sender | None) -> bool:
    checks = Job.objects.active().filter(kind=CHECK)
    return sender is not None and checks.filter(place__sender=sender.pk).exists()


@transaction.atomic
def sender_save(*, sender: Sender, password: str | None = None,
                fields: Collection[str] | None = None, seen: datetime | None = None) -> Sender:
    """Add `sender`, or write those `fields` of one that is there. Returns it.

    Without a `password` the stored one stays. A new account is checked, and a new address gets
    the link that confirms it. Raises ValidationError by the form's fields, and ChangedElsewhere
    when it was changed after `seen`.
    """
    lock_owner(sender)
    check_version(sender, seen)
    tidy(sender)
    if sender.pk is None:
        changed = add(sender, password)
    else:
        changed = write(sender, password, fields)
    if "address" in changed:
        confirmation_send(sender=sender)
    if changed & {"address", "password", *SERVER} and not sender.uses_service:
        sender_check_ask(sender=sender)
    return sender


def lock_owner(sender: Sender) -> None:
    """Have whoever else writes a sender of the same owner wait."""
    User.objects.select_for_update().filter(pk=sender.owner_id).first()


def tidy(sender: Sender) -> None:
    """Take away what a sender by the service's own server has no use for."""
    if sender.uses_service:
        sender.reply_to = ""
        sender.host = ""
        sender.login = ""
        sender.password = ""
        for limit in LIMITS:
            setattr(sender, limit, None)


def add(sender: Sender, password: str | None) -> set[str]:
    """Add a sender; the first one of its owner is the default. Returns the columns."""
    own = Sender.objects.owned_by(sender.owner)
    number = own.count()
    if number >= MOST:
        raise ValidationError(_("There are %(n)s senders already, and no more fit.") % {"n": MOST})
    sender.is_default = not number
    sender.set_password("" if sender.uses_service else password or "")
    sender.save()
    record(Action.ACCOUNT, on=sender, details=", ".join(sorted({"name", "address", *SERVER})))
    log.info("sender %s of user %s: created", sender.pk, sender.owner_id)
    return {"password", *COLUMNS}


def write(sender: Sender, password: str | None, fields: Collection[str] | None) -> set[str]:
    """Write what differs from the stored row, and what follows. Returns the changed columns."""
    changed = changed_columns(sender, COLUMNS if fields is None else COLUMNS & set(fields))
    stored = Sender.all_objects.get(pk=sender.pk)
    if stored.uses_service != sender.uses_service:
        refuse_while_sending(sender)
    if sender.uses_service:
        changed |= changed_columns(sender, COLUMNS | {"password"})
    elif password:
        sender.set_password(password)
        changed.add("password")
    elif changed & {"host", "port", "security", "login"} and stored.password:
        # Or else whoever sits down at an open page could send the password to a server of theirs.
        raise ValidationError({"new_password": _(
            "Enter the password again: it would go to another server or with another login.")})
    if not changed:
        return changed
    written = {"updated_at", *changed}
    if changed & {"address", "password", *SERVER}:
        for column, value in UNCHECKED.items():
            setattr(sender, column, value)
        written.update(UNCHECKED)
    if "address" in changed:
        sender.confirmed_at = None
        written.add("confirmed_at")
    sender.save(update_fields=written)
    if changed.intersection(LIMITS):
        Sender.objects.filter(pk=sender.pk).update(limits_at=Now())
    record(Action.ACCOUNT, on=sender, details=", ".join(sorted(changed)))
    log.info("sender %s of user %s: edited", sender.pk, sender.owner_id)
    return changed


def refuse_while_sending(sender: Sender) -> None:
    """Raise ValidationError while runs of `sender` are under way: their From is settled.

    It would be the service's address at a server of the owner's, or theirs at the service's.
    """
    runs = Run.objects.of_mailings().active().filter(sender=sender.pk)
    run = runs.select_related("mailing__message").first()
    if run:
        raise ValidationError({"preset": _(
            "The mailing “%(name)s” is under way from this sender: wait for its end, or stop it, "
            "before you choose between the service's server and another one.")
            % {"name": run.mailing.title}})


@transaction.atomic
def sender_default(*, sender: Sender) -> bool:
    """Have new mailings come from `sender`. Returns False where they did already."""
    lock_owner(sender)
    Sender.objects.owned_by(sender.owner).exclude(pk=sender.pk).filter(
        is_default=True).update(is_default=False)
    changed = Sender.objects.filter(pk=sender.pk, is_default=False).update(is_default=True)
    if changed:
        record(Action.ACCOUNT, on=sender, details="is_default")
    return bool(changed)
