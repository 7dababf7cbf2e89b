"""Whether this machine has the files and the keys that the others have.

Pictures, attachments and imports lie in the storage, which all machines share; links in letters
are signed by one lasting key. Each machine leaves a note in the storage, `machines/TOKEN`: a mark
of its key. Who finds the notes of all machines that are at work, with its own mark in them, has
their files and their key. No run starts from a machine that does not, and it sends nothing.
"""
import hashlib
import hmac
import logging
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.secrets import Unreadable
from apps.mailings.suppression.here import token
from apps.mailings.suppression.machines import Machine

from ..wire.lasting_key import keys, lasting_key

log = logging.getLogger("vestnik.delivery")
FOLDER = "machines"
PURPOSE = b"vestnik.machines"
AT_WORK = timedelta(minutes=10)  # since a machine was seen last
SEEN = timedelta(minutes=1)  # between two writes that it is at work


def tell() -> None:
    """Leave this machine's note in the storage, then say in the database that it is at work.

    In this order: who reads in the database of a machine finds its note. Raises OSError,
    Unreadable.
    """
    name = name_of(token())
    ours = mark()
    if read(name) != ours:
        default_storage.delete(name)
        saved = default_storage.save(name, ContentFile(ours))
        if saved != name:  # another process of this machine was quicker
            default_storage.delete(saved)
    be_seen()


def tell_or_log() -> None:
    """Do the same; where it fails, `fault` says so to whom it concerns."""
    try:
        tell()
    except (OSError, Unreadable) as error:
        log.error("this machine can not tell the others of itself: %s", error)


def be_seen() -> None:
    """Write that this machine is at work, unless that was written a moment ago."""
    now = timezone.now()
    Machine.objects.filter(pk=token(), seen_at__lt=now - SEEN).update(seen_at=now)


def fault() -> str:
    """Return what this machine lacks, in the reader's language; "" where it lacks nothing."""
    try:
        others = others_at_work()
        return fault_beside(others) if others else ""
    except OSError as error:
        return _("This machine can not read the shared storage: %(error)s. See STORAGE_URL.") % {
            "error": error}
    except Unreadable:
        return _("This machine can not read the key that letters are signed with: its SECRET_KEY "
                 "is not that of the other machines.")


def others_at_work() -> list[Machine]:
    """Return the other machines that were seen a while ago at the most."""
    since = timezone.now() - AT_WORK
    return list(Machine.objects.filter(gone_at=None, seen_at__gte=since).exclude(pk=token()))


def fault_beside(others: list[Machine]) -> str:
    """Return what this machine lacks that these others have. Raises OSError, Unreadable."""
    notes = {machine: read(name_of(machine.pk)) for machine in others}
    unseen = [machine.host for machine, note in notes.items() if not note]
    if unseen:
        return _("This machine does not see the files of %(machines)s: pictures and attachments "
                 "would be missing in letters. All machines name one folder in STORAGE_URL.") % {
                     "machines": ", ".join(unseen)}
    ours = mark()
    strangers = [machine.host for machine, note in notes.items() if note != ours]
    if strangers:
        return _("This machine signs letters with another key than %(machines)s: their links "
                 "would not work there. All machines have the same SECRET_KEY.") % {
                     "machines": ", ".join(strangers)}
    return ""


def mark() -> bytes:
    """Return the mark of the lasting key, as the database has it now. Raises Unreadable."""
    keys.cache_clear()
    return hmac.digest(lasting_key(), PURPOSE, hashlib.sha256).hex().encode("ascii")


def name_of(machine: str) -> str:
    return f"{FOLDER}/{machine}"


def read(name: str) -> bytes:
    """Return a note; b"" where there is none. Raises OSError."""
    try:
        with default_storage.open(name) as note:
            return bytes(note.read())
    except FileNotFoundError:
        return b""
