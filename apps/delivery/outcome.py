"""One try to send a letter: where it ended, and what that makes of its delivery."""
import random
from dataclasses import dataclass
from datetime import timedelta

from apps.mailings.attempts import verdicts
from apps.mailings.attempts.faults import Fault
from apps.mailings.attempts.verdicts import Phase, Verdict
from apps.mailings.models import Delivery

State = Delivery.State
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
COSTS_A_TRY = (Fault.ADDRESS, Fault.RECIPIENT, Fault.LETTER)
FINAL = {Fault.NOBODY: State.SENT, Fault.NOT_KNOWN: State.UNKNOWN}


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

    def verdict(self, recipient: str) -> Verdict:
        """Return the Verdict on this try of a letter for `recipient`."""
        if self.accepted:
            return verdicts.ACCEPTED
        if self.unknown:
            return verdicts.UNKNOWN
        if self.code is None:
            return verdicts.UNREACHABLE
        return verdicts.verdict(self.reply, self.phase, recipient)


def state_after(verdict: Verdict) -> Delivery.State:
    """Return what a delivery becomes; RETRY also where no try is left."""
    if verdict.fault in FINAL:
        return FINAL[verdict.fault]
    if verdict.fault not in COSTS_A_TRY:
        return State.PENDING
    return State.RETRY if verdict.temporary else State.FAILED


def retry_time(tries, now, ends_at):
    """When the try after `tries` temporary refusals is due; None when there is none any more."""
    if tries > len(RETRY_AFTER):
        return None
    due = now + RETRY_AFTER[tries - 1] * random.uniform(0.8, 1.2)
    return due if due < ends_at else None
