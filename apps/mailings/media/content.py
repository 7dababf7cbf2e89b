"""Content of pictures and attachments in `default_storage`, under its hash.

It is shared by all who have it, and stays: letters in inboxes, copies of messages and snapshots of
runs may name it.
"""
import errno
import hashlib
import logging
import re
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

PICTURES = "pictures"
ATTACHMENTS = "attachments"
DIGEST = re.compile(r"[0-9a-f]{64}")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

log = logging.getLogger("vestnik.mailings")


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def name_of(folder: str, digest: str) -> str:
    """Return the name of a content in the storage. Raises FileNotFoundError for no digest."""
    if not DIGEST.fullmatch(digest):
        raise FileNotFoundError(digest)
    return f"{folder}/{digest[:2]}/{digest}"


def store(content: bytes, folder: str) -> str:
    """Store `content` in `folder`, and return its digest. Raises ValidationError if it can not."""
    digest = digest_of(content)
    try:
        save(name_of(folder, digest), content)
    except Exception as error:  # each storage has exceptions of its own
        log.exception("%s of %s octets could not be stored", folder, len(content))
        raise ValidationError(words_of(error)) from error
    return digest


def save(name: str, content: bytes) -> None:
    """Have `content` under `name`; what a crash or a full disk has left there is written anew."""
    if default_storage.exists(name):
        if default_storage.size(name) == len(content):
            return
        default_storage.delete(name)
    try:
        saved = default_storage.save(name, ContentFile(content))
    except Exception:
        with suppress(Exception):
            default_storage.delete(name)
        raise
    if saved != name:  # somebody else stored the same meanwhile
        default_storage.delete(saved)


def words_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return _("There is no room for the file on the server. Tell who runs it, and try later.")
    return _("The file could not be kept on the server. Nothing is changed; try again later.")


def read(folder: str, digest: str) -> bytes:
    """Return what was stored. Raises FileNotFoundError where it is not there, or not whole."""
    with default_storage.open(name_of(folder, digest)) as stored:
        content: bytes = stored.read()
    if digest_of(content) != digest:
        raise FileNotFoundError(f"{folder} {digest} is damaged")
    return content
