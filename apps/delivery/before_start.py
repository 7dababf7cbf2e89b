"""What a person checks before letters leave: from whom, to whom, which letter, when."""
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from apps.mailings.bounces.models import came_back
from apps.mailings.fields.values import fields_of, labels_of, letter_values
from apps.mailings.hours.words import hours_words
from apps.mailings.mailings.words import days
from apps.mailings.messages.ad_mark import as_sent
from apps.mailings.messages.merge_fields import filled, in_text, unknown_fields, values_of
from apps.mailings.models import Attachment, Delivery, Mailing, Recipient, Sender
from apps.mailings.senders.readiness import sender_refusal
from apps.mailings.suppression.models import suppressions_of_rows
from apps.mailings.whom.audience import members, without
from apps.mailings.whom.rests import letters_of_late, same_letters
from apps.mailings.whom.rules import remember_whom, whom_of
from apps.mailings.whom.words import add_words

from .audience import Audience, audience_of, first_recipient, is_dear, reached_count
from .before_start_way_out import groundless_in, way_out_context
from .by_provider.shown import wants_warm_up
from .forecast_words import start_forecast_words
from .may_start import is_of_machines, mailing_refusal
from .models import worker_alive
from .services import as_seen
from .waits import hours_wait_words
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
    html: str = ""
    attachments: Sequence[Attachment] = ()
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
    own = labels_of(mailing.owner_id)
    context = {
        "mailing": mailing, "again": again, "early": mailing.waits_for_its_time(now),
        "not_now": not_now, "waits_for_machines": is_of_machines(not_now),
        "reason": not_now or sender_refusal(mailing.sender),
        "no_worker": not worker_alive(),
        "unknown_fields": unknown_fields(mailing.message, own),
        "seen": as_seen(mailing),
        "counting": not counted and is_dear(mailing),
        "falls_short": False, "hours": hours_words(mailing),
        "hours_wait": hours_wait_words(mailing, now),
        **sender_context(mailing), **way_out_context(mailing, own),
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
    return {
        "from_whom": whom, "sender_reason": sender_refusal(sender),
        "is_stock": sender is None and whom.from_address.endswith(f"@{STOCK_DOMAIN}"),
        "no_server": has_no_server(sender),
    }


def has_no_server(sender: Sender | None) -> bool:
    """Whether letters of `sender` go by the service's own mail server, and none is set up."""
    by_service = sender is None or sender.uses_service
    return by_service and not (settings.EMAIL_URL or settings.CATCHER)


def audience_context(mailing: Mailing, *, again: bool) -> dict[str, object]:
    """Return whom a run would write to, and who is left out by which reason."""
    audience = audience_of(mailing, again=again)
    words, falls_short = start_forecast_words(
        mailing, audience.going, timezone.now(), again=again)
    context = {"audience": audience, "nobody": not audience.going,
               "groundless": groundless_in(mailing),
               "forecast": words, "falls_short": falls_short,
               "wants_warm_up": wants_warm_up(mailing.sender, audience.going, timezone.now())}
    if again:
        # Of those whom it reached, some have left since.
        context["has_it"] = min(reached_count(mailing), audience.going)
    return context | named_by_reason(mailing, audience, again=again)


def named_by_reason(mailing: Mailing, audience: Audience, *, again: bool) -> dict[str, object]:
    """Return the first of those whom a run leaves out, by the names of the reasons."""
    now = timezone.now()
    whom = whom_of(mailing)
    rows = members(whom, now=now)
    if not again:
        has_it = Delivery.objects.filter(
            ~came_back(), recipient=OuterRef("pk"), run__mailing=mailing, state__in=HAVE_IT)
        rows = without(rows, [Exists(has_it)])
    suppressed = Exists(suppressions_of_rows(mailing.kind))
    goes = without(rows.filter(bounced_at=None), [suppressed])
    resting = goes.filter(resting_until__gt=now)
    goes = goes.exclude(resting_until__gt=now)
    left_out = {
        "resting": resting,
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
    attachments = list(message.attachments.all())
    now = as_sent(message)
    written = Sample(now.subject, now.body, now.html, attachments)
    if recipient is None:
        return written
    own = fields_of(message.owner_id)
    try:
        letter = Letter(owner=mailing.owner_id, seed="0", **asdict(now),
                        attachments=[one.snapshot for one in attachments],
                        own=[field.key for field in own],
                        **from_of_sender(mailing.sender)._asdict())
        values = letter_values(own, recipient.fields)
        content = letter.fill(recipient.email, recipient.full_name, json.dumps(values))
    except ValueError as fault:
        return replace(written, fault=gettext(str(fault)))
    shown = in_text(values_of(recipient.email, recipient.full_name) | values)
    return Sample(content.subject, filled(letter.body, shown), str(content.html), attachments)
