"""What a report tells of each recipient whose letter it is about."""
import re
from dataclasses import replace

from apps.mailings.attempts.faults import Meaning
from apps.mailings.attempts.verdicts import Phase, verdict

from . import looks
from .judging import (
    CONTRARY,
    VAGUE,
    Told,
    as_reply,
    event,
    is_gone,
    judged,
    phase_in,
    told_doubtfully,
    told_in,
)
from .pieces import Pieces
from .prose import ADDRESS, Section, mentioned, sections, sentences
from .report import Event, Outcome
from .status import Entry

FAILED = ("fail", "error", "bounce", "expired", "reject", "undeliver")
ARRIVED = ("deliver", "relay", "expand", "success")
DELAYED = ("delay", "defer", "warn", "queue")
MAY_BE_FULL = re.compile(
    r"full|quota|space|storage|exceed|переполн|места|voll|pleine|llen|piena", re.IGNORECASE)
ADDRESSES = re.compile(ADDRESS)
GENERATED = re.compile(  # Exim: «  b@far.example\n    (generated from a@near.example)»
    rf"^[ \t]{{1,8}}({ADDRESS})[^\n]{{0,200}}\n[ \t]{{1,8}}\(?generated from ({ADDRESS})",
    re.MULTILINE)
PROSE = 8000  # characters that are judged


def of_entries(pieces: Pieces, entries: list[Entry]) -> list[Event]:
    """Return the events of recipients that the machine's part names."""
    known = tuple(dict.fromkeys(address for entry in entries for address in entry.addresses))
    told = {each.address.lower(): each.words
            for each in sections(pieces.prose[:PROSE], known, frozenset())}
    events = []
    others_say_more = any(entry.diagnostic for entry in entries)
    for entry in entries:
        words = "\n".join(told.get(each.lower(), "") for each in entry.addresses).strip()
        alone = len(entries) == 1
        found = of_entry(entry, words, pieces.prose[:PROSE] if alone else "")
        if found.outcome is Outcome.GONE and not found.words.strip() and others_say_more:
            found = replace(found, outcome=Outcome.LETTER, meaning=Meaning.OTHER)  # it is torn
        events.append(replace(found, went_to=entry.addresses[1:]))
    return events


def of_entry(entry: Entry, section: str, prose: str) -> Event:
    """Return the Event of one recipient; `section` is what the text says of that one."""
    address = entry.addresses[0] if entry.addresses else ""
    outcome = done(entry)
    told = told_of(entry, section, prose)
    if outcome is None:
        return event(told, address, entry.status)
    meaning = None if outcome is Outcome.DELIVERED else told.verdict.meaning
    return Event(outcome, address, meaning, entry.status, told.words[:2000])


def done(entry: Entry) -> Outcome | None:
    """Return DELIVERED or DELAYED; None for what has failed."""
    if entry.action.startswith(FAILED):
        return None
    if entry.action.startswith(ARRIVED):
        return Outcome.DELIVERED
    if entry.action.startswith(DELAYED):
        return Outcome.DELAYED
    return {"2": Outcome.DELIVERED, "4": Outcome.DELAYED}.get(entry.status[:1])


def told_of(entry: Entry, section: str, prose: str) -> Told:
    """Return the verdict on a recipient of the machine's part."""
    phase = phase_in(section or prose)
    if not entry.diagnostic:
        return told_by_text(entry, section, prose, phase)
    said = judged(entry.diagnostic, entry.status, phase, entry.addresses)
    if is_gone(said):
        if contrary := contrary_in(section or prose):
            return contrary
        return Told(said, entry.diagnostic)
    if said.meaning in VAGUE and (section or prose):
        other = told_in(section, phase, entry.addresses) if section else None
        other = other or told_in(prose, phase, entry.addresses)
        if other and other.verdict.sure and other.verdict.meaning not in VAGUE:
            return other
    return Told(said, entry.diagnostic)


