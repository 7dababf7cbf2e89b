"""Addresses out of what people paste: lines, commas, a mail program's «Анна <anna@…>»."""
import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

from ..recipients.addresses import normalized

# A name, quoted or not, with the address in brackets; or what stands between commas.
PIECE = re.compile(r"""
    (?: "[^"\n]*" | [^"<>,;\n] )* < ([^<>\n]*) >
    | [^,;\n]+
""", re.VERBOSE)
ADDRESS = re.compile(r"[^@]+@[^@]+\.[^@]+")
LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")


def pieces(text: str) -> list[str]:
    """Return what stands for one address each in a text that a person pasted, as it was typed."""
    return [piece for piece, _name in named_pieces(text)]


def named_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands for one address each, with the name before it where there is one."""
    for match in PIECE.finditer(LINE_END.sub("\n", text)):
        if match[1] is None:
            yield from ((word, "") for word in words(match[0].strip()) if word)
            continue
        name = match[0].rpartition("<")[0].strip()
        for other in other_addresses(name, match[1].strip()):
            yield other, ""
            name = name.partition(other)[2]
        if match[1].strip():
            yield match[1].strip(), name.strip(' "')


def other_addresses(name: str, address: str) -> list[str]:
    """Return the addresses of others that stand before an address in brackets like its name."""
    if name.startswith('"'):
        return []
    return [word for word in name.split()
            if ADDRESS.fullmatch(word) and word.lower() != address.lower()]


def words(piece: str) -> list[str]:
    """Return the addresses that only blanks part; `piece` itself when it is anything else."""
    parts = piece.split()
    if all("@" in part for part in parts):
        return parts
    return [piece]


def addresses_in(text: str) -> tuple[list[str], dict[str, str]]:
    """Return the addresses in `text` as they are stored, each once; and why others are none."""
    good: dict[str, None] = {}
    wrong: dict[str, str] = {}
    for piece in pieces(text):
        try:
            good[normalized(piece).lower()] = None
        except ValidationError as error:
            wrong[piece] = " ".join(error.messages)
    return list(good), wrong
