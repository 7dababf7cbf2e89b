"""What a person checks before letters leave: from whom, to whom, which letter, when."""
import json
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.mailings.fields.values import fields_of, labels_of, letter_values
from apps.mailings.mailings.words import days
from apps.mailings.messages.merge_fields import unknown_fields
from apps.mailings.models import Delivery, Mailing, Recipient
from apps.mailings.senders.readiness import sender_refusal
from apps.mailings.suppression.models import suppressions_of_rows
from apps.mailings.whom.audience import members, without
from apps.mailings.whom.rests import letters_of_late, same_letters
from apps.mailings.whom.rules import remember_whom, whom_of
from apps.mailings.whom.words import add_words

from .audience import Audience, audience_of, first_recipient, is_dear, reached_count
from .models import worker_alive
from .services import as_seen, mailing_refusal
from .waits import forecast_words
from .wire.from_whom import FromWhom, from_of_sender
from .wire.letter import Letter
from .wire.mailboxes import BadMailbox

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
    remember_whom(mailing)
    whom = whom_of(mailing)
    if whom.has_rests or not whom.is_stored_picks:
        add_words([mailing])
    not_now = mailing_refusal(mailing, now)
    context = {
        "mailing": mailing, "again": again, "early": mailing.waits_for_its_time(now),
        "not_now": not_now, "reason": not_now or sender_refusal(mailing.sender),
        "no_worker": not worker_alive(),
        "unknown_fields": unknown_fields(mailing.message, labels_of(mailing.owner_id)),
        "seen": as_seen(mailing),
        "counting": not counted and is_dear(mailing),
        **sender_context(mailing),
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


def sender_context(mailing: Mailing) -> dict[str, object]:
    """Return from whom letters come, and what is wrong with that."""
    sender = mailing.sender
    try:
        whom = from_of_sender(sender)
    except BadMailbox:
        whom = FromWhom(sender.name if sender else "", settings.DEFAULT_FROM_EMAIL)
    by_service = sender is None or sender.uses_service
    return {
        "from_whom": whom, "sender_reason": sender_refusal(sender),
        "is_stock": sender is None and whom.from_address.endswith(f"@{STOCK_DOMAIN}"),
        "no_server": by_service and not (settings.EMAIL_URL or settings.CATCHER),
    }


def audience_context(mailing: Mailing, *, again: bool) -> dict[str, object]:
    """Return whom a run would write to, and who is left out by which reason."""
    audience = audience_of(mailing, again=again)
    context = {"audience": audience, "nobody": not audience.going,
               "forecast": forecast_words(mailing.sender, audience.going)}
    if again:
        context["has_it"] = reached_count(mailing)
    return context | named_by_reason(mailing, audience, again=again)


def named_by_reason(mailing: Mailing, audience: Audience, *, again: bool) -> dict[str, object]:
    """Return the first of those whom a run leaves out, by the names of the reasons."""
    now = timezone.now()
    whom = whom_of(mailing)
    rows = members(whom, now=now)
    if not again:
        has_it = Delivery.objects.filter(
            recipient=OuterRef("pk"), run__mailing=mailing, state__in=HAVE_IT)
        rows = without(rows, [Exists(has_it)])
    suppressed = Exists(suppressions_of_rows())
    goes = without(rows.filter(bounced_at=None), [suppressed])
    left_out = {
        "suppressed": rows.filter(suppressed),
        "bounced": without(rows.filter(bounced_at__isnull=False), [suppressed]),
    }
    if audience.same:
        left_out["same"] = with_any(goes, same_letters(whom))
        goes = without(goes, same_letters(whom))
    if audience.quiet:
        left_out["quiet"] = with_any(goes, letters_of_late(whom, now))
    named: dict[str, object] = {
        reason: first_of(rows) for reason, rows in left_out.items() if getattr(audience, reason)}
    if audience.quiet:
        named["quiet_words"] = days(timedelta(days=whom.quiet_days or 0))
    return named


def with_any(rows: QuerySet[Recipient], signs: list[Exists]) -> QuerySet[Recipient]:
    """Return those of `rows` who have one of the `signs`."""
    found = Q()
    for sign in signs:
        found |= Q(sign)
    return rows.filter(found)


def first_of(rows: QuerySet[Recipient]) -> list[Recipient]:
    return list(rows.order_by("sort_name", "pk")[:NAMED])


def sample_for(mailing: Mailing, recipient: Recipient | None) -> Sample:
    """Return the letter as `recipient` gets it; as it is written where there is nobody."""
    message = mailing.message
    if recipient is None:
        return Sample(message.subject, message.body)
    own = fields_of(message.owner_id)
    try:
        letter = Letter(seed="0", subject=message.subject, body=message.body,
                        own=[field.key for field in own],
                        **from_of_sender(mailing.sender)._asdict())
        values = json.dumps(letter_values(own, recipient.fields))
        subject, body = letter.fill(recipient.email, recipient.full_name, values)
    except ValueError as fault:
        return Sample(message.subject, message.body, str(fault))
    return Sample(subject, body)
