"""After a restore nobody is written to who has left since the backup; see docs/sending.md.

Each machine keeps a file of who has left (`suppression/on_disk.py`). It merges its own when the
database knows less than that, and once after each restore. Until all have done so no run starts or
goes on. A machine that came after the backup is not in the restored database: each
remembers on its disk which machines there are.
"""
import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.audit.services import Action, record
from apps.mailings.suppression import on_disk
from apps.mailings.suppression.here import machine_here, token
from apps.mailings.suppression.machines import Machine
from apps.mailings.suppression.merging import merge
from apps.users.models import User

from . import restore

log = logging.getLogger("vestnik.delivery")
NAMED = 5  # machines in a sentence
TRIES = 3


def waited_for() -> list[Machine]:
    """Return the machines that have not merged their files since the last restore."""
    restores = Subquery(restore.GUARD.values("restores")[:1])
    return list(Machine.objects.filter(gone_at=None, restores__lt=restores))


def gate_refusal() -> str:
    """Return why nothing is sent before all machines have said who has left; "" when it is."""
    hosts = [machine.host for machine in waited_for()]
    if not hosts:
        return ""
    names = ", ".join(hosts[:NAMED]) + ("…" if len(hosts) > NAMED else "")
    return _("The service was restored from a backup, and not all of its machines have said yet "
             "who has left meanwhile. We wait for: %(machines)s. If a machine is there no more, an "
             "administrator says so in the administration, under “Machines”.") % {"machines": names}


@transaction.atomic
def machine_give_up(*, machine: Machine, by: User) -> bool:
    """Wait no more for what a machine that is gone knew. Returns False where that was said before.
    """
    given_up = Machine.objects.filter(pk=machine.pk, gone_at=None).update(
        gone_at=timezone.now(), gone_by=by)
    if given_up:
        record(Action.MACHINE_GONE, by=by, label=machine.host)
        log.warning("machine %s is gone: nobody waits for it", machine.host)
    return bool(given_up)


def catch_up(*, wait: bool = False) -> bool:
    """Merge this machine's file where the database knows less, or was restored.

    Call it outside of transactions. Where another process does it already, `wait` for that one.
    Returns whether it was the first to see a restore.
    """
    restored = restore.check()
    if not restored:
        restore.begin()  # or the next one would not show
    bring_in(wait)
    return restored


def bring_in(wait: bool) -> None:
    """Merge what this machine's file has and the database has not, if anything."""
    try:
        machines = remember_machines()
        if is_up_to_date(machines.get(token())):
            return
        with merging(wait) as mine:
            for _once_more in range(TRIES if mine else 0):  # more may be written meanwhile
                if is_up_to_date(Machine.objects.filter(pk=token()).first()):
                    return
                bring_all()
    except OSError as error:
        log.error("who has left can not be read from the disk: %s", error)


def is_up_to_date(machine: Machine | None) -> bool:
    """Whether the database knows all that the file of this `machine` has."""
    return machine is not None and machine.gone_at is None and (
        (machine.written, machine.restores) == (on_disk.size(), restore.restores()))


def bring_all() -> None:
    """Merge what the database does not know of this machine's file."""
    with transaction.atomic():
        machine = machine_here()
    restores = restore.restores()  # before the merge: one that comes meanwhile asks for another
    end = on_disk.size()
    start = machine.written
    if start > end:  # the disk was restored too, to an earlier day
        start = end
    if number := merge(start, end) if start < end else 0:
        log.warning("what %s people have said of getting letters is brought in from the disk",
                    number)
    Machine.objects.filter(pk=machine.pk, written=machine.written).update(
        written=end, restores=restores, gone_at=None, gone_by=None, seen_at=timezone.now())


@contextlib.contextmanager
def merging(wait: bool) -> Iterator[bool]:
    """Hold this machine's lock of merging. Yields whether it is ours."""
    file = os.open(Path(settings.DATA_DIR, "refusals.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        yield is_locked(file, wait)
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)  # a process that was forked meanwhile has the file too
        os.close(file)


def is_locked(file: int, wait: bool) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def remember_machines() -> dict[str, Machine]:
    """Keep on this disk which machines there are; have those in the database that it has lost.

    One that it has lost came after the backup, and may know of people who have left. Returns
    those that the database knew, by their tokens; raises OSError.
    """
    known = remembered()
    there = {machine.token: machine for machine in Machine.objects.all()}
    lost = {pk: host for pk, host in known.items() if pk not in there and pk != token()}
    if lost:
        log.critical("the database was restored: it has forgotten the machines %s",
                     ", ".join(lost.values()))
        with transaction.atomic():
            restore.hold()
            Machine.objects.bulk_create(
                [Machine(token=pk, host=host) for pk, host in lost.items()], ignore_conflicts=True)
    new = {pk: machine.host for pk, machine in there.items() if pk not in known}
    if new:
        remember(new)
    return there


def remembered() -> dict[str, str]:
    """Return the hosts of the machines that this disk knows, by their tokens."""
    try:
        lines = path().read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition(" ") for line in lines)
    return {pk: host for pk, _blank, host in pairs if len(pk) == 32 and host}


def remember(machines: dict[str, str]) -> None:
    try:
        with path().open("a", encoding="utf-8") as file:
            file.write("".join(f"{pk} {host}\n" for pk, host in machines.items()))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        log.error("this disk does not know of new machines: %s", error)


def path() -> Path:
    return Path(settings.DATA_DIR, "machines")
