"""Read a mailbox: what came, and moving away what was understood. Nothing is ever deleted.

No letter is marked as seen, and only those that are named are moved (RFC 6851, else RFC 4315).
"""
import contextlib
import imaplib
import re
import time
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from types import TracebackType
from typing import Any

from apps.delivery.wire.account import Account
from apps.delivery.wire.deadline import Deadline, TimedReader
from apps.delivery.wire.opening import refuse_open_password
from apps.mailings.senders.models import Sender

from .client import FAULTS, LARGEST, Client, connected
from .fetched import Letter, letters_in
from .names import folder_name

OPENING = 25.0  # seconds, up to the mailbox's own answer
FIRST = 10.0  # for one answer before the login
READING = 60.0  # seconds, from then on
EACH = 20.0  # for one answer
PARTING = 1.0
READ = "VestnikRead"  # the mark of a letter that could not be moved
ITEMS = f"(UID INTERNALDATE BODY.PEEK[]<0.{LARGEST}>)"
PREFIX = re.compile(rb'\(\("((?:[^"\\]|\\.){0,100})" ')  # people's own namespace (RFC 2342)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Step(StrEnum):
    """How far the dialogue had come."""

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    LOGIN = "login"
    SELECT = "select"
    READ = "read"
    MOVE = "move"


class Refused(Exception):
    """The server has answered NO; the `words` are its own."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Dialogue:
    """One dialogue with a mailbox's server, from the connection to the goodbye."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.step = Step.CONNECT
        self.deadline = Deadline(OPENING, FIRST)
        self.reader: TimedReader | None = None
        self.client: Client | None = None
        self.uid_validity = 0
        self.keeps_marks = False

    def __enter__(self) -> "Dialogue":
        """Connect, log in and open the INBOX. Raises FAULTS and Refused."""
        try:
            self.open()
        except BaseException:
            self.hang_up()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        with contextlib.suppress(*FAULTS):
            if self.client is not None and error is None:
                self.deadline.each = PARTING
                self.client.logout()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection without a word."""
        with contextlib.suppress(*FAULTS):
            if self.client is not None:
                self.client.sock.close()
            if self.reader is not None:
                self.reader.sock.close()

    @property
    def was_heard(self) -> bool:
        """Whether the server has said something."""
        return self.reader is not None and self.reader.octets > 0

    @property
    def at(self) -> Client:
        assert self.client is not None
        return self.client

    def open(self) -> None:
        refuse_open_password(self.account)
        self.reader = connected(self.account, self.deadline)
        self.step = Step.GREETING
        self.client = Client(self.account, self.deadline, self.reader)
        if self.account.security == Sender.Security.STARTTLS:
            self.step = Step.TLS
            self.at.encrypt()
        self.step = Step.LOGIN
        self.deadline.each = OPENING
        self.at.log_in()
        self.step = Step.SELECT
        self.select()
        self.step = Step.READ
        self.deadline.each = EACH
        self.deadline.at = time.monotonic() + READING

    def select(self) -> None:
        good(self.at.select("INBOX"))
        validity = self.at.response("UIDVALIDITY")[1][0] or b"0"
        self.uid_validity = int(validity)
        flags = self.at.response("PERMANENTFLAGS")[1][0] or b""
        self.keeps_marks = b"\\*" in flags

    def uids_after(self, last: int, since: date) -> list[int]:
        """Return the numbers of the letters that came after `last`, in order."""
        day = f"{since.day}-{MONTHS[since.month - 1]}-{since.year}"
        found = self.search("UID", f"{last + 1}:*", "SINCE", day)
        return [uid for uid in found if uid > last]  # `9:*` holds the last letter too

    def search(self, *what: str) -> list[int]:
        lines = good(self.at.uid("SEARCH", *what))
        words = b" ".join(line for line in lines if line).split()
        return sorted({int(word) for word in words if word.isdigit() and len(word) <= 10})

    def letters(self, uids: list[int]) -> list[Letter]:
        """Return these letters, as far as they are still there. Raises Refused and FAULTS."""
        self.at.untagged_responses.pop("FETCH", None)
        return letters_in(good(self.at.uid("FETCH", in_set(uids), ITEMS)))

    def put_away(self, uids: list[int], folder: str) -> None:
        """Move these letters to `folder`, which is made where it is missing.

        Raises Refused where they can not be moved: they are marked as read by us then, if that
        can be done.
        """
        self.step = Step.MOVE
        try:
            self.move(in_set(uids), self.made(folder))
        except imaplib.IMAP4.abort:
            raise
        except (Refused, imaplib.IMAP4.error) as refusal:
            if self.keeps_marks:
                self.at.uid("STORE", in_set(uids), "+FLAGS.SILENT", f"({READ})")
            raise Refused(str(refusal)) from None
        finally:
            self.step = Step.READ

    def made(self, folder: str) -> str:
        """Return the name of `folder` for commands. It is there then, else Refused is raised."""
        name = folder_name(folder, self.prefix())
        if self.at.status(name, "(UIDVALIDITY)")[0] == "OK":
            return name
        good(self.at.create(name))
        self.at.subscribe(name)  # mail programs show it
        return name

    def prefix(self) -> str:
        """Return what the server has before the names of people's own folders."""
        if "NAMESPACE" not in self.at.capabilities:
            return ""
        found = PREFIX.match(good(self.at.namespace())[0] or b"")
        return found[1].decode("ascii", "ignore") if found else ""

    def move(self, uids: str, folder: str) -> None:
        if "MOVE" in self.at.capabilities:
            good(self.at.uid("MOVE", uids, folder))
        elif "UIDPLUS" in self.at.capabilities:
            good(self.at.uid("COPY", uids, folder))
            good(self.at.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)"))
            good(self.at.uid("EXPUNGE", uids))  # the copied ones alone
        else:
            raise Refused("The server can not move single letters (MOVE, UIDPLUS).")

    def left_behind(self) -> list[int]:
        """Return the letters that are read, but could not be moved."""
        return self.search("KEYWORD", READ) if self.keeps_marks else []


def good(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return what the server has answered. Raises Refused."""
    typ, lines = answer
    if typ != "OK":
        words = b" ".join(line for line in lines if isinstance(line, bytes))
        raise Refused(words.decode("utf-8", "replace"))
    return lines


def in_set(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))
