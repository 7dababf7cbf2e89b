"""What a recipient's part of a report comes to, by the same verdict as at sending.

A report tells of a server's reply (perhaps), of an enhanced status code (perhaps one that the
reporting program has made up), and in its text of both. Who says «gone» must be sure.
"""
import re
from typing import NamedTuple

from apps.mailings.attempts.faults import Fault, Meaning
from apps.mailings.attempts.replies import Reply
from apps.mailings.attempts.verdicts import Phase, Verdict, verdict

from .prose import replies, sentences
from .report import Event, Outcome

M = Meaning
PHASES = (
    (Phase.CONNECT, re.compile(
        r"refused to talk to me|initial connection|but greeting failed|(?:reply to|after|while "
        r"sending|response to|did not like our) (?:the )?(?:ehlo|helo|lhlo|banner|starttls)"
        r"|but my name was rejected|while connected|\[(?:ehlo|helo|connect)\]")),
    (Phase.MAIL, re.compile(
        r"(?:reply to|after|while sending|response to|did not like our|following|for) (?:the )?"
        r"(?:end of )?mail[ _]from|but sender was rejected|\[mail_?from\]|in mail from")),
)
BY_ITSELF = (M.NO_DOMAIN, M.NO_MAIL)  # what the reporting program found in DNS, without a reply
VAGUE = (M.OTHER, M.UNREACHABLE, M.REFUSED, M.POLICY, M.WAIT)
LOOSE = (M.MALFORMED, *VAGUE)  # their words stand in any text about mail
ABOUT_PERSON = (Fault.ADDRESS, Fault.RECIPIENT)
CODE_OF_FULL = re.compile(r"(?<![\d.])[45]\.2\.2(?![\d.])")
FULL = Verdict(M.FULL, Fault.RECIPIENT)
# Of Postfix's list of recipients to refuse. In a report nothing else is left to say of it.
RECIPIENT_DENIED = re.compile(r"(?<!\w)recipient\s+address\s+rejected:\s+access\s+denied", re.I)
GONE_PERHAPS = Verdict(M.NO_MAILBOX, Fault.ADDRESS, False, False)
AT_THE_END = re.compile(r"\(#?([45]\.\d{1,3}\.\d{1,3})\)")  # qmail's «… (#5.1.2)»
CONTRARY = (M.FULL, M.DISK)  # said in the text, they outweigh a code that says «no such user»
GIVING_UP = re.compile(r"\s*(?:Giving up on |I'm not going to try again).*", re.DOTALL)  # qmail


class Told(NamedTuple):
    """A Verdict, and the words that it rests on."""

    verdict: Verdict
    words: str


def event(told: Told, address: str, status: str) -> Event:
    """Return the Event of a recipient whose letter has failed."""
    return Event(
        outcome=outcome_of(told.verdict),
        address=address,
        meaning=told.verdict.meaning,
        status=status,
        words=told.words[:2000],
        sure=told.verdict.sure,
    )


def outcome_of(judged: Verdict) -> Outcome:
    if judged.meaning is M.DISK:
        return Outcome.NOW  # the letter waited in vain for room at the recipient's
    return {"gone": Outcome.GONE, "now": Outcome.NOW, "us": Outcome.US}.get(
        judged.outcome, Outcome.LETTER)


def phase_in(text: str) -> Phase:
    """Return at which phase of its dialogue the reporting server was refused, as `text` says."""
    text = " ".join(text.lower().split())
    for phase, words in PHASES:
        if words.search(text):
            return phase
    return Phase.RCPT


def judged(words: str, status: str, phase: Phase, recipients: tuple[str, ...]) -> Verdict:
    """Return the Verdict on what one server said, or the program that reports."""
    words = GIVING_UP.sub("", words) or words
    reply = Reply(words)
    if reply.code and reply.code >= 400:
        return of_reply(words, phase, recipients)
    inside = replies(words)
    if inside and Reply(inside[0]).code:
        found = of_reply(inside[0], phase, recipients)
        if found.meaning not in VAGUE:
            return found
    said = of_reply(as_reply(words, ""), phase, recipients)
    is_temporary = status.startswith("4") and said.meaning not in BY_ITSELF
    if is_temporary or status and said.meaning in VAGUE:
        return of_reply(as_reply(words, status), phase, recipients)
    return said


