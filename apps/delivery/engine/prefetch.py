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
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from apps.mailings.models import Run

from ..wire.from_whom import FromWhom, from_of_run
from ..wire.letter import Letter
from .journal import Journal, JournalFull
from .results import Claimed

log = logging.getLogger("vestnik.delivery")
AHEAD = 64 * 1024  # octets of letters that are made in a row
KEPT = 48 * 1024 * 1024  # octets of letters made ready
GONE = {
    "deleted": "The recipient was deleted.",
    "suppressed": "The address is on the list of those that are not written to.",
    "bounced": "The mailbox does not exist: the address has bounced before.",
    "resting": "Letters to this address came back too often: it rests for now.",
}


class Prepared:
    """The letters of runs, each made ready once; the oldest go when they take too much memory."""

    def __init__(self) -> None:
        self.letters: dict[tuple[str, FromWhom], Letter] = {}
        self.turn = threading.Lock()

    def letter_of(self, run: Run) -> Letter:
        from_whom = from_of_run(run)
        key = (run.seed, from_whom)
        with self.turn:  # others wait: two would read the same attachments
            letter = self.letters.pop(key, None) or made_of(run, from_whom)
            self.letters[key] = letter
            while len(self.letters) > 1 and self.is_too_much():
                del self.letters[next(iter(self.letters))]
        return letter

    def has(self, run: Run) -> bool:
        return any(seed == run.seed for seed, _from_whom in list(self.letters))

    def is_too_much(self) -> bool:
        return sum(letter.size for letter in self.letters.values()) > KEPT


prepared = Prepared()


def letter_of(run: Run) -> Letter:
    """Return the Letter of a run, from whom it came when the run started. Raises ValueError."""
    return prepared.letter_of(run)


def letter_loaded(run: Run) -> None:
    """Read what `letter_of` is to make, in the transaction that claims, unless it is made.

    Runs come without it: there may be a megabyte, and each group of letters asks for runs.
    """
    missing = run.get_deferred_fields()
    if missing and not prepared.has(run):
        run.refresh_from_db(fields=list(missing))


def made_of(run: Run, from_whom: FromWhom) -> Letter:
    return Letter(owner=run.owner_id, seed=run.seed, subject=run.subject, body=run.body,
                  html=run.html, attachments=run.attachments, bounces_to=run.bounces_to,
                  own=tuple(run.fields or ()), **from_whom._asdict())


def words_of(error: Exception) -> str:
    return str(error) or type(error).__name__


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
    token: str  # in the links of that letter

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
            self.token = self.letter.carried.token(row.recipient_id, row.id, row.email)
            subject, body, html = self.letter.fill(
                row.email, row.full_name, row.values, row.id, self.token)
            mail.send_mail(
                subject, body, self.letter.sender, [row.email],  # type: ignore[arg-type]
                html_message=html, connection=self)  # type: ignore[arg-type]
        except Exception as error:  # of any kind: the other letters go
            log.exception("delivery %s can not be made into a letter", row.id)
            return Ready(row, reason=words_of(error), unmade=True)
        return Ready(row, self.octets)

    def send_messages(self, messages: Sequence[mail.EmailMessage]) -> int:
        """Take Django's messages, as each mail backend does. Returns how many were taken."""
        for message in messages:
            others = message.alternatives  # type: ignore[attr-defined]
            html = others[0].content if others else ""
            self.octets = self.letter.render(
                message.subject, message.body, html,  # type: ignore[arg-type]  # of `fill`
                delivery_id=self.row.id, email=self.row.email, full_name=self.row.full_name,
                token=self.token)
        return len(messages)
