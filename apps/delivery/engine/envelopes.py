"""From whom the envelopes of a connection's letters come: an address of each letter's own, to
which it comes back, or the sender's where the server does not take such."""
import logging
from collections.abc import Callable

from apps.mailings.attempts.faults import Fault, Meaning
from apps.mailings.attempts.verdicts import Phase
from apps.mailings.models import Run, Sender

from ..wire.letter import Letter
from ..wire.outcome import Outcome
from ..wire.transport import Envelope, Transport
from .prefetch import Ready
from .results import Claimed

log = logging.getLogger("vestnik.delivery")


class Envelopes:
    """The envelopes of one group's letters after the other."""

    run: Run
    refused: Run  # of which run a letter was refused by its `words`
    letter: Letter

    def __init__(self) -> None:
        self.is_signed = False  # each letter has an address of its own
        self.announced: dict[int, Envelope] = {}  # signed before its letter's turn
        self.words = ""  # by which the server has refused that

    def begin(self, run: Run, letter: Letter) -> None:
        """Begin a group of `run`."""
        self.run = run
        self.letter = letter
        self.is_signed = run.has_return_path
        self.announced.clear()

    def of(self, row: Claimed) -> Envelope:
        if not self.is_signed:
            return self.letter.sender, row.email
        return self.announced.pop(row.id, None) or self.signed(row)

    def of_following(self, row: Claimed) -> Envelope:
        """Return the envelope of the letter that comes after the one that is handed in next."""
        if not self.is_signed:
            return self.letter.sender, row.email
        self.announced[row.id] = self.signed(row)
        return self.announced[row.id]

    def signed(self, row: Claimed) -> Envelope:
        return self.letter.carried.return_path(row.id), row.email

    def hand_in(self, transport: Transport, ready: Ready, following: Envelope | None,
                meanwhile: Callable[[], object] | None = None) -> Outcome:
        """Hand in a letter. One that was refused for its own address goes from the sender's."""
        outcome = self.send(transport, ready, following, meanwhile)
        if not self.is_signed or not may_be_about_sender(outcome, ready.row):
            return outcome
        self.is_signed = False
        again = self.send(transport, ready, None)
        if again.accepted:
            self.words = outcome.reply
            self.refused = self.run
        else:
            self.is_signed = True  # it may have been something else
        return again

    def send(self, transport: Transport, ready: Ready, following: Envelope | None,
             meanwhile: Callable[[], object] | None = None) -> Outcome:
        sender, recipient = self.of(ready.row)
        return transport.send(
            ready.octets, sender, recipient, following, self.letter.tail, meanwhile)

    def write_down(self) -> None:
        """Have the rest of the run, and later runs, come from the sender's address, if need be."""
        if not self.words:
            return
        run = self.refused
        log.warning("run %s: its server takes no return path: %s", run.pk, self.words,
                    extra={"run": run.pk})
        Run.objects.filter(pk=run.pk).update(has_return_path=False)
        if run.sender_id:
            Sender.all_objects.filter(pk=run.sender_id).update(takes_return_path=False)
        self.words = ""


def may_be_about_sender(outcome: Outcome, row: Claimed) -> bool:
    """Whether a letter may have been refused for good because of from whom it comes.

    Before the letter all may be that is not about the recipient: servers say it in many ways.
    """
    if outcome.code is None or outcome.code < 500:
        return False
    verdict = outcome.verdict(row.email)
    if outcome.phase in (Phase.MAIL, Phase.RCPT):
        return verdict.fault not in (Fault.ADDRESS, Fault.RECIPIENT)
    return verdict.meaning is Meaning.SENDER
