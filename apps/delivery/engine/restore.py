"""After a restore of the database from a backup nothing is sent until a person says so.

The restored database does not know what was sent after the backup. A restore shows by this: each
connection counts the letters that it takes from the queue, in the database (`LettersTaken`, in the
transaction that takes them) and in its journal on the disk, before the first of them leaves. The
database as a whole has a number, which grows with each run, each start of a worker and each end of
a connection; `DATA_DIR/generation` has it too. A database that knows less than the disk was
restored. On PostgreSQL a loaded dump also shows by its tables, which are new ones, on any disk.

Restores are counted. A run goes on if it was started or resumed after the last one.
"""
import contextlib
import fcntl
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.audit.models import Entry
from apps.core.loading import NotReady, wait_for_dump
from apps.mailings.models import Attempt, Mailing, Run

from ..models import LettersTaken, RestoreGuard, Worker
from . import journal

log = logging.getLogger("vestnik.delivery")
GUARD = RestoreGuard.objects.filter(pk=1)  # its one row
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
    """The database was restored: it knows less than this disk."""


@dataclass(slots=True)
class Known:
    """What the database knows; `letters` by a connection's token."""

    number: int
    identity: str  # as the guard has it
    identity_now: str
    letters: dict[str, int]


def check() -> bool:
    """Pause all open runs if the database was restored. Returns whether it was."""
    try:
        verify()
    except Restored:
        notice()
        return True
    return False


def verify() -> None:
    """Raise Restored if the database knows less than this disk, or is another one than before.

    Call it in the transaction that takes letters, before they are taken: what it reads holds until
    the transaction ends. Raises NotReady while a dump is loaded.
    """
    # The first look may have read the disk in the middle of a write.
    if database_is_behind() and database_is_behind():
        raise Restored


def database_is_behind() -> bool:
    """Whether the database knows less than this disk. Reads the disk first."""
    number = read_disk()[0]
    taken = journal.letters_taken_by_token()
    known = read()
    if known is None:
        return False
    if known.number < number or known.identity not in ("", known.identity_now):
        return True
    for token, (letters, _) in taken.items():
        # The database forgets a connection that ends; its journal is gone then too.
        if known.letters.get(token, 0) < letters and token in journal.letters_taken_by_token():
            return True
    return False


def read() -> Known | None:
    """Return what the database knows; None if it is new and the disk too. Raises NotReady."""
    with connection.cursor() as cursor:
        cursor.execute(READ.format(identity=IDENTITY[connection.vendor]))
        rows = cursor.fetchall()
    if not rows and read_disk()[0]:
        raise NotReady("The database is not ready. Is it being restored?")
    if not rows:
        return None
    number, known_identity, identity_now = rows[0][:3]
    letters = {token: letters for *_, token, letters in rows}
    return Known(number, known_identity, identity_now, letters)


def increase_number() -> int:
    """Increase the number and return it: the database in an earlier backup has a lower one.

    Call it after `check`, and late in a transaction, because it locks the row.
    """
    with transaction.atomic():
        number = increase_in_database().number
        transaction.on_commit(lambda: write_or_log(number))
    return number


def replace_journal() -> bool:
    """Increase the number: it then shows a restore in place of a journal of this disk.

    Returns whether the journal may be deleted now. Raises Restored if it is still needed.
    """
    with transaction.atomic():
        verify()
        number = increase_number()
    return read_disk()[0] >= number  # it is not, if the disk was full


def begin() -> None:
    """Have the guard know this database, also in a backup made before any letter has left.

    Raises NotReady while a dump is loaded.
    """
    known = read()
    if known is None:
        wait_for_dump(RestoreGuard)
        RestoreGuard.objects.get_or_create(pk=1, defaults={"identity": identity()})
    elif known.identity != known.identity_now:
        GUARD.filter(identity="").update(identity=known.identity_now)


def increase_in_database() -> RestoreGuard:
    """Increase the number of the guard, which is made if there is none. Returns the guard."""
    begin()
    GUARD.update(number=F("number") + 1)
    return GUARD.get()