def told_by_text(entry: Entry, section: str, prose: str, phase: Phase) -> Told:
    """Return the verdict where the machine's part has a status code at most."""
    told = told_in(section, phase, entry.addresses) if section else None
    told = told or (told_in(prose, phase, entry.addresses) if prose else None)
    by_code = verdict(as_reply("", entry.status), phase) if entry.status else None
    if told and (told.verdict.sure or by_code is None or not by_code.sure):
        if is_gone(told.verdict) and entry.status.startswith("4"):
            return Told(verdict(as_reply(told.words, entry.status), phase), told.words)
        return told
    if by_code is None:
        return Told(verdict("550 ", phase), section or prose[:200])
    return Told(by_code, told.words if told else section)


def contrary_in(text: str) -> Told | None:
    """Return what the text says against a code that says «gone»: that a mailbox is full."""
    if not MAY_BE_FULL.search(text):
        return None
    for sentence in sentences(text):
        if MAY_BE_FULL.search(sentence):
            said = verdict(as_reply(sentence, ""), Phase.RCPT)
            if said.sure and said.meaning in CONTRARY:
                return Told(said, sentence)
    return None


def of_prose(pieces: Pieces) -> list[Event]:
    """Return the events of a report that is written for people alone."""
    letter = pieces.letter
    prose = pieces.prose[:PROSE]
    head = f"{letter.get('subject')[:300]}\n{prose[:1500]}"
    known = known_addresses(pieces)
    own = own_addresses(pieces) - {each.lower() for each in known}
    found = sections(prose, known, own)
    if not found:
        found = [Section(mentioned(prose, own) or original_address(pieces), "")]
    if looks.has_arrived(head):
        return [Event(Outcome.DELIVERED, each.address) for each in found]
    events = [of_section(each, prose, letter.get("subject")[:300]) for each in found]
    events = [forwarded(each, prose) for each in events]
    if not looks.tells_of_failure(head) and all(
            event.meaning is Meaning.OTHER for event in events):
        return []
    if looks.is_delayed(head):
        return [Event(Outcome.DELAYED, each.address, each.meaning, each.status, each.words)
                for each in events]
    return events


def of_section(section: Section, prose: str, subject: str) -> Event:
    """Return the Event of one address, from what stands under it, else from all of the text."""
    addresses = (section.address,) if section.address else ()
    phase = phase_in(section.words or prose)
    told = None
    for text in filter(None, (section.words, prose, subject)):
        told = preferred(told, told_in(text, phase, addresses))
        if told and told.verdict.sure and told.verdict.meaning not in VAGUE:
            break
    told = told or told_doubtfully(section.words, phase, addresses) or Told(
        verdict("550 ", phase), " ".join((section.words or prose).split())[:300])
    return event(told, section.address, status_of(told.words))


def forwarded(event: Event, prose: str) -> Event:
    """Return `event` as one of the address written to, where Exim says what that went on to."""
    for went_to, written_to in GENERATED.findall(prose) if "generated from" in prose else ():
        if event.address.lower() in (went_to.lower(), written_to.lower()):
            return replace(event, address=written_to, went_to=(went_to,))
    return event


def preferred(told: Told | None, other: Told | None) -> Told | None:
    """Return the first of two that is plain, else the first there is."""
    if told is None or other is None:
        return told or other
    return other if other.verdict.sure and not told.verdict.sure else told


def status_of(words: str) -> str:
    found = re.search(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])", words)
    return found[0] if found else ""


def known_addresses(pieces: Pieces) -> tuple[str, ...]:
    """Return the addresses that the report's header names as those that failed."""
    values = [*pieces.letter.all("x-failed-recipients"), *pieces.letter.all("x-bounced-address")]
    return tuple(dict.fromkeys(ADDRESSES.findall(" ".join(values)[:4000])))


def own_addresses(pieces: Pieces) -> frozenset[str]:
    """Return the addresses of the sender, of whom no report tells."""
    values = [pieces.letter.get("to"), pieces.letter.get("from")]
    if pieces.original:
        values += [pieces.original.get("from"), pieces.original.get("return-path")]
    return frozenset(each.lower() for each in ADDRESSES.findall(" ".join(values)[:4000]))


def original_address(pieces: Pieces) -> str:
    """Return whom the returned letter was for, where that was one."""
    to = ADDRESSES.findall(pieces.original.get("to")[:2000]) if pieces.original else []
    return to[0] if len(to) == 1 else ""
