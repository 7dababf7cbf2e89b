"""The journal of a connection: what it is about to send is on the disk before the server has it.

Each connection has a file in `DATA_DIR/journal/`, named by its lease token. It holds an flock on
it, which the kernel frees when the process dies. The file is written through shared memory, which
outlives the process and costs no system call. A line's end is written last, so that a line which
death has cut off is not read. A crash of the whole machine may lose lines: the header has the id
of the boot, and in a journal of an earlier boot a missing line proves nothing.

Lines: `B <boot>` first, then `N <letters> <time>`, how many letters were taken from the queue and
stored in all, and when (see `restore.py`). `S <delivery>` comes before a letter's dot, `R <json>`
after the answer to it, and `M <delivery>` while a letter is made that may be what kills the worker.
All lines but the first two are deleted when their results are in the database.
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
TAKEN = b"N %020d %020.6f\n"  # of one length, so that it can be overwritten in place
TAKEN_LINE = re.compile(rb"B [^\n]*\nN (\d{20}) (\d{13}\.\d{6})\n")
NO_JOURNAL = FileNotFoundError, IsADirectoryError, PermissionError  # gone, or not ours to read
CLOSED = -1  # no file has this number
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def folder() -> Path:
    path = Path(settings.DATA_DIR, "journal")
    path.mkdir(parents=True, exist_ok=True)
    return path


def boot_id() -> str:
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else "-"


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
        self.end = 0  # offset after the last line
        self.start = 0  # offset after the first two lines, which stay
        self.letters = 0  # taken from the queue in all, plus those whose results were stored
        with contextlib.suppress(JournalFull):  # each mark tries again
            self._open()

    def mark(self, delivery_id: int) -> None:
        """Note that the dot of this delivery's letter may leave; reserve room for the answer."""
        self._write(b"S %d" % delivery_id, ANSWER_ROOM)

    def making(self, delivery_id: int) -> None:
        """Note which letter is being made, if it was in hand when a worker died; 0 for none."""
        self._write(b"M %d" % delivery_id)

    def answer(self, delivery_id: int, outcome: Outcome) -> None:
        """Keep the answer until it is in the database."""
        # To dump the list costs four times what its text alone does, between two letters.
        text = json.dumps(outcome.text)
        code = outcome.code or "null"
        self._write(f'R [{delivery_id}, "{outcome.phase}", {code}, {text}]'.encode("ascii"))

    def clear(self, taken: int = 0, *, but_last: bool = False) -> None:
        """Delete what the database has; first note that so many letters more were `taken`.

        With `but_last` the last line stays where it is, and the others become empty ones: it can
        not be moved without a moment in which it is not there.
        """
        self.letters += taken
        if self.fd == CLOSED:
            return
        if taken:
            line = self.taken_line()
            self.map[self.start - len(line):self.start] = line
        if but_last:
            last = max(self.start, self.map.rfind(b"\n", self.start, self.end - 1) + 1)
            self.map[self.start:last] = b"\n" * (last - self.start)
            return
        self.map[self.start:self.end] = bytes(self.end - self.start)
        self.end = self.start

    def has_room(self) -> bool:
        """Whether it may be cleared with its last line left for some time still."""
        return self.end < STEP // 2

    def taken_line(self) -> bytes:
        return TAKEN % (self.letters, time.time())

    def close(self, *, forget: bool) -> None:
        """Close the file; with `forget` delete it, as the database has all that it knew."""
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
        if not self.path.exists():  # recovery deleted it before it was locked
            os.close(self.fd)
            return self._open()
        try:
            self._write((header() + self.taken_line())[:-1])
            self.start = self.end
        except JournalFull:
            self.close(forget=True)
            raise

    def _write(self, line: bytes, room: int = 0) -> None:
        """Write a line, and make sure that `room` octets more can follow."""
        if self.fd == CLOSED:
            self._open()
        end = self.end + len(line)
        if end + room >= len(self.map):
            self._reserve(end + room + 1)
        self.map[self.end:end] = line
        self.map[end] = LINE_END
        self.end = end + 1

    def _reserve(self, octets: int) -> None:
        """Map at least `octets` of the file, after the disk has given room for them."""
        octets += -octets % STEP
        size = len(self.map)
        try:
            reserve(self.fd, size, octets - size)
            self.map = mmap.mmap(self.fd, octets)
        except OSError as error:
            raise JournalFull(error.strerror or str(error)) from error


def reserve(fd: int, start: int, length: int) -> None:
    """Write zeros, so that a full disk shows now and not when a line replaces them.

    Not by posix_fallocate, which macOS does not have. Raises OSError.
    """
    end = start + length
    while start < end:
        start += os.pwrite(fd, bytes(end - start), start)


@dataclass
class DeadJournal:
    """What a dead connection left: ids of `marked` deliveries, and `answers` by id.

    `complete`: no line is lost, so what is not marked was not sent.
    `making`: the id of the letter that was being made when it died, or 0.
    `letters`: how many it took.
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
    """Return the DeadJournal of the `octets` in `path`, without a line that has no end."""
    written = octets.partition(b"\0")[0]
    complete = written.startswith(header())
    journal = DeadJournal(path.name, path, complete, parse_taken_line(written)[0])
    for line in written.split(b"\n")[:-1]:
        kind, _, rest = line.partition(b" ")
        with contextlib.suppress(ValueError):  # a crash of the machine may leave anything
            if kind == b"S":
                journal.marked.add(int(rest))
            elif kind == b"M":
                journal.making = int(rest)
            elif kind == b"R":
                delivery_id, phase, code, text = json.loads(rest)
                journal.answers[delivery_id] = Outcome(Phase(phase), code, text)
    return journal


def letters_taken_by_token() -> dict[str, tuple[int, float]]:
    """Return what the journals of this disk say, by token: (letters taken, time of the last).

    Times are in seconds since 1970.
    """
    found = {}
    for entry in os.scandir(folder()):
        with contextlib.suppress(*NO_JOURNAL), open(entry.path, "rb", buffering=0) as file:
            found[entry.name] = parse_taken_line(file.read(200))
    return found


def parse_taken_line(written: bytes) -> tuple[int, float]:
    line = TAKEN_LINE.match(written)
    return (int(line[1]), float(line[2])) if line else (0, 0.0)