def identity() -> str:
    """Return what tells a database from the same one restored from a dump."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {IDENTITY[connection.vendor]}")
        return str(cursor.fetchone()[0])


@transaction.atomic
def notice() -> None:
    """Pause all open runs, unless another worker noticed this restore before."""
    guard = GUARD.select_for_update().get()
    left = last_left()
    if guard.restored_at is None or guard.identity not in ("", identity()) or (
            left and left > guard.restored_at):
        hold()
    copy_disk_to_database()


@transaction.atomic
def hold() -> None:
    """Count a restore and pause all open runs; a person has to send what is due by now."""
    log.critical("the database was restored from a backup: sending waits for a person")
    increase_in_database()
    GUARD.update(
        restores=F("restores") + 1, restored_at=timezone.now(), dumped_at=last_known(),
        left_at=last_left())
    pause_older_runs()


def copy_disk_to_database() -> None:
    """Write to the database what this disk knows, so that nobody notices the same twice."""
    GUARD.update(number=Greatest(F("number"), read_disk()[0]), identity=identity())
    for token, (letters, _) in journal.letters_taken_by_token().items():
        write_letters_taken(token, letters)


def restores() -> int:
    """Return how many restores were noticed; a run stores it when it is started or resumed."""
    return GUARD.values_list("restores", flat=True).first() or 0


def write_letters_taken(token: str, letters: int) -> None:
    """Write to the database that a connection has taken so many letters in all."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [token, letters])


def pause_older_runs() -> None:
    """Pause the open runs that were started before the last restore and not resumed since.

    A run that is paused for another reason gets this one: it may have been resumed after the
    backup.
    """
    older = Run.objects.active().exclude(restores=GUARD.values("restores")[:1])
    older.exclude(state=Run.State.PAUSED, reason=Run.Reason.RESTORE).update(
        state=Run.State.PAUSED, reason=Run.Reason.RESTORE, server_words="", hold_until=None,
        updated_at=timezone.now())


def last_known() -> datetime | None:
    """Return when the backup was made: the last moment that the database knows of."""
    clocks = {Worker: "seen_at", Run: "updated_at", Attempt: "attempted_at", Entry: "happened_at"}
    moments = [
        model._default_manager.aggregate(at=Max(field))["at"] for model, field in clocks.items()]
    return max(filter(None, moments), default=None)


def last_left() -> datetime | None:
    """Return when letters last left this machine, as its disk knows."""
    seconds = last_left_seconds()
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def last_left_seconds() -> float:
    """Return when letters last left this machine, in seconds since 1970; 0 when none has."""
    moments = [at for _, at in journal.letters_taken_by_token().values()]
    return max([read_disk()[1], *moments])


def waits_for_a_person(mailing: Mailing) -> bool:
    """Whether the clock leaves `mailing` alone: it may have been sent after the backup.

    What was due before the restore may have been sent. If letters left after the backup, any other
    mailing may have been sent too, early and by hand. One changed after the restore may start.
    """
    guard = GUARD.first()
    if guard is None or guard.restored_at is None or mailing.updated_at > guard.restored_at:
        return False
    return guard.letters_left_since or mailing.starts_at <= guard.restored_at


def leave(own: journal.Journal, in_hand: int) -> None:
    """Delete the `own` journal of a connection that ends, once the number can show a restore.

    Where that fails, or letters are `in_hand` still, the journal stays: recovery reads it.
    """
    told = False
    with contextlib.suppress(Error, Restored):
        told = not in_hand and (not own.letters or replace_journal())
    own.close(forget=told)
    if told:
        with contextlib.suppress(Error):
            forget(own.token)


def forget(token: str) -> None:
    """Forget a connection whose journal is deleted. Call it after `increase_number`."""
    LettersTaken.objects.filter(token=token).delete()


def path() -> Path:
    return Path(settings.DATA_DIR, "generation")


def read_disk() -> tuple[int, float]:
    """Return the number on this disk and when letters last left (seconds since 1970); or zeros."""
    try:
        number, _, left = path().read_text("ascii").partition(" ")
        return int(number), float(left or 0)
    except (OSError, ValueError):
        return 0, 0.0


def write_or_log(number: int) -> None:
    """Write the number to this disk, or log why not: a full disk is no error."""
    try:
        write(number)
    except OSError as error:
        log.error("the number of this run is not on the disk: %s", error)


def write(number: int) -> None:
    """Write the number, whole or not at all, unless a higher one is there. Raises OSError."""
    folder = os.open(path().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if number > read_disk()[0]:
            new = path().with_name(f"generation.{os.getpid()}")
            new.write_text(f"{number} {last_left_seconds()}", "ascii")
            os.replace(new, path())
    finally:
        os.close(folder)
