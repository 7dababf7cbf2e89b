"""Attachments of a run's letters: read and encoded once."""
import re
from collections.abc import Mapping
from urllib.parse import quote

from apps.mailings.media import content

from .mime import CONTROL, LINE, QUOTABLE
from .parts import in_lines

MISSING = "An attachment of this letter is not in the storage any more."
CONTENT_TYPE = re.compile(r"(?!message/|multipart/)[a-z]+/[a-z0-9][a-z0-9.+_-]*")
ANY_TYPE = "application/octet-stream"
SAFE_IN_NAME = "!#$&+-.^_`|~"  # RFC 5987, 3.2.1, beside letters and digits


def attachment(snapshot: Mapping[str, str | int]) -> bytes:
    """Return the part of a letter that holds an attachment: its header and its content.

    Raises ValueError where its content is gone: nobody gets the letter without it.
    """
    try:
        octets = content.read(content.ATTACHMENTS, str(snapshot["digest"]))
    except FileNotFoundError:
        raise ValueError(MISSING) from None
    content_type = str(snapshot["content_type"]).lower()
    if not CONTENT_TYPE.fullmatch(content_type) or len(content_type) > LINE // 2:
        content_type = ANY_TYPE
    header = (f"Content-Type: {content_type}\r\n{disposition(str(snapshot['name']))}\r\n"
              "Content-Transfer-Encoding: base64\r\n\r\n")
    return header.encode("ascii") + in_lines(octets)


def disposition(name: str) -> str:
    """Return the header that names an attachment (RFC 2183), in parts where the name is long.

    Raises ValueError for a name that can not stand in a header.
    """
    if CONTROL.search(name):
        raise ValueError("A header can not hold line breaks or control characters.")
    name = name.strip()  # who reads it does so too
    start = "Content-Disposition: attachment"
    whole = f'{start}; filename="{name}"'
    if QUOTABLE.fullmatch(name) and "=?" not in name and len(whole) <= LINE:
        return whole
    characters = [quote(character, safe=SAFE_IN_NAME) for character in name]
    return ";\r\n ".join([start, *parameters(characters)])


def parameters(characters: list[str]) -> list[str]:
    """Return a name, its `characters` quoted already, as parameters by RFC 2231."""
    texts = ["utf-8''"]
    for character in characters:
        if len(" filename*999*=;") + len(texts[-1]) + len(character) > LINE:
            texts.append("")
        texts[-1] += character
    if len(texts) == 1:
        return [f"filename*={texts[0]}"]
    return [f"filename*{number}*={text}" for number, text in enumerate(texts)]
