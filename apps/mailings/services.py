"""Every write of recipients, messages and mailings, with all that follows from it."""
import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.audit.services import Action, record
from apps.users.models import User

from .attempts.reply_key import reply_key
from .models import Mailing, Message, Recipient
from .versions import check_version

log = logging.getLogger("vestnik.mailings")
UNDO_FOR = timedelta(minutes=1)
Noun = Recipient | Message | Mailing
TAKEN = gettext_lazy("You already have a recipient with this address.")


class OwnedRefused(Exception):
    """It can not be deleted, or brought back, now. `str()` is for the person who asked."""


def recipient_save(*, recipient: Recipient, fields: Collection[str] | None = None,
                   seen: datetime | None = None) -> Recipient:
    """Add `recipient` to its owner's book, or write those `fields` of one that is in it.

    A changed address removes the bounce mark of the old one. Returns the recipient; raises
    ValidationError at `email` when the owner has a recipient with this address, and
    ChangedElsewhere when it was changed after `seen`.
    """
    try:
        with transaction.atomic():
            check_version(recipient, seen)
            if recipient.pk and address_changed(recipient):
                for name, value in Recipient.UNMARKED.items():
                    setattr(recipient, name, value)
                fields = fields and {*fields, *Recipient.UNMARKED}
            write(recipient, fields)
    except IntegrityError:
        if not Recipient.objects.namesakes(recipient).exists():
            raise
        raise ValidationError({"email": TAKEN}) from None
    return recipient


def address_changed(recipient: Recipient) -> bool:
    """Whether the address differs, but for its case, from the stored one, which stays locked."""
    stored = Recipient.all_objects.select_for_update().only("email").get(pk=recipient.pk)
    return stored.email.lower() != recipient.email.lower()


@transaction.atomic
def message_save(*, message: Message, fields: Collection[str] | None = None,
                 seen: datetime | None = None) -> Message:
    """Add `message`, or write those `fields` of one that is there. Returns it.

    Raises ChangedElsewhere when it was changed after `seen`.
    """
    check_version(message, seen)
    write(message, fields)
    return message


@transaction.atomic
def mailing_save(*, mailing: Mailing, recipients: Iterable[Recipient],
                 fields: Collection[str] | None = None, seen: datetime | None = None) -> Mailing:
    """Add `mailing`, or write those `fields` of one that is there, and who gets it. Returns it.

    Its status follows its window. Raises ChangedElsewhere when it was changed after `seen`.
    """
    check_version(mailing, seen)
    write(mailing, fields)
    mailing.recipients.set(recipients)
    # Only this row: with all rows, two people who save at once would wait for each other.
    Mailing.objects.filter(pk=mailing.pk).refresh_statuses(timezone.now())
    return mailing


def write(owned: Noun, fields: Collection[str] | None) -> None:
    """Save a new row whole, but only `fields` of an existing one: others may change the rest."""
    if owned.pk is None or fields is None:
        owned.save()
    else:
        owned.save(update_fields={"updated_at", *fields})


def deletion_refusal(owned: Noun) -> str:
    """Return why a recipient, message or mailing can not be deleted now; "" when it can."""
    if isinstance(owned, Mailing) and owned.runs.active().exists():
        return _("This mailing is being sent. Stop it first, then delete it.")
    if isinstance(owned, Message) and (n := owned.mailings.filter(deleted_at=None).count()):
        return ngettext(
            "%(n)s mailing sends this message, so it can not be deleted. Delete the mailing, or "
            "give it another message.",
            "%(n)s mailings send this message, so it can not be deleted. Delete the mailings, or "
            "give them another message.", n) % {"n": n}
    return ""


@transaction.atomic
def owned_delete(*, owned: Noun) -> None:
    """Delete a recipient, message or mailing softly; history keeps it. Raises OwnedRefused."""
    # Starting a run takes this lock too: none starts between the check and the deletion.
    type(owned).all_objects.select_for_update().get(pk=owned.pk)
    if reason := deletion_refusal(owned):
        raise OwnedRefused(reason)
    owned.deleted_at = timezone.now()
    owned.save(update_fields=["deleted_at"])
    record(Action.DELETE, on=owned)


def owned_restore(*, owned: Noun) -> None:
    """Bring back what was deleted within the last minute. Raises OwnedRefused."""
    if isinstance(owned, Mailing) and owned.message.deleted_at:
        raise OwnedRefused(_("The message of this mailing is deleted too. Bring it back first."))
    deleted_lately = type(owned).all_objects.filter(
        pk=owned.pk, deleted_at__gt=timezone.now() - UNDO_FOR)
    try:
        with transaction.atomic():
            restored = deleted_lately.update(deleted_at=None)
    except IntegrityError:
        raise OwnedRefused(
            _("You have a new recipient with this address, so the old one stays deleted.")
        ) from None
    if not restored:
        raise OwnedRefused(_("The minute for bringing it back is over."))
    record(Action.RESTORE, on=owned)


@transaction.atomic
def recipients_bounce_mark(*, replies: dict[int, tuple[str, str]]) -> int:
    """Mark recipients whose mailbox is not there; letters that follow skip them.

    `replies` has the address and the server's reply by the recipient's id. Recipients that are
    marked already, or have another address by now, stay as they are. Returns how many were marked.
    """
    marked = []
    unmarked = Recipient.objects.filter(pk__in=replies, bounced_at=None).order_by("pk")
    for recipient in unmarked.select_for_update().only("email"):
        email, reply = replies[recipient.pk]
        if recipient.email.lower() == email.lower():
            recipient.bounced_at = timezone.now()
            recipient.bounced_reply = reply
            recipient.bounced_key = reply_key(reply, email)
            marked.append(recipient)
    return Recipient.objects.bulk_update(marked, Recipient.UNMARKED, batch_size=200)


@transaction.atomic
def recipient_bounce_clear(*, recipient: Recipient) -> bool:
    """Take a recipient's bounce mark away. Returns whether there was one."""
    marked = Recipient.objects.filter(pk=recipient.pk, bounced_at__isnull=False)
    cleared = marked.update(**Recipient.UNMARKED)
    if cleared:
        record(Action.WRITE_AGAIN, on=recipient)
    return bool(cleared)


@transaction.atomic
def recipients_bounce_clear(*, owner: User, key: str, reply: str) -> int:
    """Take the bounce mark from all of `owner`'s recipients whom one reply has marked.

    `key` is its `reply_key`, `reply` its words for the audit trail. Returns how many were marked.
    """
    cleared: int = Recipient.objects.marked_by(owner, [key]).update(**Recipient.UNMARKED)
    if cleared:
        record(Action.WRITE_AGAIN, label=reply, details=cleared)
    return cleared


def mailing_disable(*, mailing: Mailing, by: User, disabled: bool) -> None:
    """Disable a mailing, which pauses its run, or enable it again: its owner resumes the run."""
    unchanged = Mailing.objects.filter(pk=mailing.pk, disabled_at__isnull=disabled)
    if disabled:
        action = Action.DISABLE
        changed = unchanged.update(disabled_at=timezone.now(), disabled_by=by)
    else:
        action = Action.ENABLE
        changed = unchanged.update(disabled_at=None, disabled_by=None)
    if changed:
        record(action, on=mailing, by=by)
    log.warning("mailing %s %sd by user %s", mailing.pk, action, by.pk)
