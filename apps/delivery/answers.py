"""What the mail server's answer means for a letter, and for its run (docs/sending.md)."""
import random
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from apps.mailings.models import Delivery

State = Delivery.State
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
BUSY_HOLD = (timedelta(minutes=1), timedelta(minutes=15))
CONNECTION_HOLD = (timedelta(seconds=30), timedelta(minutes=15))
IN_A_ROW = 3  # so many failures of the connection or of the settings hold or pause a run
NO_MAILBOX = ("5.1.1", "5.1.10")
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463


class Phase(StrEnum):
    """How far the dialogue with the server had come when it was decided."""

    CONNECT = "connect"  # connecting, banner, EHLO, STARTTLS
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  # the letter's last dot has left, or may have


class Effect(StrEnum):
    """What an answer does to the whole run."""

    NONE = ""
    BUSY = "busy"  # the server asks to wait
    CONNECTION = "connection"  # the server can not be reached
    SETTINGS = "settings"  # it refuses us, not the recipient
    POLICY = "policy"  # it refuses the letter


@dataclass(slots=True)
class Outcome:
    """One try: where it ended, the reply's code (None without a reply) and its text."""

    phase: Phase
    code: int | None
    text: str

    @property
    def accepted(self):
        """Whether a 2yz answer to the dot was read (RFC 5321, 4.2.1)."""
        return self.phase is Phase.DOT and self.code is not None and 200 <= self.code < 300

    @property
    def unknown(self):
        """Whether the dot may have left and no answer to it was read."""
        return self.phase is Phase.DOT and self.code is None

    @property
    def reply(self):
        return f"{self.code} {self.text}".strip() if self.code else self.text


@dataclass(frozen=True, slots=True)
class Verdict:
    state: Delivery.State
    effect: Effect = Effect.NONE
    costs_a_try: bool = False


ACCEPTED = Verdict(State.SENT)


def judge(outcome):
    """Return the Verdict on an Outcome."""
    code, phase = outcome.code, outcome.phase
    if outcome.accepted:
        return ACCEPTED
    if outcome.unknown:
        return Verdict(State.UNKNOWN)
    if code is None:
        return Verdict(State.PENDING, Effect.CONNECTION)
    if code == 421 or (phase is Phase.CONNECT and 400 <= code < 500):
        return Verdict(State.PENDING, Effect.BUSY)
    if phase in (Phase.CONNECT, Phase.LOGIN) or code in (530, 535):
        return Verdict(State.PENDING, Effect.SETTINGS)
    if phase is Phase.MAIL and code >= 500:
        return Verdict(State.PENDING, Effect.SETTINGS)
    if 400 <= code < 500:
        return Verdict(State.RETRY, costs_a_try=True)
    if code >= 500:
        enhanced = ENHANCED.search(outcome.text)
        policy = phase is not Phase.RCPT or bool(enhanced and enhanced[1].startswith("5.7."))
        return Verdict(State.FAILED, Effect.POLICY if policy else Effect.NONE, costs_a_try=True)
    return Verdict(State.PENDING, Effect.CONNECTION)  # 1yz or 3yz where none belongs


def is_bounce(outcome):
    """Whether the answer says that there is no such mailbox (RFC 3463: 5.1.1, 5.1.10)."""
    code = ENHANCED.search(outcome.text)
    return outcome.phase is Phase.RCPT and bool(code) and code[1] in NO_MAILBOX


def retry_time(tries, now, ends_at):
    """When the try after `tries` temporary refusals is due; None when there is none any more."""
    if tries > len(RETRY_AFTER):
        return None
    due = now + RETRY_AFTER[tries - 1] * random.uniform(0.8, 1.2)
    return due if due < ends_at else None


def hold_time(effect, holds):
    """How long the run rests after `holds` earlier rests in a row."""
    first, longest = BUSY_HOLD if effect is Effect.BUSY else CONNECTION_HOLD
    return min(first * 2 ** min(holds, 10), longest)
