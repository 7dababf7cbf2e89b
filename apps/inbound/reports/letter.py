"""A letter's headers and parts (RFC 5322, RFC 2045, RFC 2046), read in bounded time and memory.

The standard library's parser takes a millisecond for a report and builds all of it; here only
what is looked at is decoded. What is broken is read as far as it goes: nothing here raises.
"""
import re
from collections.abc import Iterator
from functools import cached_property

from .decoding import header_text, text_of, unwrapped

LOOKED_AT = 4 * 1024 * 1024  # octets; a report is short, what it returns may be long
LONGEST_HEADERS = 256 * 1024
MOST_PARTS = 500
DEEPEST = 15
FOLD = re.compile(rb"\n[ \t]+")
FIELD = re.compile(rb"^([!-9;-~]{1,76})[ \t]*:[ \t]*([^\n]*)", re.MULTILINE)
PARAMETER = re.compile(r''';\s*([\w*-]{1,40})\s*=\s*(?:"([^"]{0,200})"|([^\s;"]{1,200}))''')
A_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\s][^\n]{0,200}?)[ \t]*\nContent-", re.IGNORECASE)


class Part:
    """One part of a letter, or the whole of it: header fields and a body."""

    def __init__(self, octets: bytes) -> None:
        self.fields, self.body = split(octets)
        self.named: dict[str, list[bytes]] = {}  # by names in lower case
        for name, value in self.fields:
            self.named.setdefault(name.decode("ascii").lower(), []).append(value.strip())
        whole_type = self.get("content-type")
        self.content_type = whole_type.partition(";")[0].strip().lower().partition(" ")[0]
        self.parameters: dict[str, str] = {}  # of Content-Type, names in lower case
        for name, quoted, bare in PARAMETER.findall(";" + whole_type.partition(";")[2]):
            self.parameters[name.lower()] = quoted or bare

    def get(self, name: str) -> str:
        """Return the first field called `name` (in lower case); "" without one."""
        values = self.named.get(name)
        return header_text(values[0]) if values else ""

    def all(self, name: str) -> list[str]:
        if name not in self.named:
            return []
        return [header_text(value) for value in self.named[name][:50]]

    @property
    def is_attached(self) -> bool:
        return self.get("content-disposition").lower().startswith("attachment")

    @cached_property
    def text(self) -> str:
        """The body as text; that of HTML still has its tags."""
        charset = self.parameters.get("charset") or charset_without_semicolon(self)
        return text_of(self.body, self.get("content-transfer-encoding"), charset)

    @cached_property
    def inner(self) -> "Part":
        """The letter, or its headers, that this part holds."""
        return Part(unwrapped(self.body, self.get("content-transfer-encoding")))


def charset_without_semicolon(part: Part) -> str:
    found = re.search(r'charset\s*=\s*"?([\w-]{1,40})', part.get("content-type"), re.IGNORECASE)
    return found[1] if found else "utf-8"


def opened(octets: bytes) -> Part:
    """Return the letter in `octets`, of which the first `LOOKED_AT` are read."""
    octets = octets[:LOOKED_AT].replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
    octets = octets.replace(b"\r", b"\n")
    return Part(octets.replace(b"\x00", b"").lstrip(b"\n"))


def split(octets: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return header fields, unfolded, and what follows them."""
    if octets.startswith((b"From ", b">From ")):  # a mailbox file's
        octets = octets.partition(b"\n")[2]
    if octets.startswith(b"\n"):
        return [], octets[1:]
    end = octets.find(b"\n\n", 0, LONGEST_HEADERS)
    head = octets[:LONGEST_HEADERS] if end < 0 else octets[:end]
    head = FOLD.sub(b" ", head)
    fields = FIELD.findall(head)
    if not FIELD.match(head) and 2 * len(fields) <= head.count(b"\n") + 1:
        return [], octets  # text; a header may have a line or two that is torn
    return fields, b"" if end < 0 else octets[end + 2:]


def leaves(letter: Part) -> Iterator[Part]:
    """Yield the parts that hold something, in their order; letters inside are not opened."""
    left = MOST_PARTS
    waiting = [(letter, 0)]
    while waiting and left:
        part, depth = waiting.pop()
        left -= 1
        if part.content_type.startswith("multipart/") and depth < DEEPEST:
            inside = parts_of(part, left)
            if inside:
                waiting += [(each, depth + 1) for each in reversed(inside)]
                continue
        yield part


def parts_of(part: Part, most: int) -> list[Part]:
    """Return the parts of a multipart; [] where no boundary can be found."""
    boundary = part.parameters.get("boundary", "").encode("utf-8", "replace").strip()
    pieces = pieces_between(boundary, part.body, most) if boundary else []
    if not pieces and (guessed := A_BOUNDARY.search(part.body[:LONGEST_HEADERS])):
        pieces = pieces_between(guessed[1], part.body, most)
    return [Part(piece) for piece in pieces]


def pieces_between(boundary: bytes, body: bytes, most: int) -> list[bytes]:
    """Return what stands between the lines of a `boundary` (RFC 2046, 5.1.1)."""
    line = b"\n--" + boundary
    body = b"\n" + body
    pieces: list[bytes] = []
    begun = -1
    at = body.find(line)
    while at >= 0 and len(pieces) < most:
        end = body.find(b"\n", at + len(line))
        end = len(body) if end < 0 else end
        rest = body[at + len(line):end].rstrip()
        if rest in (b"", b"--"):  # else a longer boundary that begins alike
            if begun >= 0:
                pieces.append(body[begun:at])
            begun = -1 if rest else end + 1
        at = body.find(line, end)
    if begun >= 0:
        pieces.append(body[begun:])
    return pieces
