"""What a person checks before letters leave: from whom, to whom, which letter, when."""
import json
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.mailings.fields.values import fields_of, labels_of, letter_values
from apps.mailings.messages.merge_fields import unknown_fields
from apps.mailings.models import Delivery, Mailing, Recipient
from apps.mailings.suppression.models import suppressions_of_rows

from .audience import audience_of, first_recipient, is_dear, reached_count
from .models import worker_alive
from .services import as_seen, refusal
from .wire.letter import Letter
from .wire.mailboxes import BadMailbox, Mailbox, parsed

STOCK_DOMAIN = "localhost.localdomain"  # of the sender's address that nobody has set
NAMED = 20  # of those who are left out
HAVE_IT = (Delivery.State.SENT, Delivery.State.UNKNOWN)


@dataclass
class Sample:
    """The letter as one recipient gets it; `fault` where none can be made of it."""

    subject: str
    body: str
    fault: str = ""


def check_context(mailing: Mailing, *, again: bool, counted: bool) -> dict[str, object]:
    """Return the context of `delivery/start.html`.

    To count whom a run takes is dear for a big mailing: unless it is to be `counted` at once, the
    page asks for that afterwards.
    """
    now = timezone.now()
    context = {
        "mailing": mailing, "again": again, "early": mailing.waits_for_its_time(now),
        "reason": refusal(mailing, now), "no_worker": not worker_alive(),
        "no_server": not (settings.EMAIL_URL or settings.CATCHER),
        "unknown_fields": unknown_fields(mailing.message, labels_of(mailing.owner_id)),
        "seen": as_seen(mailing),
        "counting": not counted and is_dear(mailing),
        **sender_context(),
    }
    first = None
    if again or not context["counting"] or not mailing.runs.exists():
        first = first_recipient(mailing, again=again)  # of the rest, it takes as long as to count
    context["first"] = first
    context["letter"] = sample_for(mailing, first)
    if context["counting"]:
        context["counted_address"] = counted_address(mailing, again)
    else:
        context |= audience_context(mailing, again=again)
    return context


def counted_address(mailing: Mailing, again: bool) -> str:
    """Return where the page gets what it has not counted."""
    asked = {"counted": 1}
    if again:
        asked["again"] = 1
    return f"{reverse('delivery:start', args=[mailing.pk])}?{urlencode(asked)}"


def sender_context() -> dict[str, object]:
    """Return from whom letters come, and whether that is an address that nobody has set."""
    try:
        sender = parsed(settings.DEFAULT_FROM_EMAIL)
    except BadMailbox:
        sender = Mailbox("", settings.DEFAULT_FROM_EMAIL)
    return {"sender": sender, "is_stock": sender.address.endswith(f"@{STOCK_DOMAIN}")}


def audience_context(mailing: Mailing, *, again: bool) -> dict[str, object]:
    """Return whom a run would write to, and who is left out by which reason."""
    audience = audience_of(mailing, again=again)
    context = {"audience": audience, "nobody": not audience.going}
    suppressed = Exists(suppressions_of_rows())
    if audience.bounced:
        gone = mailing.recipients.filter(~suppressed, bounced_at__isnull=False)
        context["bounced"] = named(gone, mailing, again=again)
    if audience.suppressed:
        context["suppressed"] = named(
            mailing.recipients.filter(suppressed), mailing, again=again)
    if again:
        context["has_it"] = reached_count(mailing)
    return context


def named(left_out: QuerySet[Recipient], mailing: Mailing, *, again: bool) -> QuerySet[Recipient]:
    """Return the first of those whom a run leaves out; unless `again`, less those who have it."""
    if not again:
        has_it = Delivery.objects.filter(
            recipient=OuterRef("pk"), run__mailing=mailing, state__in=HAVE_IT)
        left_out = left_out.exclude(Exists(has_it))
    return left_out.order_by("sort_name", "pk")[:NAMED]


def sample_for(mailing: Mailing, recipient: Recipient | None) -> Sample:
    """Return the letter as `recipient` gets it; as it is written where there is nobody."""
    message = mailing.message
    if recipient is None:
        return Sample(message.subject, message.body)
    own = fields_of(message.owner_id)
    try:
        letter = Letter(seed="0", subject=message.subject, body=message.body,
                        from_email=settings.DEFAULT_FROM_EMAIL, own=[field.key for field in own])
        values = json.dumps(letter_values(own, recipient.fields))
        subject, body = letter.fill(recipient.email, recipient.full_name, values)
    except ValueError as fault:
        return Sample(message.subject, message.body, str(fault))
    return Sample(subject, body)
