"""Every write of recipients and mailings, with all that follows from it; and deletion."""
import logging
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.audit.services import Action, Via, record
from apps.core.rows import changed_columns
from apps.users.models import User

from .attempts.reply_key import reply_key
from .hours.services import opening_write
from .models import Mailing, MailingQuerySet, Message, Recipient
from .picks.choice import Choice
from .picks.services import choose, picking_refusal
from .suppression.recognising import recognise
from .versions import check_version
from .whom.rules import lists_of
from .whom.services import Groups, groups_write

log = logging.getLogger("vestnik.mailings")
UNDO_FOR = timedelta(minutes=1)
Noun = Recipient | Message | Mailing
COPY_NUMBER = re.compile(r" \(\d{1,4}\)$")
LONGEST_BASE = 240  # of a copy's name, with room for its number
TAKEN = gettext_lazy("You already have a recipient with this address.")


class OwnedRefused(Exception):
    """It can not be deleted, brought back, or copied, now. `str()` is for the person who asked."""


def recipient_save(*, recipient: Recipient, fields: Collection[str] | None = None,
                   seen: datetime | None = None) -> Recipient:
    """Add `recipient` to its owner's book, or write those `fields` of one that is in it.

    A changed address removes the bounce mark and the rest of the old one. Returns the recipient;
    raises ValidationError at `email` when the owner has a recipient with this address, and
    ChangedElsewhere when it was changed after `seen`.
    """
    try:
        with transaction.atomic():
            check_version(recipient, seen)
            changed = bool(recipient.pk) and address_changed(recipient)
            if changed or not recipient.pk:
                recognise(owner=recipient.owner, emails=[recipient.email])
            as_new = {**Recipient.UNMARKED, "resting_until": None}
            if changed:
                for name, value in as_new.items():
                    setattr(recipient, name, value)
                fields = fields and {*fields, *as_new}
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
def mailing_save(*, mailing: Mailing, choice: Choice, groups: Groups | None = None,
                 fields: Collection[str] | None = None, seen: datetime | None = None) -> Mailing:
    """Add `mailing`, or write those `fields` of one that is there, and who gets it. Returns it.

    The `choice` is of those who are picked by hand; without `groups`, tags and segments stay. Its
    status follows its window. A long `choice` is written by a job, and the mailing waits for it.
    Raises ChangedElsewhere when it was changed after `seen`.
    """
    check_version(mailing, seen)
    write(mailing, fields)
    opening_write(mailing=mailing)
    if groups is not None:
        groups_write(mailing=mailing, groups=groups)
    choose(mailing=mailing, choice=choice)
    # Only this row: with all rows, two people who save at once would wait for each other.
    if Mailing.objects.filter(pk=mailing.pk).refresh_statuses(timezone.now()):
        mailing.refresh_from_db(fields=["status"])
    return mailing


def write(owned: Noun, fields: Collection[str] | None) -> None:
    """Save a new row whole, but only `fields` of an existing one: others may change the rest.

    Nothing is written where nothing differs.
    """
    if owned.pk is None:
        owned.save()
        tell(owned, "created")
        return
    changed: Collection[str] | None = None
    if fields is not None:
        changed = changed_columns(owned, fields)
        if not changed:
            return
        changed = {"updated_at", *changed}
    owned.save(update_fields=changed)
    tell(owned, "edited")


def tell(owned: Noun, what: str) -> None:
    """Log what was done to a row; the line says of itself who did it."""
    log.info("%s %s of user %s: %s", owned._meta.model_name, owned.pk, owned.owner_id, what)


def mailing_copy(*, mailing: Mailing) -> Mailing:
    """Return a draft that says the same to the same people, on the same day of a week to come.

    Raises OwnedRefused before all of these are in the mailing.
    """
    if reason := picking_refusal(mailing):
        raise OwnedRefused(reason)
    starts_at = timezone.localtime(mailing.starts_at)  # the hour stays when clocks change
    starts_at = (starts_at + weeks_until(starts_at, timezone.now())).astimezone(UTC)
    copy = Mailing(
        owner=mailing.owner, message=mailing.message, kind=mailing.kind, name=next_name(mailing),
        autostart=False, starts_at=starts_at,
        ends_at=starts_at + (mailing.ends_at - mailing.starts_at),
        sender=mailing.sender, everyone=mailing.everyone, quiet_days=mailing.quiet_days,
        skip_same=mailing.skip_same, hours_from=mailing.hours_from, hours_to=mailing.hours_to,
        weekdays=mailing.weekdays)
    return mailing_save(
        mailing=copy, choice=Choice(source=mailing.pk), groups=lists_of(mailing))


