"""What a connection is about to send, durable before the letter's dot can be accepted.

One file per connection, under `DATA_DIR/journal/`, named by the connection's lease token and held
by an flock that the kernel frees on death. It is written through a shared map of memory, which is
the kernel's: a line survives the process, and costs no call. Its line end comes last, so what was
torn by death does not count. A crash of the whole machine may lose lines, so the header carries
the boot's id, and a journal of another boot proves only what it says. Lines: `N <letters> <time>`
first, how many letters the connection has taken and recorded in all, and when (`restore.py`);
`S <delivery>` before a dot, `R <json>` after its answer, `M <delivery>` while a letter is made that
may be what kills. Emptied, but for the first two, whenever its results are in the database.
"""
import contextlib
import fcntl
import json
import mmap
import os
import re
import time
import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from apps.mailings.attempts.verdicts import Phase

from ..wire.outcome import Outcome
from ..wire.reply_text import KEPT_REPLY

STEP = 64 * 1024  # octets that a journal grows by
LINE_END = ord("\n")
ANSWER_ROOM = 12 * KEPT_REPLY + 300  # octets of the longest line of an answer, as JSON in ASCII
TAKEN = b"N %020d %020.6f\n"  # always as long: it is written over in its place
TAKEN_LINE = re.compile(rb"B [^\n]*\nN (\d{20}) (\d{13}\.\d{6})\n")
NO_JOURNAL = FileNotFoundError, IsADirectoryError, PermissionError  # gone, or not ours to read
CLOSED = -1  # no file's number
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def folder() -> Path:
    path = Path(settings.DATA_DIR) / "journal"
    path.mkdir(parents=True, exist_ok=True)
    return path


def boot_id() -> str:
    if BOOT_ID.exists():
        return BOOT_ID.read_text().strip()
    return "-"


def header() -> bytes:
    return f"B {boot_id()}\n".encode("ascii")


class JournalFull(Exception):
    """The disk takes no more lines: nothing may be sent."""


class Journal:
    """The journal of one living connection. `mark` and `answer` raise JournalFull."""

    def __init__(self) -> None:
        self.token = uuid.uuid4().hex
        self.fd = CLOSED
        self.map: bytearray | mmap.mmap = bytearray()  # of memory, once the file is open
        self.end = 0  # of what is written
        self.start = 0  # of what is forgotten once the database has it
        self.letters = 0  # taken in all, and those recorded once more
        with contextlib.suppress(JournalFull):  # each mark tries again
            self._open()

    def mark(self, delivery_id: int) -> None:
        """Say that the dot of this delivery's letter may leave now. Keeps room for its answer."""
        self._write(b"S %d" % delivery_id, ANSWER_ROOM)

    def making(self, delivery_id: int) -> None:
        """Say which letter is being made, one that was in hand at a death before; 0: none."""
        self._write(b"M %d" % delivery_id)

    def answer(self, delivery_id: int, outcome: Outcome) -> None:
        """Keep the answer until it is in the database."""
        answer = json.dumps([delivery_id, outcome.phase, outcome.code, outcome.text])
        self._write(f"R {answer}".encode("ascii"))

    def clear(self, taken: int = 0) -> None:
        """Forget what the database has; say first that so many letters more were `taken`."""
        self.letters += taken
        if self.fd == CLOSED:
            return
        if taken:
            line = self.taken()
            self.map[self.start - len(line):self.start] = line
        self.map[self.start:self.end] = bytes(self.end - self.start)
        self.end = self.start

    def taken(self) -> bytes:
        return TAKEN % (self.letters, time.time())

    def close(self, *, forget: bool) -> None:
        """Let go of the journal; `forget` it when all that it knew is in the database."""
        if self.fd == CLOSED:
            return
        if forget:
            self.path.unlink(missing_ok=True)
        os.close(self.fd)
        self.fd = CLOSED
        self.map = bytearray()

    def _open(self) -> None:
        try:
            self.path = folder() / self.token
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise JournalFull(error.strerror or str(error)) from error
        fcntl.flock(self.fd, fcntl.LOCK_EX)
        if not self.path.exists():  # taken for a dead one's between the two: make it again
            os.close(self.fd)
            return self._open()
        try:
            self._write((header() + self.taken())[:-1])
            self.start = self.end
        except JournalFull:
            self.close(forget=True)
            raise

    def _write(self, line: bytes, room: int = 0) -> None:
        """Write a line, and see to it that `room` octets more can follow."""
        if self.fd == CLOSED:
            self._open()
        end = self.end + len(line)
        if end + room >= len(self.map):
            self._reserve(end + room + 1)
        self.map[self.end:end] = line
        self.map[end] = LINE_END
        self.end = end + 1

    def _reserve(self, octets: int) -> None:
        """Map `octets` and some more, once the disk has given the room for them."""
        octets += -octets % STEP
        size = len(self.map)
        try:
            reserve(self.fd, size, octets - size)
            self.map = mmap.mmap(self.fd, octets)
        except OSError as error:
            raise JournalFull(error.strerror or str(error)) from error


def reserve(fd: int, start: int, length: int) -> None:
    """Write zeros, so that a full disk is noticed now and not when a line replaces them.

    It is not posix_fallocate, because macOS has none.
    """
    end = start + length
    while start < end:
        start += os.pwrite(fd, bytes(end - start), start)


@dataclass
class DeadJournal:
    """What a dead connection left: `marked` ids, `answers` by id, and whether silence proves.

    `making` is the id of the letter over whose making it died, if so. `letters`: how many it took.
    """

    token: str
    path: Path
    complete: bool
    letters: int = 0
    marked: set[int] = field(default_factory=set)
    answers: dict[int, Outcome] = field(default_factory=dict)
    making: int = 0

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def dead_journals() -> Generator[DeadJournal]:
    """Yield each journal on this disk whose connection is gone, locked until the next one."""
    for path in sorted(folder().iterdir()):
        # A living connection holds its own; others may be gone by now, or not ours to open.
        with contextlib.suppress(BlockingIOError, *NO_JOURNAL), path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists():  # else somebody else was quicker
                yield read(path, file.read())


def read(path: Path, octets: bytes) -> DeadJournal:
    """Return the DeadJournal of the `octets` in `path`; a line without its end does not count."""
    written = octets.partition(b"\0")[0]
    complete = written.startswith(header())
    journal = DeadJournal(path.name, path, complete, taken_in(written)[0])
    for line in written.split(b"\n")[:-1]:
        kind, _, rest = line.partition(b" ")
        with contextlib.suppress(ValueError):  # what a crash of the machine left may be anything
            if kind == b"S":
                journal.marked.add(int(rest))
            elif kind == b"M":
                journal.making = int(rest)
            elif kind == b"R":
                delivery_id, phase, code, text = json.loads(rest)
                journal.answers[delivery_id] = Outcome(Phase(phase), code, text)
    return journal


def taken() -> dict[str, tuple[int, float]]:
    """Return {token: (letters taken, when last in seconds since 1970)} of this disk's journals."""
    found = {}
    for path in folder().iterdir():
        with contextlib.suppress(*NO_JOURNAL), path.open("rb") as file:
            found[path.name] = taken_in(file.read(200))
    return found


def taken_in(written: bytes) -> tuple[int, float]:
    line = TAKEN_LINE.match(written)
    if line:
        return int(line[1]), float(line[2])
    return 0, 0.0
