"""The file that keeps who has left beside the database, so that a restored one forgets nobody.

`DATA_DIR/refusals` is only ever added to. A line: time, + or -, scope, owner, hash, reason. It
names nobody: both the owner and the hash stand under the owner's key, which is in the database.
"""
import fcntl
import logging
import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

log = logging.getLogger("vestnik.mailings")
LINE = re.compile(
    rb"(\S{20,40}) ([+-]) ([a-z]{1,12}) ([0-9a-f]{32}) ([0-9a-f]{32}) ([a-z_]{1,12})\n")
MOST_WAITING = 100_000  # lines
waiting: list[bytes] = []  # those that the disk did not take; they go with the next ones


class Line(NamedTuple):
    """What was said of one address; `sign` is + for "left", - for "came back"."""

    at: datetime
    sign: str
    scope: str
    owner: str
    digest: str
    reason: str

    def octets(self) -> bytes:
        return " ".join([self.at.isoformat(), *self[1:]]).encode("ascii") + b"\n"


def path() -> Path:
    return Path(settings.DATA_DIR, "refusals")


def size() -> int:
    """Return how many octets the file has."""
    try:
        return path().stat().st_size
    except FileNotFoundError:
        return 0


def append(lines: Iterable[Line]) -> tuple[int, int] | None:
    """Add `lines` and have them on the disk before this returns.

    Returns where they begin and end; None where the disk did not take them. That is no reason to
    tell somebody that they can not leave: the database keeps it, and only a backup that is restored
    before the disk has room again would lose it. The lines go with the next ones.
    """
    octets = [line.octets() for line in lines]
    try:
        place = write(b"".join([*waiting, *octets]))
    except OSError as error:
        log.critical("who has left is in the database alone: %s", error)
        waiting.extend(octets[:MOST_WAITING - len(waiting)])
        return None
    waiting.clear()
    return place


def write(octets: bytes) -> tuple[int, int]:
    """Add `octets`, all or none. Returns where they begin and end. Raises OSError."""
    is_new = not path().exists()
    file = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        start = os.fstat(file).st_size
        # A crash may have torn the last line: this one begins anew.
        if start and os.pread(file, 1, start - 1) != b"\n":
            octets = b"\n" + octets
        try:
            if os.write(file, octets) < len(octets):
                raise OSError("the disk is full")
            os.fsync(file)
        except OSError:
            os.ftruncate(file, start)
            raise
    finally:
        os.close(file)
    if is_new:
        keep_name()
    return start, start + len(octets)


def keep_name() -> None:
    """Have the name of a new file on the disk too."""
    folder = os.open(path().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def lines(start: int, end: int) -> Iterator[Line]:
    """Yield the lines between two places; what a crash has torn is left out."""
    with path().open("rb") as file:
        file.seek(start)
        place = start
        for octets in file:
            place += len(octets)
            if place > end:
                return
            if line := parsed(octets):
                yield line


def parsed(octets: bytes) -> Line | None:
    found = LINE.fullmatch(octets)
    if not found:
        return None
    at, *rest = (part.decode("ascii") for part in found.groups())
    try:
        return Line(datetime.fromisoformat(at), *rest)
    except ValueError:
        return None