def weeks_until(moment: datetime, now: datetime) -> timedelta:
    """Return the whole weeks, at least one, by which `moment` is moved past `now`."""
    week = timedelta(days=7)
    passed = max((now - moment) // week, 0)
    return (passed + 1) * week


def next_name(mailing: Mailing) -> str:
    """Return the name of a copy: “Tea (2)”, or the next number that is free."""
    base = COPY_NUMBER.sub("", mailing.title)
    taken = set(Mailing.objects.owned_by(mailing.owner).filter(
        name__startswith=base[:LONGEST_BASE]).values_list("name", flat=True))
    number = 2
    while (name := f"{base[:LONGEST_BASE]} ({number})") in taken:
        number += 1
    return name


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
    tell(owned, "deleted")


def owned_restore(*, owned: Noun) -> None:
    """Bring back what was deleted within the last minute. Raises OwnedRefused."""
    if isinstance(owned, Mailing) and owned.message.deleted_at:
        raise OwnedRefused(_("The message of this mailing is deleted too. Bring it back first."))
    if isinstance(owned, Recipient) and owned.wiped_at:
        raise OwnedRefused(_("Everything about this person is wiped. It can not be brought back."))
    deleted_lately = type(owned).all_objects.filter(
        pk=owned.pk, deleted_at__gt=timezone.now() - UNDO_FOR)
    try:
        with transaction.atomic():
            restored = deleted_lately.update(deleted_at=None)
            if isinstance(owned, Recipient):
                recognise(owner=owned.owner, emails=[owned.email])
    except IntegrityError:
        raise OwnedRefused(
            _("You have a new recipient with this address, so the old one stays deleted.")
        ) from None
    if not restored:
        raise OwnedRefused(_("The minute for bringing it back is over."))
    record(Action.RESTORE, on=owned)
    tell(owned, "brought back")


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


@transaction.atomic
def mailing_disable(*, mailing: Mailing, by: User, disabled: bool, reason: str = "") -> bool:
    """Disable a mailing, which pauses its run, or enable it again; its owner reads the `reason`.

    To enable it starts nothing: its owner resumes the run, or starts what has missed its time.
    Returns False where it was so already.
    """
    unchanged = Mailing.objects.filter(pk=mailing.pk, disabled_at__isnull=disabled)
    if disabled:
        action = Action.DISABLE
        changed = unchanged.update(
            disabled_at=timezone.now(), disabled_by=by, disabled_reason=reason)
    else:
        action = Action.ENABLE
        changed = unchanged.update(disabled_at=None, disabled_by=None, disabled_reason="")
    if changed:
        record(action, on=mailing, by=by, details=reason)
        tell(mailing, f"{action}d by user {by.pk}")
    if changed and not disabled:
        missed_starts_cancel(mailings=Mailing.objects.filter(pk=mailing.pk), by=by)
    return bool(changed)


@transaction.atomic
def start_cancel(*, mailing: Mailing, reason: str) -> bool:
    """Make a draft of a due mailing that can not start, for a `reason` that needs its owner.

    Returns False when it was not to start any more.
    """
    due = Mailing.objects.due(timezone.now()).filter(pk=mailing.pk)
    if not due.update(autostart=False):
        return False
    record(Action.NOT_STARTED, on=mailing, via=Via.SCHEDULE, details=reason)
    log.warning("mailing %s is due but was made a draft: %s", mailing.pk, reason)
    return True


def missed_starts_cancel(*, mailings: MailingQuerySet, by: User) -> None:
    """Make drafts of those of `mailings` whose time passed while they might not start.

    Call it in the transaction that lets them start again.
    """
    missed = mailings.filter(autostart=True, starts_at__lte=timezone.now(), runs=None)
    for mailing in missed.select_related("message"):
        Mailing.objects.filter(pk=mailing.pk).update(autostart=False)
        record(Action.NOT_STARTED, on=mailing, by=by)
