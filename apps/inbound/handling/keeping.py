"""Letters that a person should see, kept once however often they come."""
from hashlib import blake2b

from django.db.models.functions import Lower

from apps.core.addresses import stored
from apps.mailings.models import Recipient
from apps.mailings.owned_form import CONTROL
from apps.users.models import User

from ..models import InboundLetter
from ..reports.report import Report
from .incoming import Incoming
from .models import LONGEST_TEXT

MOST_TO_DO = 1000  # that were not understood: who sends more of them fills no disk
Kind = InboundLetter.Kind


def letter_keep(incoming: Incoming, kind: "InboundLetter.Kind") -> InboundLetter | None:
    """Return the row of a letter, a new one or that of the first time it came.

    None: it has no owner to be shown to, or too many wait that nobody understands.
    """
    owner = incoming.owner
    if owner is None:
        return None
    key = key_of(incoming.report)
    known = InboundLetter.objects.filter(owner=owner, key=key).first()
    if known:
        return known
    if kind in InboundLetter.NOT_UNDERSTOOD and is_crowded(owner):
        return None
    letter, _new = InboundLetter.objects.get_or_create(
        owner=owner, key=key, defaults={"kind": kind, **fields_of(incoming, owner, kind)})
    return letter


def fields_of(incoming: Incoming, owner: User, kind: "InboundLetter.Kind") -> dict[str, object]:
    report = incoming.report
    delivery = incoming.deliveries[0] if incoming.deliveries else None
    is_auto = kind == Kind.AUTO
    return {
        "mailbox": incoming.mailbox, "uid": incoming.uid, "delivery": delivery,
        "recipient": recipient_of(incoming, owner),
        "from_address": line(report.from_address, 254), "from_name": line(report.from_name, 150),
        "subject": line(report.subject, 255),
        "text": "" if is_auto else clean(report.text, LONGEST_TEXT),
        "received_at": incoming.received_at,
        "done_at": incoming.received_at if is_auto else None,  # nobody has to see it
    }


def recipient_of(incoming: Incoming, owner: User) -> Recipient | None:
    """Return who wrote, or whom a report names; by the letter it answers, else by the address."""
    for delivery in incoming.deliveries:
        if delivery.recipient:
            return delivery.recipient
    addresses = [incoming.report.from_address]
    addresses += [event.address for event in incoming.report.events[:1]]
    for address in filter(None, map(stored, addresses)):
        found = in_book(owner, clean(address, 254))
        if found:
            return found
    return None


def in_book(owner: User, address: str) -> Recipient | None:
    rows = Recipient.objects.alias(address=Lower("email"))
    return rows.filter(owner=owner, address=address).first()


def is_crowded(owner: User) -> bool:
    waiting = InboundLetter.objects.owned_by(owner).not_understood().to_do()
    return bool(waiting[MOST_TO_DO - 1:MOST_TO_DO].exists())


def key_of(report: Report) -> str:
    """Return what tells a letter from others: a Message-ID alone may be anybody's."""
    said = "\n".join([report.message_id, report.from_address, report.subject, str(report.date),
                      report.text])
    return blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()


def line(text: str, length: int) -> str:
    """Return `text` as one line of at most so many characters."""
    return CONTROL.sub(" ", text[:2 * length]).strip()[:length]


def clean(text: str, length: int) -> str:
    """Return at most so many characters of `text`, without what no database keeps."""
    octets = text[:length].replace("\x00", "").encode("utf-8", "replace")
    return octets.decode()
