"""Names of folders as IMAP has them: modified UTF-7 (RFC 3501, 5.1.3), quoted."""
import re
from base64 import b64encode

from .client import quoted

RUN = re.compile(r"[^\x20-\x7e]+")  # of signs that are not printable ASCII


def folder_name(name: str, prefix: str = "") -> str:
    """Return `name` for a command, behind the `prefix` that the server has for people's folders."""
    if prefix and not name.startswith(prefix):
        name = f"{prefix}{name}"
    return quoted(in_utf7(name))


def in_utf7(name: str) -> str:
    return RUN.sub(lambda run: f"&{in_base64(run[0])}-", name.replace("&", "&-"))


def in_base64(signs: str) -> str:
    """Return `signs` in UTF-16 and the base64 that holds no slash."""
    return b64encode(signs.encode("utf-16-be")).decode("ascii").rstrip("=").replace("/", ",")
