"""Makes letters a little ahead of their turn.

A letter that is made between two waits for the network costs three times what it costs in a row,
because the processor's caches have other things by then. So some are made in a row, each through
Django's `send_mail()`, whose backend this is, and the connection takes them in their order. A
letter that is made but not sent is dropped; the journal has no mark of it.

A letter that was in hand when a worker died may have been the cause, so the journal says which one
is being made.
"""
import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from apps.mailings.models import Run

from ..wire.from_whom import from_of_run
from ..wire.letter import Letter
from .journal import Journal, JournalFull
from .results import Claimed

log = logging.getLogger("vestnik.delivery")
AHEAD = 64 * 1024  # octets of letters that are made in a row
GONE = {
    "deleted": "The recipient was deleted.",
    "suppressed": "The address is on the list of those that are not written to.",
    "bounced": "The mailbox does not exist: the address has bounced before.",
}


prepared = lru_cache(maxsize=50)(Letter)  # each run's letter is prepared once


def letter_of(run: Run) -> Letter:
    """Return the Letter of a run, from whom it came when the run started. Raises ValueError."""
    return prepared(seed=run.seed, subject=run.subject, body=run.body,
                    own=tuple(run.fields or ()), **from_of_run(run)._asdict())


@dataclass(slots=True)
class Ready:
    """A claimed delivery with its letter's octets, ready for SMTP's DATA (RFC 5321, 4.5.2).

    Without octets no letter is to be sent, for the `reason`; `unmade` when it could not be made.
    """

    row: Claimed
    octets: bytes = b""
    reason: str = ""
    unmade: bool = False


class Prefetch(BaseEmailBackend):
    """The mail backend that `send_mail()` hands the letters of one run to."""

    row: Claimed  # whose letter is being made

    def __init__(self, letter: Letter, journal: Journal) -> None:
        super().__init__()
        self.letter = letter
        self.journal = journal
        self.octets = b""

    def ready(self, rows: Iterable[Claimed]) -> Iterator[Ready]:
        """Yield a Ready for each of `rows` (Claimed), in their order."""
        made = []
        size = 0
        for row in rows:
            if row.crashes:
                self.tell_journal(row.id)
            ready = self.make(row)
            if row.crashes:
                self.tell_journal(0)
            made.append(ready)
            size += len(ready.octets)
            if size >= AHEAD:
                yield from made
                made = []
                size = 0
        yield from made

    def tell_journal(self, delivery_id: int) -> None:
        """Note in the journal which letter is being made; 0: none."""
        with contextlib.suppress(JournalFull):  # then it takes no mark either, and nothing is sent
            self.journal.making(delivery_id)

    def make(self, row: Claimed) -> Ready:
        if row.gone:
            return Ready(row, reason=GONE[row.gone])
        self.row = row
        try:
            subject, body = self.letter.fill(row.email, row.full_name, row.values)
            mail.send_mail(subject, body, self.letter.sender, [row.email], connection=self)
        except Exception as error:  # of any kind: the other letters go
            log.exception("delivery %s can not be made into a letter", row.id)
            return Ready(row, reason=str(error) or type(error).__name__, unmade=True)
        return Ready(row, self.octets)

    def send_messages(self, messages: Sequence[mail.EmailMessage]) -> int:
        """Take Django's messages, as each mail backend does. Returns how many were taken."""
        for message in messages:
            self.octets = self.letter.render(
                message.subject, message.body,  # type: ignore[arg-type]  # `fill` made plain texts
                delivery_id=self.row.id, email=self.row.email, full_name=self.row.full_name)
        return len(messages)
