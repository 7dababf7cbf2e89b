"""What a connection is about to send, durable before the letter's dot can be accepted.

One file per connection, under `DATA_DIR/journal/`, named by the connection's lease token and held
by an flock that the kernel frees on death. A line is one `write` and so survives the process; a
crash of the whole machine may lose lines, so the header carries the boot's id, and a journal of
another boot proves only what it says. Lines: `S <delivery>` before a dot, `R <json>` after its
answer. Emptied whenever its results are in the database.
"""
import contextlib
import fcntl
import json
import os
import uuid
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path

from django.conf import settings

from .answers import Outcome, Phase

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def folder():
    path = Path(settings.DATA_DIR) / "journal"
    path.mkdir(parents=True, exist_ok=True)
    return path


def boot_id():
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else "-"


class JournalFull(Exception):
    """The disk takes no more lines: nothing may be sent."""


class Journal:
    """The journal of one living connection. `mark` and `answer` raise JournalFull."""

    def __init__(self):
        self.token, self.fd = uuid.uuid4().hex, None
        self.header = f"B {boot_id()}\n".encode("ascii")
        with contextlib.suppress(JournalFull):  # each mark tries again
            self._open()

    def mark(self, delivery_id):
        """Say that the dot of this delivery's letter may leave now."""
        self._write(b"S %d\n" % delivery_id)

    def answer(self, delivery_id, outcome):
        """Keep the answer until it is in the database."""
        code, text = outcome.code or "null", quoted(outcome.text)
        self._write(f'R [{delivery_id}, "{outcome.phase}", {code}, {text}]\n'.encode("ascii"))

    def clear(self):
        """Forget what the database has."""
        if self.fd is not None:
            self.size = len(self.header)
            os.ftruncate(self.fd, self.size)

    def close(self, *, forget):
        """Let go of the journal; `forget` it when all that it knew is in the database."""
        if self.fd is not None:
            if forget:
                self.path.unlink(missing_ok=True)
            os.close(self.fd)
            self.fd = None

    def _open(self):
        try:
            self.path = folder() / self.token
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise JournalFull(str(error)) from error
        fcntl.flock(self.fd, fcntl.LOCK_EX)
        if not self.path.exists():  # taken for a dead one's between the two: make it again
            os.close(self.fd)
            return self._open()
        self.size = 0
        try:
            self._write(self.header)
        except JournalFull:
            self.close(forget=True)
            raise

    def _write(self, line):
        if self.fd is None:
            self._open()
        try:
            written = os.write(self.fd, line)
        except OSError as error:
            raise JournalFull(str(error)) from error
        if written != len(line):  # a disk about to be full took a part: no torn line may stay
            os.ftruncate(self.fd, self.size)
            raise JournalFull("No space left on device")
        self.size += written


@dataclass
class DeadJournal:
    """What a dead connection left: `marked` ids, `answers` by id, and whether silence proves."""

    token: str
    path: Path
    fd: int
    complete: bool
    marked: set = field(default_factory=set)
    answers: dict = field(default_factory=dict)

    def remove(self):
        self.path.unlink(missing_ok=True)
        os.close(self.fd)

    def release(self):
        os.close(self.fd)


def dead_journals():
    """Yield each journal on this disk whose connection is gone, locked for the caller."""
    for path in sorted(folder().iterdir()):
        try:
            fd = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            continue
        if not path.exists():  # somebody else was quicker
            os.close(fd)
            continue
        yield read(path, fd)


def read(path, fd):
    """Return the DeadJournal in `path`; a torn last line counts for what it can prove."""
    lines = os.read(fd, os.fstat(fd).st_size).split(b"\n")
    complete = lines[0] == f"B {boot_id()}".encode("ascii")
    journal = DeadJournal(path.name, path, fd, complete)
    for line in lines[1:]:
        kind, _, rest = line.partition(b" ")
        try:
            if kind == b"S":
                journal.marked.add(int(rest))
            elif kind == b"R":
                delivery_id, phase, code, text = json.loads(rest)
                journal.answers[delivery_id] = Outcome(Phase(phase), code, text)
        except ValueError:
            continue
    return journal
