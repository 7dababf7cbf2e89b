"""The answer to FETCH (RFC 3501, 7.4.2) as imaplib gives it, made into letters."""
import imaplib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import mktime

UID = re.compile(rb"[( ]UID ([0-9]{1,10})(?=[ )])")
DATE = re.compile(rb'INTERNALDATE "[^"]{1,40}"')
# A server may say a short or an empty one without a literal.
SAID = re.compile(rb'BODY\[\](?:<0>)? (?:NIL|"((?:[^"\\]|\\.)*)")')
ESCAPED = re.compile(rb"\\(.)")
Piece = bytes | tuple[bytes, bytes] | None


@dataclass(frozen=True)
class Letter:
    """A letter in a mailbox, as far as it was fetched."""

    uid: int
    octets: bytes = field(repr=False)
    received_at: datetime | None = None


def letters_in(pieces: Iterable[Piece]) -> list[Letter]:
    """Return the letters of an answer, by their numbers; what was not asked for is left out."""
    letters = {}
    for around, octets in joined(pieces):
        uid = UID.search(around)
        if uid and octets is not None:
            number = int(uid[1])
            letters[number] = Letter(number, octets, moment_in(around))
    return [letters[uid] for uid in sorted(letters)]


def joined(pieces: Iterable[Piece]) -> Iterable[tuple[bytes, bytes | None]]:
    """Return (what stands around a letter, the letter) of each item of the answer.

    imaplib gives what stands before a literal with it, what follows as a piece of its own.
    """
    before, octets = b"", None
    for piece in pieces:
        if isinstance(piece, tuple):
            before += piece[0]
            octets = piece[1]
        elif piece is not None:
            around = before + piece
            yield around, said_in(around) if octets is None else octets
            before, octets = b"", None


def said_in(around: bytes) -> bytes | None:
    found = SAID.search(around)
    return ESCAPED.sub(rb"\1", found[1] or b"") if found else None


def moment_in(around: bytes) -> datetime | None:
    """Return when the server received the letter, None where it does not tell."""
    found = DATE.search(around)
    if found is None:
        return None
    try:
        local = imaplib.Internaldate2tuple(found[0])
        return datetime.fromtimestamp(mktime(local), UTC) if local else None
    except (ValueError, OverflowError, OSError):
        return None
