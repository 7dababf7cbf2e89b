"""This machine among those that keep a file of refusals, and what it writes to its own."""
import logging
import os
import re
import socket
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from apps.core.loading import wait_for_dump
from apps.users.models import User

from . import on_disk
from .hashing import DOMAIN, address_hash
from .machines import Machine
from .models import Suppression
from .on_disk import Line

log = logging.getLogger("vestnik.mailings")
TOKEN = re.compile("[0-9a-f]{32}")


def token() -> str:
    """Return this machine's name in the database, which is made once. Raises OSError."""
    path = Path(settings.DATA_DIR, "machine")
    known = read(path)
    if not known:
        new = path.with_name(f"machine.{uuid.uuid4().hex}")
        new.write_text(uuid.uuid4().hex, "ascii")
        try:
            os.link(new, path)  # whole, and once: another process may make it now
        except FileExistsError:
            if not read(path):  # a crash of the machine has left it empty
                os.replace(new, path)
        finally:
            new.unlink(missing_ok=True)
        on_disk.keep_name()
        known = read(path)
    return known


def read(path: Path) -> str:
    try:
        text = path.read_text("ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    return text if TOKEN.fullmatch(text) else ""


def machine_here() -> Machine:
    """Return this machine's row, locked until the transaction ends. Raises OSError, NotReady.

    Take it before any row that a refusal changes. Others of this machine wait, so that what the
    database says of the file is true of each backup that is made meanwhile.
    """
    wait_for_dump(Machine)
    machine, made = Machine.objects.select_for_update(of=("self",)).get_or_create(
        pk=token(), defaults={"host": socket.gethostname()[:255]})
    if made and not on_disk.size():  # a new one has nothing to bring after a restore
        restores = Machine.objects.aggregate(most=Max("restores"))["most"]
        Machine.objects.filter(pk=machine.pk).update(restores=restores)
    return machine


def locked() -> Machine | None:
    """Return this machine's row as `machine_here`; None where the disk keeps nothing."""
    try:
        return machine_here()
    except OSError as error:
        log.critical("this machine has no name on its disk: %s", error)
        return None


def write_down(machine: Machine | None, lines: Iterable[Line]) -> None:
    """Write to this machine's file who has left or come back, before the transaction ends.

    So a crash between both loses nobody. A line whose transaction failed is harmless: at most
    somebody who has asked for it is not written to.
    """
    place = on_disk.append(lines)
    if machine is None or place is None:
        return
    start, end = place
    # Where the database knew less than that, the machine has yet to merge its file.
    Machine.objects.filter(pk=machine.pk, written=start).update(
        written=end, seen_at=timezone.now())


def line(owner: User, sign: str, suppression: Suppression, at: datetime) -> Line:
    """Return the line of who has left (+) or come back (-)."""
    email = suppression.email
    digest, _, domain = email.partition("@")
    if domain != DOMAIN:
        digest = address_hash(owner, email)
    return Line(
        at, sign, suppression.scope, owner_mark(owner), digest, suppression.reason)


def owner_mark(owner: User) -> str:
    """Return what stands for `owner` in the file: numbers are given again after a restore."""
    return address_hash(owner, "")
