"""Whose link to leave a token is: checked against its delivery, else against its recipient.

After a restore a delivery may be lost, or its number another's: the recipient's row still proves
whose link it is. Only who has that address in that book is ever found.
"""
from dataclasses import dataclass
from enum import Enum

from django.db.models import QuerySet

from apps.delivery.wire.tokens import Leaving, leaving_in, may_leave
from apps.mailings.models import Delivery, Recipient
from apps.users.models import User


class Link(Enum):
    """A token that leads to nobody who could leave."""

    BROKEN = "broken"  # cut, made up, or of another installation
    TEST = "test"  # of a letter that its writer sent to themselves
    WIPED = "wiped"  # of a person whom the service does not know any more


@dataclass(frozen=True)
class Leaver:
    """Who may leave: an address in the book of an owner. Without its `delivery`, it was lost."""

    owner: User
    email: str
    delivery: Delivery | None = None


def leaver_of(text: str) -> Leaver | Link:
    """Return who may leave by the token `text`.

    A mail program that changes its case does no harm. What is false takes as long as what is true.
    """
    token = leaving_in(text.lower())
    if token is None:
        return Link.BROKEN
    if not token.recipient:
        return Link.TEST
    delivery = deliveries().filter(pk=token.delivery).first()
    recipient = Recipient.all_objects.select_related("owner").filter(pk=token.recipient).first()
    if delivery and may_leave(token, delivery.run.owner_id, delivery.email):
        return Leaver(delivery.run.owner, delivery.email, delivery)
    if recipient and may_leave(token, recipient.owner_id, recipient.email):
        return Leaver(recipient.owner, recipient.email)
    if recipient and recipient.wiped_at and is_of(token, delivery):
        return Link.WIPED
    return Link.BROKEN


def deliveries() -> QuerySet[Delivery]:
    """Return deliveries with all that their page says, and nothing long that it does not."""
    return Delivery.objects.select_related("run__owner", "run__sender").defer(
        "run__html", "run__attachments")


def is_of(token: Leaving, delivery: Delivery | None) -> bool:
    """Whether a wiped person's link names a delivery of theirs; a lost one names nobody else."""
    return delivery is None or delivery.recipient_id == token.recipient
