"""Whose letter came back: by what only we can have made, and never by an address alone.

Anybody may send a report to a bounce mailbox, with any address in it. What tells a delivery is a
token under our lasting key, or a Message-ID that is derived from the secret of its run; whoever
has one of them has had that letter. A mailbox is of one owner: deliveries of others are not hit.
"""
import re
from collections.abc import Iterable
from datetime import timedelta
from hashlib import blake2b
from itertools import islice

from django.db.models.functions import Lower
from django.utils import timezone

from apps.core.addresses import stored
from apps.delivery.wire.tokens import OCTETS, delivery_in, is_of, leaving_in, may_leave
from apps.mailings.models import Delivery, Run
from apps.users.models import User

from ..reports.report import Report

MOST = 20  # tokens, ids or addresses of one report that are looked at
OLD_FOR = timedelta(days=60)  # servers give up within five days, people answer later
OLD_RUNS = 200
OLD_ID = re.compile(rf"([0-9a-f]{{{2 * OCTETS}}})@.*", re.DOTALL)
# What may be long, and nobody here reads.
CONTENT = ("run__body", "run__html", "run__attachments")


def delivery_of(report: Report, owner: User | None) -> Delivery | None:
    """Return the delivery that `report` is about; None where nothing in it proves one."""
    return next(iter(deliveries_of(report, owner)), None)


def deliveries_of(report: Report, owner: User | None) -> list[Delivery]:
    """Return the deliveries that `report` proves to be about, the surest first.

    They are of `owner`; None: of anybody. A report has one but for those of several letters.
    """
    for ways in (by_return_path, by_message_id, by_leaving_token, by_old_message_id):
        if found := list(ways(report, owner)):
            return found
    return []


def by_return_path(report: Report, owner: User | None) -> list[Delivery]:
    """The address that the report came to: one letter's own, whatever else is quoted."""
    tokens = (local.rpartition("+")[2] for local in report.return_paths)
    return checked(tokens, owner)[:1]


def by_message_id(report: Report, owner: User | None) -> list[Delivery]:
    return checked((text.partition("@")[0] for text in report.message_ids), owner)


def checked(tokens: Iterable[str], owner: User | None) -> list[Delivery]:
    """Return the deliveries of those `tokens` that we have made, in order."""
    claimed = [(token, delivery_in(token)) for token in islice(tokens, MOST)]
    rows = rows_of({number for _token, number in claimed if number is not None}, owner)
    found = {}
    for token, number in claimed:
        delivery = rows.get(number)
        if delivery and is_of(token, delivery.pk, delivery.run.seed):
            found[delivery.pk] = delivery
    return list(found.values())


def rows_of(numbers: set[int], owner: User | None) -> dict[int | None, Delivery]:
    """Return the deliveries of these `numbers` that are the owner's, by their numbers."""
    if not numbers:
        return {}
    rows = Delivery.objects.filter(pk__in=numbers).select_related("run__owner").defer(*CONTENT)
    if owner:
        rows = rows.filter(run__owner=owner)
    return {delivery.pk: delivery for delivery in rows}


def by_leaving_token(report: Report, owner: User | None) -> list[Delivery]:
    """The link to leave in the original's List-Unsubscribe (RFC 2369)."""
    texts = (text.lower() for text in report.leaving_tokens[:MOST])
    tokens = [token for text in texts if (token := leaving_in(text))]
    rows = rows_of({token.delivery for token in tokens}, owner)
    found = {}
    for token in tokens:
        delivery = rows.get(token.delivery)
        if delivery and may_leave(token, delivery.run.owner_id, delivery.email):
            found[delivery.pk] = delivery
    return list(found.values())


def by_old_message_id(report: Report, owner: User | None) -> list[Delivery]:
    """The Message-IDs of letters that left before these had tokens: a digest with the run's seed.

    It does not tell the delivery's number, so those to the addresses in the report are tried.
    """
    digests = {found[1] for text in report.message_ids[:MOST] if (found := OLD_ID.fullmatch(text))}
    if not digests or owner is None:
        return []
    return [one for one in lately_sent(addresses_in(report), owner) if old_digest(one) in digests]


def old_digest(delivery: Delivery) -> str:
    """Return what stood before the @ of this delivery's Message-ID."""
    seed = delivery.run.seed.encode("ascii")
    return blake2b(b"%d" % delivery.pk, digest_size=OCTETS, key=seed).hexdigest()


def addresses_in(report: Report) -> list[str]:
    """Return whom the original letter may have been for, by what the report says of it."""
    texts = [event.address for event in report.events[:MOST]]
    return [stored(text) for text in (*texts, *report.original_to[:MOST]) if text]


def lately_sent(addresses: list[str], owner: User) -> list[Delivery]:
    """Return the owner's deliveries of late to these `addresses`, the newest first."""
    if not addresses:
        return []
    runs = Run.objects.filter(
        owner=owner.pk, started_at__gte=timezone.now() - OLD_FOR).order_by("-id")
    # Each run is looked at by the index of its addresses.
    newest = list(runs.values_list("pk", flat=True)[:OLD_RUNS])
    rows = Delivery.objects.alias(address=Lower("email")).filter(
        run__in=newest, address__in=addresses)
    return list(rows.select_related("run__owner").defer(*CONTENT).order_by("-id")[:OLD_RUNS])
