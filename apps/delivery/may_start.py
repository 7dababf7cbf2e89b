"""Why a mailing can not be sent now, in words for the person who asks."""
from datetime import datetime

from django.utils.translation import gettext as _

from apps.mailings.fields.values import labels_of
from apps.mailings.hours.services import has_hour_left
from apps.mailings.messages.merge_fields import unknown_fields
from apps.mailings.models import Mailing, Message
from apps.mailings.picks.services import picking_refusal
from apps.mailings.senders.readiness import sender_refusal
from apps.mailings.whom.broken import whom_refusal

from .engine import sharing
from .engine.refusals import gate_refusal


def refusal(mailing: Mailing, now: datetime) -> str | None:
    """Return why `mailing` can not be sent at `now`; None when it can."""
    return mailing_refusal(mailing, now) or sender_refusal(mailing.sender) or None


def mailing_refusal(mailing: Mailing, now: datetime) -> str:
    """Return why `mailing` can not be sent at `now`, whoever its sender is; "" when it can."""
    if mailing.deleted_at:
        return _("This mailing was deleted.")
    if mailing.ends_at <= now:
        return _("The window of sending is over. Move its end to send again.")
    if not has_hour_left(mailing, now):
        return _("Before the end of sending there is no hour at which its letters may leave. Give "
                 "it other hours, or move its end.")
    if mailing.disabled_at:
        return _("A manager has disabled this mailing.")
    if not mailing.owner.is_active:
        return _("The owner of this mailing is blocked.")
    if mailing.runs.active().exists():
        return _("This mailing is being sent already.")
    return (picking_refusal(mailing) or whom_refusal(mailing) or gate_refusal()
            or sharing.fault())


def is_of_machines(reason: str) -> bool:
    """Whether `reason`, a refusal, is that machines have not said yet who has left."""
    return bool(reason) and reason == gate_refusal()


def letter_refusal(message: Message) -> str:
    """Return why letters can not say what `message` does; "" when they can."""
    unknown = unknown_fields(message, labels_of(message.owner_id))
    if not unknown:
        return ""
    return _("The letter has fields that nobody can fill: %(fields)s. Correct them in the "
             "message.") % {"fields": ", ".join(unknown)}
