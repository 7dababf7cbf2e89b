"""A sender is deleted and brought back: what goes with it, and the job that forgets its password.

Its runs are paused by the engine, which hands no letter to a deleted sender from that moment.
"""
import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.services import Action, record
from apps.jobs.kinds import Kind
from apps.jobs.models import Job
from apps.jobs.services import job_create

from ..models import Mailing, MailingQuerySet, Run
from ..services import UNDO_FOR
from .models import Sender
from .services import lock_owner

log = logging.getLogger("vestnik.mailings")
WIPE = "sender_wipe"  # the kind of the job that forgets a deleted sender's login and password
NAMED = 10  # mailings of each sort that the question names


class SenderRefused(Exception):
    """It can not be brought back now. `str()` is for the person who asked."""


@transaction.atomic
def sender_delete(*, sender: Sender) -> bool:
    """Delete a sender softly; a job forgets its login and password when it can not be undone.

    Its planned mailings become drafts: no letter leaves by another name instead. Returns False
    where somebody was quicker.
    """
    lock_owner(sender)
    if not Sender.objects.filter(pk=sender.pk).update(deleted_at=timezone.now()):
        return False
    for mailing in planned_mailings(sender):
        if Mailing.objects.filter(pk=mailing.pk, autostart=True).update(autostart=False):
            record(Action.NOT_STARTED, on=mailing, details=str(sender))
    job = job_create(kind=WIPE, owner=sender.owner, place={"sender": sender.pk})
    job.next_try_at += UNDO_FOR
    job.save(update_fields=["next_try_at"])
    record(Action.DELETE, on=sender)
    log.info("sender %s of user %s: deleted", sender.pk, sender.owner_id)
    return True


@transaction.atomic
def sender_restore(*, sender: Sender) -> None:
    """Bring back a sender that was deleted within the last minute. Raises SenderRefused."""
    lock_owner(sender)
    has_default = Sender.objects.owned_by(sender.owner).filter(is_default=True).exists()
    restored = Sender.all_objects.filter(
        pk=sender.pk, deleted_at__gt=timezone.now() - UNDO_FOR).update(
            deleted_at=None, is_default=sender.is_default and not has_default)
    if not restored:
        raise SenderRefused(_("The minute for bringing it back is over."))
    record(Action.RESTORE, on=sender)
    log.info("sender %s of user %s: brought back", sender.pk, sender.owner_id)


def planned_mailings(sender: Sender) -> MailingQuerySet:
    """Return the sender's mailings that would start by themselves."""
    return Mailing.objects.filter(
        sender=sender, autostart=True, runs=None).select_related("message")


def consequences(sender: Sender) -> list[str]:
    """Return what goes with a sender when it is deleted, in words."""
    runs = Run.objects.of_mailings().active().filter(sender=sender)
    active = runs.select_related("mailing__message")
    planned = planned_mailings(sender)
    mine = Mailing.objects.filter(sender=sender).select_related("message")
    others = mine.exclude(runs__in=active).exclude(pk__in=planned.values("pk"))
    unfinished = others.exclude(status=Mailing.Status.COMPLETED)
    lines = some([run.mailing.title for run in active[:NAMED]], active.count(), _(
        "The mailing “%(name)s” is paused: its letters do not leave by another name."))
    lines += some([mailing.title for mailing in planned[:NAMED]], planned.count(), _(
        "The planned mailing “%(name)s” becomes a draft."))
    lines += some([mailing.title for mailing in unfinished[:NAMED]], unfinished.count(), _(
        "The mailing “%(name)s” needs another sender before it can be sent."))
    if sender.is_default:
        lines.append(_("It is the default sender. None takes its place by itself."))
    lines.append(_("Its login and password are wiped after a minute."))
    return lines


def some(titles: list[str], number: int, line: str) -> list[str]:
    """Return a `line` for each of `titles`, and how many there are beside these."""
    lines = [line % {"name": title} for title in titles]
    if number > len(titles):
        lines.append(_("And %(n)s more.") % {"n": number - len(titles)})
    return lines


class WipeKind(Kind):
    """Forgets the login and the password of a sender that stayed deleted."""

    key = WIPE
    label = gettext_lazy("Login and password of a deleted sender")
    private = True

    def run_batch(self, job: Job) -> bool:
        # One that came back and was deleted again has a job and a minute of its own.
        for_good = Sender.all_objects.filter(
            pk=job.place["sender"], deleted_at__lte=job.created_at)
        for_good.update(login="", password="")  # nosec B106
        return True


KIND = WipeKind()
