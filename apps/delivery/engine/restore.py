"""After a restore from a backup nothing is sent before a person says so.

The restored database does not know what was sent since the backup was made. What tells: each
connection counts the letters it takes, in the database (`LettersTaken`) in the transaction that
takes them, and in its journal on this disk before the first of them leaves. A number of the whole
database moves with each run, each start of a sender and each end of a connection, and is kept on
the disk too, in `DATA_DIR/generation`. Where the database knows less than the disk, it was
restored. PostgreSQL tells of dumps by itself as well: their tables are new ones, whichever disk
asks.

A restore is counted. A run may go on when it was started or resumed since the last one.
"""
import fcntl
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.models import Attempt, Mailing, Run

from ..models import LettersTaken, RestoreGuard, Worker
from . import journal

log = logging.getLogger("vestnik.delivery")
IDENTITY = {
    "sqlite": "''",
    "postgresql": """CONCAT((SELECT system_identifier FROM pg_control_system()), ':',
        (SELECT oid FROM pg_database WHERE datname = current_database()), ':',
        'delivery_restoreguard'::regclass::oid)""",
}
READ = """
SELECT g.number, g.identity, {identity}, c.token, c.letters
FROM delivery_restoreguard g LEFT JOIN delivery_letterstaken c ON TRUE WHERE g.id = 1
"""
TAKE = """
INSERT INTO delivery_letterstaken (token, letters) VALUES (%s, %s)
ON CONFLICT (token) DO UPDATE SET letters = excluded.letters
"""


class Restored(Exception):
    """The database is older than what this disk knows of it."""


class NotReady(OperationalError):
    """The database has no guard, but this disk knows of one: it is being restored now."""


@dataclass(slots=True)
class Known:
    """What the database knows; `letters` by a connection's token."""

    number: int
    identity: str  # as the guard has it
    identity_now: str
    letters: dict[str, int]


def check() -> bool:
    """Hold everything when the database was restored. Returns whether it was."""
    try:
        verify()
    except Restored:
        notice()
        return True
    return False


def verify() -> None:
    """Raise Restored when the database is behind this disk, or is not the one that it was.

    Call it in the transaction that takes letters, before they are taken: what it has read stands
    until the transaction ends. Raises NotReady while a dump is loaded.
    """
    if behind() and behind():  # the disk may have been read while it was written
        raise Restored


def behind() -> bool:
    """Whether the database knows less than this disk, which is read first."""
    number = kept()[0]
    taken = journal.taken()
    known = read()
    if known is None:
        return False
    if known.number < number or known.identity not in ("", known.identity_now):
        return True
    for token, (letters, _) in taken.items():
        # A connection that has ended meanwhile is forgotten by the database too.
        if known.letters.get(token, 0) < letters and token in journal.taken():
            return True
    return False


def read() -> Known | None:
    """Return what the database knows; None where it is new, and this disk too."""
    with connection.cursor() as cursor:
        cursor.execute(READ.format(identity=IDENTITY[connection.vendor]))
        rows = cursor.fetchall()
    if not rows and kept()[0]:
        raise NotReady("The database is not ready. Is it being restored?")
    if not rows:
        return None
    letters = {}
    for number, known_identity, identity_now, token, taken in rows:
        letters[token] = taken
    return Known(number, known_identity, identity_now, letters)


def advance() -> int:
    """Move the number: what is done from now on is not in any backup made before. Returns it.

    After `check`, and late in a transaction: it locks the row.
    """
    with transaction.atomic():
        number = move().number
        transaction.on_commit(lambda: keep(number))
    return number


def outlive() -> bool:
    """Have the number tell what a journal of this disk tells. Returns whether that may go now.

    Raises Restored where the journal is still needed.
    """
    with transaction.atomic():
        verify()
        number = advance()
    return kept()[0] >= number  # a full disk has not kept it


def move() -> RestoreGuard:
    """Return the guard with its number moved, made where there is none."""
    if read() is None:
        RestoreGuard.objects.get_or_create(pk=1)
    RestoreGuard.objects.filter(pk=1).update(number=F("number") + 1)
    guard = RestoreGuard.objects.get(pk=1)
    if not guard.identity:
        RestoreGuard.objects.filter(pk=1).update(identity=identity())
    return guard


