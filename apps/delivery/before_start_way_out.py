"""What the page before a send says of the way out, of grounds, and of what comes back.

None of it stops a send.
"""
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.core.numbers import Number, counted
from apps.mailings.messages.html.places import split_html
from apps.mailings.messages.merge_fields import has_field, split
from apps.mailings.messages.way_out import LINK
from apps.mailings.models import BounceMailbox, Mailing, Message
from apps.mailings.whom.audience import members
from apps.mailings.whom.rules import whom_of

UNREAD_FOR = timedelta(days=1)


@dataclass(frozen=True)
class WayOut:
    """How whoever gets the letter leaves."""

    is_in_letter: bool  # where its writer put the link; else we add it at the end
    one_click: bool  # by the button of a mail program


@dataclass(frozen=True)
class Bounces:
    """Whether what comes back of a sender's letters is read."""

    mailbox: BounceMailbox | None

    @property
    def is_unread(self) -> bool:
        """Whether the mailbox that is there has not been read for a day."""
        if self.mailbox is None or not self.mailbox.is_on:
            return False
        since = self.mailbox.read_at or self.mailbox.created_at
        return since < timezone.now() - UNREAD_FOR

    @property
    def is_fine(self) -> bool:
        return self.mailbox is not None and self.mailbox.is_on and not self.is_unread


def way_out_context(mailing: Mailing, own: Collection[str]) -> dict[str, object]:
    """Return what can be told at once: the way out, and who reads what comes back.

    `own` are the keys of the owner's fields.
    """
    context: dict[str, object] = {"way_out": way_out_of(mailing.message, own)}
    if mailing.sender and not mailing.sender.deleted_at:
        mailbox = BounceMailbox.objects.filter(sender=mailing.sender).first()
        context["bounces"] = Bounces(mailbox)
    return context


def way_out_of(message: Message, own: Collection[str]) -> WayOut:
    """Return how a letter is left. In HTML, a link in the text part alone is not seen."""
    if message.html:
        parts = [part.field for part in split_html(message.html, own) if not isinstance(part, str)]
    else:
        parts = split(message.body, own)
    return WayOut(has_field(LINK.name, parts), one_click=settings.BASE_URL.startswith("https://"))


def groundless_in(mailing: Mailing) -> Number:
    """Return how many of a mailing's people are written to on no ground; of very many, over what.
    """
    people = members(whom_of(mailing), now=timezone.now())
    return Number(counted(people.filter(ground=None)))
