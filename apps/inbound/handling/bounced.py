"""What a report says of our deliveries, written down; see `mailings/bounces` for what follows."""
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from apps.core.addresses import stored
from apps.mailings.attempts.faults import Meaning
from apps.mailings.attempts.replies import Reply
from apps.mailings.bounces.services import bounce_record
from apps.mailings.models import Bounce, Delivery

from ..reports.report import Event, Outcome
from .keeping import clean

LONGEST_WORDS = 2000
# What comes of a letter that was accepted; a delay or a receipt is none of them.
BOUNCED = {
    Outcome.GONE: Bounce.Outcome.GONE, Outcome.NOW: Bounce.Outcome.NOW,
    Outcome.LETTER: Bounce.Outcome.LETTER, Outcome.US: Bounce.Outcome.US,
}


def bounces_record(deliveries: Sequence[Delivery], events: Sequence[Event],
                   happened_at: datetime) -> list[Bounce]:
    """Write down what `events` say of these `deliveries`. Returns what was not known yet."""
    found = []
    for delivery, event in attributed(deliveries, events):
        outcome = BOUNCED.get(event.outcome)
        if outcome is None:
            continue
        bounce = bounce_record(
            delivery=delivery, outcome=outcome, meaning=event.meaning or "",
            words=clean(event.words, LONGEST_WORDS), happened_at=happened_at, sure=event.sure)
        if bounce:
            found.append(bounce)
    return found


def attributed(deliveries: Sequence[Delivery],
               events: Sequence[Event]) -> list[tuple[Delivery, Event]]:
    """Return which event is about which delivery.

    An event belongs to the first delivery to its address. Where none has one, a letter went on to
    another address: the first event is about the surest delivery then, but says less of it.
    """
    if not deliveries or not events:
        return []
    pairs = []
    seen = set()
    for delivery in deliveries:
        address = stored(delivery.email)
        own = [event for event in events if stored(event.address) == address]
        if own and address not in seen:
            pairs.append((delivery, own[0] if is_about(delivery, own[0]) else weakened(own[0])))
            seen.add(address)
    if pairs:
        return pairs
    event = events[0]
    if event.address or not is_about(deliveries[0], event):
        event = weakened(event)
    return [(deliveries[0], event)]


def is_about(delivery: Delivery, event: Event) -> bool:
    """Whether the letter went on to no other address, and the words do not quote others alone."""
    stayed = all(is_same_mailbox(address, delivery.email) for address in event.went_to)
    return stayed and not Reply(event.words).is_about_others(delivery.email)


def is_same_mailbox(one: str, other: str) -> bool:
    """Whether two addresses are one, or differ in the host of one domain: mail servers rewrite it.
    """
    local, _at, domain = stored(one).rpartition("@")
    other_local, _at, other_domain = stored(other).rpartition("@")
    is_host = domain.endswith(f".{other_domain}") or other_domain.endswith(f".{domain}")
    return local == other_local and (is_host or domain == other_domain)


def weakened(event: Event) -> Event:
    """Return `event` as what it says of an address that is not the one it is about.

    Whom a letter was forwarded to may be gone: the person we wrote to is not.
    """
    if event.outcome is Outcome.GONE:
        return replace(event, outcome=Outcome.NOW, meaning=Meaning.ROUTE)
    return event
