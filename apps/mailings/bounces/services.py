"""Every write about letters that came back."""
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.audit.services import Action, record

from ..attempts.faults import FAULTS, Fault, Meaning
from ..models import Bounce, Delivery, Recipient
from ..services import recipients_bounce_mark
from .models import came_back
from .rests import recipients_rest

Outcome = Bounce.Outcome
# The four reasons for which an address is marked; nothing else marks one.
MARKING = [meaning.value for meaning in Meaning if FAULTS[meaning] is Fault.ADDRESS]


@transaction.atomic
def bounce_record(*, delivery: Delivery, outcome: Bounce.Outcome, meaning: str = "",
                  words: str = "", happened_at: datetime, sure: bool = True) -> Bounce | None:
    """Write down what came back of `delivery`, with all that follows from it.

    Returns None where it was known already: the same report may come a thousand times. One that
    is not `sure` marks nobody until another letter comes back alike.

    It locks the recipient alone. The run is not written: a row of its own tells that its figures
    are to be counted anew (`statistics/counting.py`), so nobody waits here for who folds them.
    """
    bounce, is_new = Bounce.objects.get_or_create(
        delivery=delivery, outcome=outcome, defaults={
            "owner_id": delivery.run.owner_id, "run_id": delivery.run_id,
            "recipient_id": delivery.recipient_id, "email": delivery.email, "meaning": meaning,
            "words": words, "happened_at": happened_at})
    if not is_new:
        return None
    if outcome == Outcome.GONE and meaning in MARKING:
        if sure or was_gone_before(bounce):
            mark(bounce)
    elif outcome == Outcome.NOW and bounce.recipient_id:
        recipients_rest(ids=[bounce.recipient_id])
    return bounce


def mark(bounce: Bounce) -> None:
    """Mark the recipient as gone, unless a later letter to the address has arrived."""
    if bounce.recipient_id and not arrived_later(bounce.delivery):
        recipients_bounce_mark(replies={bounce.recipient_id: (bounce.email, bounce.words)})


def was_gone_before(bounce: Bounce) -> bool:
    """Whether another letter to the same address of this recipient came back as gone."""
    return bounce.recipient_id is not None and Bounce.objects.filter(
        recipient=bounce.recipient_id, email__iexact=bounce.email, outcome=Outcome.GONE,
    ).exclude(pk=bounce.pk).exists()


def arrived_later(delivery: Delivery) -> bool:
    """Whether a letter that left after `delivery`, to the same address, was taken for good."""
    later = Delivery.objects.filter(
        recipient=delivery.recipient_id, email__iexact=delivery.email, state=Delivery.State.SENT,
        updated_at__gt=delivery.updated_at).exclude(pk=delivery.pk)
    return later.filter(~came_back()).exists()


@transaction.atomic
def recipient_rest_end(*, recipient: Recipient) -> bool:
    """Write to a resting recipient again. Returns whether they were resting.

    The moment stays: what came back before it counts no more.
    """
    now = timezone.now()
    ended = Recipient.objects.filter(pk=recipient.pk, resting_until__gt=now).update(
        resting_until=now)
    if ended:
        record(Action.WRITE_AGAIN, on=recipient)
    return bool(ended)
