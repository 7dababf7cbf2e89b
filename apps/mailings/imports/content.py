"""What is imported, as a file in `default_storage`: under its hash, and a local one to read."""
import errno
import hashlib
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from .models import Import
from .refused import ImportRefused

FOLDER = "imports"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\ud800-\udfff]+")


def clean_name(name: str) -> str:
    """Return the last part of a file's name as it can be shown."""
    name = NOT_SHOWN.sub(" ", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name.strip()[:255]


def store(content: Iterable[bytes]) -> tuple[str, int]:
    """Store `content`; return its name in the storage and its size. Raises ImportRefused."""
    try:
        with tempfile.TemporaryFile() as held:
            digest, size = copy(content, held)
            held.seek(0)
            # A file belongs to one import, so that it can go with it whatever others do.
            name = f"{FOLDER}/{digest}-{secrets.token_hex(4)}"
            return default_storage.save(name, File(held)), size
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise ImportRefused(
            _("There is no room for the file on the server. Tell who runs it, and try later.")
        ) from None


def copy(content: Iterable[bytes], held: IO[bytes]) -> tuple[str, int]:
    """Write `content` to `held`; return its hash and its size."""
    digest = hashlib.sha256()
    size = 0
    chunks = content.chunks() if isinstance(content, File) else content
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT:
            raise ImportRefused(_("The file is larger than %(limit)s MB. Split it.") % {
                "limit": settings.UPLOAD_LIMIT // 1_000_000})
        digest.update(chunk)
        held.write(chunk)
    if not size:
        raise ImportRefused(_("The file is empty."))
    return digest.hexdigest(), size


def delete(name: str) -> None:
    if name:
        default_storage.delete(name)


@contextmanager
def local_file(of: Import) -> Iterator[Path]:
    """Give the path of a file on this machine: the stored one, or a copy of it."""
    try:
        yield Path(default_storage.path(of.file))
        return
    except NotImplementedError:
        pass
    with default_storage.open(of.file) as stored, tempfile.NamedTemporaryFile() as held:
        for chunk in stored.chunks():
            held.write(chunk)
        held.flush()
        with suppress(FileNotFoundError):
            yield Path(held.name)
