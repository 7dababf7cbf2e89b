"""Read a mailbox for some seconds: each letter is understood, acted on, and moved if that was so.

A reading that was killed is simply done again: what follows from a letter follows once.
"""
import imaplib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from apps.core.outage import AWAY
from apps.core.secrets import Unreadable
from apps.delivery.wire.account import Account
from apps.delivery.wire.faults import SettingsFault
from apps.mailings.senders.mailboxes import BounceMailbox

from ..handling.services import broken_letter, report_apply
from ..models import InboundLetter
from ..reports.reading import read
from .account import account_of_mailbox
from .client import FAULTS
from .diagnosis import diagnosed, words_of
from .dialogue import Dialogue, Refused
from .fetched import Letter
from .storing import place_store
from .troubles import Trouble

log = logging.getLogger("vestnik.inbound")
GROUP = 20  # letters that are fetched at once
WORK = 12.0  # seconds of one reading, without its opening
BACK = timedelta(days=30)  # how old a letter may be that is read: what is older follows from none
MOST_TRIES = 3
SAYS_NO = (Refused, imaplib.IMAP4.error)


@dataclass
class Sums:
    """How many letters were read, and what came of them."""

    letters: int = 0
    understood: int = 0
    bounces: int = 0
    left: int = 0  # people who are written to no more since
    broken: int = 0  # could not be read

    def add(self, other: "Sums") -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Found:
    """What a reading has found."""

    sums: Sums = field(default_factory=Sums)
    trouble: Trouble | None = None
    words: str = ""  # the server's
    was_read: bool = False
    has_more: bool = False


class Reading:
    """One reading of a mailbox.

    A `careful` one follows a death: it takes one letter at a time and has `begun` know which.
    """

    def __init__(self, mailbox: BounceMailbox, *, careful: bool = False,
                 begun: Callable[[int], None] = lambda uid: None) -> None:
        self.mailbox = mailbox
        self.careful = careful
        self.begun = begun
        self.found = Found()
        self.held: list[int] = []  # letters that are to be tried again

    def hold(self) -> Found:
        """Read what is new, for some seconds. Returns what was found."""
        try:
            account = account_of_mailbox(self.mailbox)
        except Unreadable:
            return Found(trouble=Trouble.PASSWORD_LOST)
        except SettingsFault:
            return Found(trouble=Trouble.CREDENTIALS)
        dialogue = Dialogue(account)
        try:
            with dialogue:
                self.read(dialogue)
                self.found.was_read = True
        except (*FAULTS, Refused) as error:
            self.fail(error, dialogue, account)
        return self.found

    def fail(self, error: Exception, dialogue: Dialogue, account: Account) -> None:
        self.found.trouble = diagnosed(error, dialogue)
        self.found.words = words_of(error, account)
        self.found.has_more = False
        log.info("mailbox %s: %s (%s)", self.mailbox.pk, self.found.trouble, dialogue.step)

    def read(self, dialogue: Dialogue) -> None:
        self.begin(dialogue)
        until = time.monotonic() + WORK
        uids = dialogue.uids_after(self.mailbox.last_uid, self.since())
        for group in self.groups(uids):
            self.put_away(dialogue, self.read_group(dialogue, group))
            place_store(self.mailbox, min(self.held, default=group[-1] + 1) - 1)
            if time.monotonic() > until:
                self.found.has_more = group[-1] != uids[-1]
                return

    def begin(self, dialogue: Dialogue) -> None:
        """Forget the numbers of letters where they are given anew (RFC 3501, 2.3.1.1)."""
        mailbox = self.mailbox
        if mailbox.uid_validity != dialogue.uid_validity:
            InboundLetter.objects.filter(mailbox=mailbox).update(uid=None)
            mailbox.uid_validity = dialogue.uid_validity
            place_store(mailbox, 0)
        if not mailbox.read_at or mailbox.trouble == Trouble.FOLDER:
            self.put_away(dialogue, dialogue.left_behind())

    def since(self) -> date:
        """Return the day before which no letter is looked at."""
        now = timezone.now()
        read_at = self.mailbox.read_at or now
        return min(now - BACK, read_at - timedelta(days=1)).date()

    def groups(self, uids: list[int]) -> Iterator[list[int]]:
        size = 1 if self.careful else GROUP
        for start in range(0, len(uids), size):
            yield uids[start:start + size]

    def put_away(self, dialogue: Dialogue, uids: list[int]) -> None:
        """Move the letters; where that can not be, they stay, and the mailbox's page says so."""
        if not uids:
            return
        try:
            dialogue.put_away(uids, self.mailbox.folder)
        except Refused as refusal:
            self.found.trouble = Trouble.FOLDER
            self.found.words = refusal.words[:500]

    def read_group(self, dialogue: Dialogue, uids: list[int]) -> list[int]:
        """Read these letters. Returns those that were understood."""
        set_aside = InboundLetter.objects.filter(
            mailbox=self.mailbox, kind=InboundLetter.Kind.BROKEN, uid__in=uids,
            tries__gte=MOST_TRIES)
        known = set(set_aside.values_list("uid", flat=True))
        understood = []
        for letter in self.fetched(dialogue, [uid for uid in uids if uid not in known]):
            self.begun(letter.uid)
            if self.is_understood(letter):
                understood.append(letter.uid)
        return understood

    def fetched(self, dialogue: Dialogue, uids: list[int]) -> Iterator[Letter]:
        """Yield the letters. Those that the server does not give are tried again another time."""
        if not uids:
            return
        try:
            yield from dialogue.letters(uids)
            return
        except imaplib.IMAP4.abort:
            raise
        except SAYS_NO as error:
            refusal = error
        given = 0
        refused = []
        for uid in uids:
            try:
                letters = dialogue.letters([uid])
            except imaplib.IMAP4.abort:
                raise
            except SAYS_NO:
                refused.append(uid)
                continue
            given += 1
            yield from letters
        if not given and len(uids) > 1:
            raise refusal  # it is the server, not a letter
        for uid in refused:
            self.count_try(uid)

    def is_understood(self, letter: Letter) -> bool:
        """Do what follows from a letter. Returns whether it was understood."""
        self.found.sums.letters += 1
        now = timezone.now()
        try:
            applied = report_apply(
                report=read(letter.octets), mailbox=self.mailbox,
                owner=self.mailbox.sender.owner, uid=letter.uid,
                received_at=min(letter.received_at or now, now))
        except AWAY:
            raise
        except Exception:
            log.exception("mailbox %s: letter %s could not be read", self.mailbox.pk, letter.uid)
            self.count_try(letter.uid)
            return False
        self.found.sums.add(Sums(0, applied.understood, len(applied.bounces), len(applied.left)))
        return applied.understood

    def count_try(self, uid: int) -> None:
        """Have a letter tried again, three times in all; then it is set aside, and shown."""
        self.found.sums.broken += 1
        if broken_letter(mailbox=self.mailbox, uid=uid).tries < MOST_TRIES:
            self.held.append(uid)