def identity() -> str:
    """Return what tells a database from the same one restored from a dump."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {IDENTITY[connection.vendor]}")
        return str(cursor.fetchone()[0])


@transaction.atomic
def notice() -> None:
    """Hold everything, unless another sender has noticed this restore before."""
    guard = RestoreGuard.objects.select_for_update().get(pk=1)
    left = last_left()
    if guard.restored_at is None or guard.identity not in ("", identity()) or (
            left and left > guard.restored_at):
        hold()
    learn()


@transaction.atomic
def hold() -> None:
    """Count a restore and pause all open runs; what is due by now is for a person to send."""
    log.critical("the database was restored from a backup: sending waits for a person")
    move()
    RestoreGuard.objects.filter(pk=1).update(
        restores=F("restores") + 1, restored_at=timezone.now(), dumped_at=last_known(),
        left_at=last_left())
    pause_older_runs()


def learn() -> None:
    """Have the database know what this disk knows: the same is not noticed twice."""
    RestoreGuard.objects.filter(pk=1).update(
        number=Greatest(F("number"), kept()[0]), identity=identity())
    for token, (letters, _) in journal.taken().items():
        take(token, letters)


def restores() -> int:
    """Return how many restores have been noticed: a run that begins now knows of these."""
    return RestoreGuard.objects.values_list("restores", flat=True).filter(pk=1).first() or 0


def take(token: str, letters: int) -> None:
    """Say in the database that a connection has taken so many letters in all."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [token, letters])


def pause_older_runs() -> None:
    """Pause the open runs that were started before the last restore and not resumed since.

    One that rests for another reason is held too: it may have been resumed after the backup.
    """
    restores = RestoreGuard.objects.filter(pk=1).values("restores")
    older = Run.objects.active().exclude(restores=restores[:1])
    older.exclude(state=Run.State.PAUSED, reason=Run.Reason.RESTORE).update(
        state=Run.State.PAUSED, reason=Run.Reason.RESTORE, server_words="", hold_until=None,
        updated_at=timezone.now())


def last_known() -> datetime | None:
    """Return when the backup was made: the last moment that the database knows of."""
    moments = [
        Worker.objects.aggregate(at=Max("seen_at"))["at"],
        Run.objects.aggregate(at=Max("updated_at"))["at"],
        Attempt.objects.aggregate(at=Max("attempted_at"))["at"],
        Entry.objects.aggregate(at=Max("happened_at"))["at"],
    ]
    return max(filter(None, moments), default=None)


def last_left() -> datetime | None:
    """Return when letters last left this machine, as its disk knows."""
    seconds = last_left_seconds()
    if seconds:
        return datetime.fromtimestamp(seconds, UTC)
    return None


def last_left_seconds() -> float:
    """Return when letters last left this machine, in seconds since 1970; 0 when none has."""
    latest = kept()[1]
    for _, at in journal.taken().values():
        latest = max(latest, at)
    return latest


def waits_for_a_person(mailing: Mailing) -> bool:
    """Whether the clock leaves `mailing` alone: it may have been sent after the backup.

    What was due by the restore may have been, and what its owner may have sent early: all that
    nobody has saved since, where letters left after the backup.
    """
    guard = RestoreGuard.objects.filter(pk=1).first()
    if guard is None or guard.restored_at is None or mailing.updated_at > guard.restored_at:
        return False
    return guard.letters_left_since or mailing.starts_at <= guard.restored_at


def forget(token: str) -> None:
    """Forget a connection whose journal is gone, after `advance`."""
    LettersTaken.objects.filter(token=token).delete()


def path() -> Path:
    return Path(settings.DATA_DIR) / "generation"


def kept() -> tuple[int, float]:
    """Return the number on this disk and when letters last left (seconds since 1970); or zeros."""
    try:
        number, _, left = path().read_text("ascii").partition(" ")
        return int(number), float(left or 0)
    except (OSError, ValueError):
        return 0, 0.0


def keep(number: int) -> None:
    """Write the number on this disk, whole or not at all. A full disk is not an error here."""
    try:
        write(number)
    except OSError as error:
        log.error("the number of this run is not on the disk: %s", error)


def write(number: int) -> None:
    """Write the number unless a higher one is there. Under a lock: of two writers one waits."""
    folder = os.open(path().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if number > kept()[0]:
            new = path().with_name(f"generation.{os.getpid()}")
            new.write_text(f"{number} {last_left_seconds()}", "ascii")
            os.replace(new, path())
    finally:
        os.close(folder)
