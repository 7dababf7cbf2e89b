"""What a mail server's answer means for a letter and for its recipient.

`faults.TABLE` says whose fault each meaning is; `rules` has the words and the codes that lead to
a meaning. The words decide, not the first digit alone: servers answer «550 5.7.1 No such user»
and «550 5.1.1 Mailbox full» alike. Only words about their own address mark a recipient as gone.
"""
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from . import rules
from .faults import FAULTS, OUTCOMES, Fault, Meaning
from .replies import Reply

M = Meaning


class Phase(StrEnum):
    """How far the dialogue with the server had come when it was decided."""

    CONNECT = "connect"  # connecting, banner, EHLO, STARTTLS
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  # the letter's last dot has left, or may have


BEFORE_RCPT = (Phase.CONNECT, Phase.LOGIN, Phase.MAIL)  # no recipient has been named yet
ABOUT_US = (Fault.US, Fault.US_FOR_NOW)


class Verdict(NamedTuple):
    """What one answer means."""

    meaning: Meaning
    fault: Fault
    temporary: bool = False  # 4yz: the same may succeed later (RFC 5321, 4.2.1)
    sure: bool = True  # plain words or a plain code, no guess

    @property
    def outcome(self) -> str:
        """Return sent, gone, now, letter, us or unknown."""
        return OUTCOMES[self.fault]

    @property
    def words(self) -> str:
        """What it means, for a person; translated when shown."""
        return self.meaning.label

    @property
    def marks(self) -> bool:
        """Whether the recipient gets no letters any more until a person says otherwise."""
        return self.fault is Fault.ADDRESS and self.sure


ACCEPTED = Verdict(M.ACCEPTED, Fault.NOBODY)
UNREACHABLE = Verdict(M.UNREACHABLE, Fault.WAY)
UNKNOWN = Verdict(M.UNKNOWN, Fault.NOT_KNOWN)


def verdict(reply: str | None, phase: str, recipient: str | None = None) -> Verdict:
    """Return the Verdict on a server's whole `reply` at a `phase` of the dialogue.

    `recipient` is the address that the letter was for: a reply that quotes others only is not
    about it. A reply without a code is judged by its words; without either, nothing was said.
    """
    return judged(str(reply or ""), phase_of(phase), str(recipient or ""))


@lru_cache(maxsize=1024)  # the ledger, the breaker and the tallies all ask about one reply
def judged(reply: str, phase: Phase, recipient: str) -> Verdict:
    answer = Reply(reply)
    if answer.code is None:
        return said_without_code(answer, phase, recipient)
    if answer.code >= 400:
        return refusal(answer, phase, recipient)
    if phase is Phase.DOT and answer.code < 300:
        return ACCEPTED
    return UNREACHABLE


def phase_of(name: str) -> Phase:
    """Return the Phase called `name`; unknown names are RCPT, where most refusals come."""
    try:
        return Phase(str(name).lower())
    except ValueError:
        return Phase.RCPT


def said_without_code(answer: Reply, phase: Phase, recipient: str) -> Verdict:
    """Return the Verdict on words that no code stands before: a report's, or an error of ours."""
    if phase not in BEFORE_RCPT and not answer.ours:
        meaning, sure = said(answer, recipient)
        if meaning is not M.OTHER:
            return Verdict(meaning, FAULTS[meaning], False, sure)
    if phase is Phase.DOT:
        return UNKNOWN
    return UNREACHABLE


def refusal(answer: Reply, phase: Phase, recipient: str) -> Verdict:
    """Return the Verdict on a 4yz or 5yz reply."""
    temporary = answer.code < 500
    meaning, sure = said(answer, recipient)
    if phase in BEFORE_RCPT:
        meaning = about_us(meaning, phase, temporary)
    elif temporary:
        meaning = for_now(meaning, answer.code)
    fault = FAULTS[meaning]
    if temporary and fault is Fault.US and meaning not in rules.NEVER_CURED:
        fault = Fault.US_FOR_NOW
    return Verdict(meaning, fault, temporary, sure)


def said(answer: Reply, recipient: str) -> tuple[Meaning, bool]:
    """Return the Meaning of a refusal's words and codes, and whether it is no guess."""
    meaning, sure = rules.meaning_of(answer)
    somebody = FAULTS[meaning] is Fault.ADDRESS or meaning is M.OTHER
    if not recipient or not somebody or meaning is M.MOVED:
        return meaning, sure
    if not answer.is_about_others(recipient):
        return meaning, sure
    if answer.quotes_domain_of(recipient):
        return M.OTHER, False  # perhaps the mailbox behind an alias, perhaps our sender's
    return M.SENDER, sure


def about_us(meaning: Meaning, phase: Phase, temporary: bool) -> Meaning:
    """Return what `meaning` is before any recipient was named: our own matter, always."""
    if FAULTS[meaning] in ABOUT_US or meaning is M.TOO_BIG:
        return meaning
    if temporary:
        return M.BUSY
    return {Phase.CONNECT: M.REFUSED, Phase.LOGIN: M.LOGIN, Phase.MAIL: M.SENDER}[phase]


def for_now(meaning: Meaning, code: int) -> Meaning:
    """Return what `meaning` is in a temporary refusal, which marks nobody as gone."""
    if code == 421 and FAULTS[meaning] not in ABOUT_US:
        return M.BUSY  # the server hangs up on us, whatever it says (RFC 5321, 3.8)
    if FAULTS[meaning] is Fault.ADDRESS or meaning in (M.OTHER, M.REFUSED, M.CROWDED):
        return M.WAIT
    return meaning


def meaning_of(*, accepted: bool, unknown: bool, code: int | None, reply: str,
               recipient: str | None = None) -> Meaning:
    """Return the Meaning of one attempt, from what is stored of it: its phase is not."""
    if accepted:
        return M.ACCEPTED
    if unknown:
        return M.UNKNOWN
    if code is None:
        return M.UNREACHABLE
    return verdict(reply, Phase.RCPT, recipient).meaning
