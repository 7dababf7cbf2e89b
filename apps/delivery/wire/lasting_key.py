"""The key of what letters carry: links to leave, return paths, Message-IDs.

Links lie in inboxes for years, so it is not derived from SECRET_KEY, which changes. It is made
once, kept in the database and in `DATA_DIR/keys`: a database that has lost it takes it from there.
"""
import contextlib
import logging
import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from apps.core.secrets import Unreadable, decrypted, encrypted, new_key

from ..models import LastingKey

log = logging.getLogger("vestnik.delivery")


def lasting_key() -> bytes:
    """Return the key that new letters are signed with: 32 octets."""
    return keys()[0]


@lru_cache(maxsize=1)
def keys() -> tuple[bytes, ...]:
    """Return all keys by which a letter may have been signed, the one of new letters first."""
    known = on_disk()
    row, _made = LastingKey.objects.get_or_create(
        pk=1, defaults={"key": encrypted(known[0] if known else new_key())})
    try:
        current = decrypted(row.key)
    except Unreadable:
        if not known:
            raise
        log.error("the lasting key was encrypted under a SECRET_KEY that is not known any more: "
                  "the one on the disk is used")
        current = known[0]
    if current not in known:
        write(current)
    return tuple(map(bytes.fromhex, dict.fromkeys([current, *known])))


def path() -> Path:
    return Path(settings.DATA_DIR, "keys")


def on_disk() -> list[str]:
    """Return the keys that the disk knows, the oldest first."""
    with contextlib.suppress(OSError):
        return path().read_text("ascii").split()
    return []


def write(key: str) -> None:
    """Add a key to those on the disk, or log why not."""
    try:
        file = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{key}\n".encode("ascii"))
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        log.error("the lasting key is not on the disk: %s", error)
