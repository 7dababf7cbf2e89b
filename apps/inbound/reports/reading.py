"""Reads a letter that came into a bounce mailbox: octets in, a Report out."""
import logging
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from . import complaints, failures, looks, notices, people, tracing
from .letter import Part, opened
from .pieces import Pieces
from .prose import ADDRESS
from .report import Event, Kind, Outcome, Report
from .status import entries

logger = logging.getLogger(__name__)
FIRST_ADDRESS = re.compile(ADDRESS)
BARE_LEAVING = re.compile(r"(?:re:|\s)*unsubscribe\W*$", re.IGNORECASE)
OF_PEOPLE = (Kind.PERSON, Kind.AUTO, Kind.LEAVING)
LONGEST_TEXT = 8000
GOOD_NEWS = (Outcome.DELIVERED, Outcome.DELAYED)


def read(octets: bytes) -> Report:
    """Return what the letter `octets` says; whatever the octets are, nothing is raised."""
    try:
        return understood(octets)
    except Exception:  # a letter nobody foresaw stays where it is, and is shown
        logger.exception("A letter of %d octets could not be read", len(octets))
        return Report(Kind.UNKNOWN)


def understood(octets: bytes) -> Report:
    """Return the Report of a letter; raises where this program is wrong."""
    letter = opened(octets)
    pieces = Pieces(letter)
    kind, events = said(pieces)
    words = people.own_words(pieces) if kind in OF_PEOPLE else pieces.prose
    name, address = sender(letter)
    traces = tracing.traces(pieces)
    return Report(
        kind=kind,
        events=tuple(events),
        return_paths=traces.return_paths,
        message_ids=traces.message_ids,
        leaving_tokens=traces.leaving_tokens,
        asking_tokens=tracing.asking_tokens(letter, words) if kind is Kind.LEAVING else (),
        original_to=traces.original_to,
        message_id=letter.get("message-id").strip().strip("<>")[:400],
        from_address=address,
        from_name=name,
        subject=letter.get("subject")[:998].strip(),
        date=moment(letter.get("date")),
        text=words[:LONGEST_TEXT].strip(),
        asks_to_leave=kind is Kind.PERSON and people.asks_to_leave(letter, words),
    )


def said(pieces: Pieces) -> tuple[Kind, list[Event]]:
    """Return what kind of letter it is, and what it says of whom."""
    if tracing.leaving_in(pieces.letter) and not (
            looks.answers_by_itself(pieces.letter) or looks.looks_like_report(pieces)):
        return Kind.LEAVING, []
    if (fields := complaints.feedback_of(pieces)) is not None:
        return of_feedback(pieces, fields)
    if notice := notices.notice_in(pieces.prose):
        return of_events(notices.events_of(notice))
    told = [entry for text in pieces.statuses for entry in entries(text)]
    if told:
        return of_events(failures.of_entries(pieces, told))
    is_report = looks.looks_like_report(pieces)
    if not is_report and complaints.looks_like_complaint(pieces):
        return Kind.COMPLAINT, [Event(Outcome.COMPLAINT)]
    if pieces.is_receipt:
        return Kind.AUTO, [Event(Outcome.AUTO)]
    if is_report:
        return of_events(failures.of_prose(pieces))
    return of_people(pieces)


def of_feedback(pieces: Pieces, fields: dict[str, str]) -> tuple[Kind, list[Event]]:
    complains = complaints.is_complaint(fields)
    if complains is None:
        return Kind.UNKNOWN, []
    if not complains:
        return Kind.NEWS, []
    return Kind.COMPLAINT, [Event(Outcome.COMPLAINT, address)
                            for address in complaints.complained_addresses(pieces, fields)[:100]]


def of_events(events: list[Event]) -> tuple[Kind, list[Event]]:
    """Return the kind of a report by what it says."""
    if not events:
        return Kind.UNKNOWN, []
    events = without_contradiction(events)
    if any(event.outcome is Outcome.COMPLAINT for event in events):
        return Kind.COMPLAINT, events
    if all(event.outcome in GOOD_NEWS for event in events):
        return Kind.NEWS, events
    return Kind.BOUNCE, events


def without_contradiction(events: list[Event]) -> list[Event]:
    """Return `events` without a «gone» of an address of which the report also says other things.

    A delay says nothing beside what became of the letter in the end.
    """
    ended = {event.address.lower() for event in events if event.outcome is not Outcome.DELAYED}
    events = [event for event in events
              if event.outcome is not Outcome.DELAYED or event.address.lower() not in ended]
    milder = {event.address.lower() for event in events if event.outcome is not Outcome.GONE}
    return [event for event in events
            if event.outcome is not Outcome.GONE or event.address.lower() not in milder]


def of_people(pieces: Pieces) -> tuple[Kind, list[Event]]:
    letter = pieces.letter
    if letter.get("x-apple-unsubscribe") or BARE_LEAVING.match(letter.get("subject")[:200]):
        return Kind.LEAVING, []
    if looks.is_automatic(letter):
        return Kind.AUTO, [Event(Outcome.AUTO)]
    if looks.is_daemon(letter) or not letter.fields:
        return Kind.UNKNOWN, []
    if tracing.begins_with_leaving(people.own_words(pieces)):
        return Kind.LEAVING, []
    return Kind.PERSON, []


def sender(letter: Part) -> tuple[str, str]:
    """Return the name and the address of From."""
    value = letter.get("from")[:1000]
    found = FIRST_ADDRESS.search(value)
    if not found:
        return value.strip()[:200], ""
    name = value[:found.start()].rstrip("<").strip().strip('"')
    return name[:200], found[0].rstrip(".>")


def moment(value: str) -> datetime | None:
    """Return the time of a Date field; None where it is none."""
    try:
        date = parsedate_to_datetime(value[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