def of_reply(reply: str, phase: Phase, recipients: tuple[str, ...]) -> Verdict:
    """Return the Verdict on a reply with a code.

    421 hangs up, but where our own side says so of a server that is silent, the way was shut.
    """
    said = verdict(reply, phase, recipient_in(reply, recipients))
    if is_gone(said) and CODE_OF_FULL.search(reply):
        return FULL
    if said.meaning is M.REFUSED and not said.temporary and RECIPIENT_DENIED.search(reply):
        return GONE_PERHAPS
    if said.meaning is M.BUSY:
        plain = verdict(as_reply(Reply(reply).rest, ""), Phase.RCPT)
        if plain.meaning is M.ROUTE and plain.sure:
            return plain
    return said


def as_reply(words: str, status: str) -> str:
    """Return `words` as if a server had said them, with the code that a report gives."""
    first = "4" if status.startswith("4") else "5"
    if status and not status.endswith(".0.0"):
        return f"{first}50 {status} {words}"
    return f"{first}50 {words}"


def recipient_in(reply: str, recipients: tuple[str, ...]) -> str | None:
    """Return the one of a recipient's addresses that `reply` quotes, else the last of them."""
    for address in recipients:
        if address.lower() in reply.lower():
            return address
    return recipients[-1] if recipients else None


def told_in_replies(text: str, phase: Phase, recipients: tuple[str, ...]) -> Told | None:
    """Return what the servers' replies in `text` say: the first that is plain, else the first."""
    doubtful: Told | None = None
    for reply in replies(text):
        said = judged(reply, "", phase, recipients)
        if said.meaning is M.OTHER:
            continue
        if said.sure:
            return Told(said, reply)
        doubtful = doubtful or Told(said, reply)
    return doubtful


def told_in_sentences(text: str, phase: Phase, recipients: tuple[str, ...]) -> Told | None:
    """Return what the sentences of `text` say: what is about a recipient first."""
    other: Told | None = None
    for sentence in sentences(text):
        said = of_sentence(sentence, phase, recipients)
        if not said.sure or said.meaning in LOOSE:
            continue
        if said.fault in ABOUT_PERSON:
            return Told(said, sentence)
        other = other or Told(said, sentence)
    return other


def of_sentence(sentence: str, phase: Phase, recipients: tuple[str, ...]) -> Verdict:
    """Return the Verdict on a sentence, and on the code at its end."""
    said = of_reply(as_reply(sentence, ""), phase, recipients)
    code = AT_THE_END.search(sentence)
    if code is None or said.sure and said.meaning in BY_ITSELF:
        return said
    return of_reply(as_reply(sentence, code[1]), phase, recipients)


def told_doubtfully(text: str, phase: Phase, recipients: tuple[str, ...]) -> Told | None:
    """Return what the first of the sentences of `text` that says anything says, sure or not."""
    for sentence in sentences(text):
        said = of_sentence(sentence, phase, recipients)
        if said.meaning is not M.OTHER:
            return Told(said, sentence)
    return None


def told_in(text: str, phase: Phase, recipients: tuple[str, ...]) -> Told | None:
    """Return what `text` says: a reply that is plain, else a plain sentence, else any reply."""
    reply = told_in_replies(text, phase, recipients)
    if reply and reply.verdict.sure:
        return reply
    sentence = told_in_sentences(text, phase, recipients)
    if reply and sentence and sentence.verdict.fault not in ABOUT_PERSON:
        return reply
    return sentence or reply


def is_gone(said: Verdict) -> bool:
    return said.fault is Fault.ADDRESS
