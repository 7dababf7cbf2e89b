"""The parts of a letter with HTML or attachments, their constant pieces encoded once a run.

A text that is mostly the same for everybody is kept as it leaves: in 7bit as whole lines, in
base64 for each number of octets that what stands before it may leave over of a group of three. So
a letter is a few values encoded, and one join.
"""
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from apps.mailings.messages.html.places import Placed
from apps.mailings.messages.merge_fields import Field, value_of

from .mime import LONGEST_LINE, dots_doubled

GROUP = 3  # octets that are four characters in base64
LINE = 76  # characters of base64, RFC 2045, 6.8
SHORTEST = 2 * LINE  # octets that are worth keeping encoded
LINE_END = "\r\n"
ENCODED = 8  # octets that are kept for a character
ENCODINGS = ("7bit", "base64")
# Not every server takes these as they are.
NOT_PLAIN = re.compile(r"[^\t\n\r -~]")
Piece = str | Placed


def header_of(subtype: str, encoding: str) -> bytes:
    return (f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: {encoding}\r\n\r\n").encode("ascii")


def placed(parts: Sequence[str | Field | Placed]) -> list[Piece]:
    """Return `parts` of a plain text, or of HTML, with the way in which each field is written."""
    return [Placed(part, 0, str) if isinstance(part, Field) else part for part in parts]


class Mixed(NamedTuple):
    """A text with those of a letter's values that stand from `begin` to `end`."""

    form: str  # for the operator %
    begin: int
    end: int

    def text(self, said: Sequence[str]) -> str:
        return self.form % tuple(said[self.begin:self.end])


def mixed(pieces: Sequence[Piece], before: int) -> Mixed:
    """Return `pieces` as one text; so many values stand `before` it."""
    form = "".join(
        piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces)
    return Mixed(form, before, before + fields_in(pieces))


def fields_in(pieces: Sequence[Piece]) -> int:
    return sum(not isinstance(piece, str) for piece in pieces)


class Text:
    """A text or HTML with merge fields (lines end with CRLF), as all letters of a run have it.

    In 7bit it never has the `boundary`.
    """

    def __init__(self, parts: Sequence[str | Field | Placed], subtype: str,
                 boundary: str = "") -> None:
        pieces = placed(parts)
        self.boundary = boundary
        self.fields = [piece for piece in pieces if not isinstance(piece, str)]
        self.subtype = subtype
        self.headers = {encoding: header_of(subtype, encoding) for encoding in ENCODINGS}
        self.whole = mixed(pieces, 0)
        self.in_lines = lines_of(pieces, boundary)
        self.in_base64 = groups_of(pieces)

    @property
    def size(self) -> int:
        """About how many octets it takes to keep, when all ways of encoding it were needed."""
        return ENCODED * len(self.whole.form)

    def filled(self, values: Mapping[str, str]) -> "Filled":
        """Return the text for one recipient."""
        return Filled(self, [way(value_of(field, values)) for field, _start, way in self.fields])

    def encoded(self, said: list[str]) -> tuple[str, list[bytes]]:
        """Return the transfer encoding and the octets, a line's end after them, in pieces."""
        values = "".join(said)
        if self.in_lines is not None and values.isascii() and (not values or values.isprintable()):
            if octets := self.plain(said):
                return "7bit", octets
        return "base64", self.base64(said)

    def plain(self, said: list[str]) -> list[bytes]:
        """Return the octets in 7bit; [] where that can not be."""
        octets = []
        for piece in self.in_lines or ():
            if isinstance(piece, Mixed):
                text = piece.text(said)
                if not fits_in_lines(text, self.boundary):
                    return []
                piece = dots_doubled(text.encode("ascii"))
            octets.append(piece)
        octets.append(b"\r\n")
        return octets

    def base64(self, said: list[str]) -> list[bytes]:
        octets = []
        waiting = b""  # for the rest of its group of three
        for piece in self.in_base64:
            if isinstance(piece, Mixed):
                waiting += piece.text(said).encode("utf-8")
            else:
                first, middle, rest = piece.after(len(waiting))
                octets += [in_lines(waiting + first), middle]
                waiting = rest
        octets.append(in_lines(waiting))
        return octets


class Filled:
    """A Text with the values of one recipient; `str()` is what it says."""

    __slots__ = ("text", "said")

    def __init__(self, text: Text, said: list[str]) -> None:
        self.text = text
        self.said = said

    def __str__(self) -> str:
        return self.text.whole.text(self.said)

    def encoded(self) -> tuple[str, list[bytes]]:
        return self.text.encoded(self.said)


class Constant:
    """Octets that are the same in each letter, kept in base64 for what may stand before them."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.kept: dict[int, tuple[bytes, bytes, bytes]] = {}

    def after(self, length: int) -> tuple[bytes, bytes, bytes]:
        """Return the octets that fill the last group of the `length` octets before, those that
        follow, encoded in lines, and those that fill no group any more."""
        begin = -length % GROUP
        if begin not in self.kept:
            end = len(self.octets) - (len(self.octets) - begin) % GROUP
            self.kept[begin] = (self.octets[:begin], in_lines(self.octets[begin:end]),
                                self.octets[end:])
        return self.kept[begin]


def in_lines(octets: bytes) -> bytes:
    """Return `octets` in base64, in lines that each end with CRLF."""
    encoded = b64encode(octets)
    if len(encoded) <= LINE:
        return encoded + b"\r\n" if encoded else b""
    lines = [encoded[start:start + LINE] for start in range(0, len(encoded), LINE)]
    return b"\r\n".join([*lines, b""])


def groups_of(pieces: Sequence[Piece]) -> list[Constant | Mixed]:
    """Return `pieces` for base64: long texts as Constants, and all between them together."""
    found: list[Constant | Mixed] = []
    between: list[Piece] = []
    values = 0
    for piece in pieces:
        if not isinstance(piece, str) or len(piece) < SHORTEST:
            between.append(piece)
            continue
        found += [mixed(between, values), Constant(piece.encode("utf-8"))]
        values += fields_in(between)
        between = []
    return [*found, mixed(between, values)]


def lines_of(pieces: Sequence[Piece], boundary: str) -> list[bytes | Mixed] | None:
    """Return `pieces` for 7bit: lines without fields, their dots doubled, and lines with fields.

    None where no server need take the text so.
    """
    texts = [piece for piece in pieces if isinstance(piece, str)]
    if any(NOT_PLAIN.search(text) or not fits_in_lines(text, boundary) for text in texts):
        return None
    found: list[bytes | Mixed] = []
    line: list[Piece] = []  # that has begun
    values = 0
    for piece in pieces:
        if not isinstance(piece, str):
            line.append(piece)
            continue
        if line:
            first, end, piece = piece.partition(LINE_END)
            line.append(first + end)
            if not end:
                continue
            found.append(mixed(line, values))
            values += fields_in(line)
        lines, end, rest = piece.rpartition(LINE_END)
        if end:
            found.append(dots_doubled(f"{lines}{end}".encode("ascii")))
        line = [rest] if rest else []
    if line:
        found.append(mixed(line, values))
    return found


def fits_in_lines(text: str, boundary: str) -> bool:
    """Whether SMTP takes the lines of `text`, and none of them ends the part."""
    is_long = len(text) > LONGEST_LINE and max(map(len, text.split(LINE_END))) > LONGEST_LINE
    return not is_long and not (boundary and boundary in text)
