"""After a restore from a backup nothing is sent before a person says so.

The restored database does not know what was sent since the backup was made. A number that moves
with each run and each sender's start is kept in the database and in `DATA_DIR/generation`: where
the database is behind the disk, it was restored. Then open runs are paused, and the clock starts
nothing whose time had come by then.
"""
import logging
import os
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.mailings.models import Run

from .models import RestoreGuard

log = logging.getLogger("vestnik.delivery")


def advance():
    """Move the number: what is done from now on is not in any backup made before.

    After `check`, and late in a transaction: it locks the row.
    """
    with transaction.atomic():
        RestoreGuard.objects.get_or_create(pk=1)
        RestoreGuard.objects.filter(pk=1).update(number=F("number") + 1)
        number = RestoreGuard.objects.get(pk=1).number
        transaction.on_commit(lambda: keep(number))


def check():
    """Hold everything when the database is behind this disk. Returns whether it was."""
    guard, _ = RestoreGuard.objects.get_or_create(pk=1)
    kept = kept_number()
    if kept <= guard.number:
        keep(guard.number)
        return False
    # The number first, and only from what was seen: of several senders one holds the runs, and
    # the others wait for it. Both or none: a number alone would say that all is held.
    with transaction.atomic():
        if RestoreGuard.objects.filter(pk=1, number=guard.number).update(number=kept):
            log.critical("the database was restored from a backup: sending waits for a person")
            hold()
    return True


def hold():
    """Pause all open runs; what is due by now is for a person to send."""
    RestoreGuard.objects.update_or_create(pk=1, defaults={"restored_at": timezone.now()})
    Run.objects.active().update(
        state=Run.State.PAUSED, reason=Run.Reason.RESTORE, server_words="", hold_until=None,
        updated_at=timezone.now())


def waits_for_a_person(mailing):
    """Whether the clock leaves a due `mailing` alone: it may have been sent after the backup."""
    guard = RestoreGuard.objects.filter(pk=1, restored_at__gte=mailing.starts_at).first()
    return guard is not None


def path():
    return Path(settings.DATA_DIR) / "generation"


def kept_number():
    """Return the number on this disk; 0 where there is none that can be read."""
    try:
        return int(path().read_text("ascii"))
    except (OSError, ValueError):
        return 0


def moved_at():
    """Return when the number on this disk last moved, as the disk has it; None without one."""
    try:
        return path().stat().st_mtime_ns
    except OSError:
        return None


def keep(number):
    """Write the number on this disk, whole or not at all. A full disk is not an error here."""
    if number <= kept_number():
        return
    new = path().with_name(f"generation.{os.getpid()}")
    try:
        new.write_text(str(number), "ascii")
        os.replace(new, path())
    except OSError as error:
        log.error("the number of this run is not on the disk: %s", error)
