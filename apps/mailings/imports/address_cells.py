"""The addresses of a cell, without what people and programs put around them."""
import re
from collections.abc import Iterator

from ..sheets.cells import ADDRESS
from ..suppression.pasted import PIECE, other_addresses, words
from .header_words import target_of

LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
ODD = re.compile(r"[^\w@.+-]|\.$")
# What parts two addresses, beside commas and blanks: «a@x.org / b@x.org», and as Google has it.
BETWEEN = re.compile(r"(@[^\s,;<>@]+>?)\s+(?:[/|&+\\]|:::|и|или|and|or)\s+(?=[^@,;]*@)")
IN_BRACKETS = re.compile(r"\(\s*([^\s()<>@]+@[^\s()<>@]+)\s*\)")
LINK = re.compile(r"mailto:([^?]*)(?:\?.*)?", re.I)
IN_LIST = re.compile(r"[^\w@]+|\d+[.)]")  # what begins a line of a list
CYRILLIC = re.compile(r"[а-яё]", re.I)
MOST_OF_NAME = 5  # words
PAIRS = {'"': '"', "'": "'", "«": "»", "“": "”", "[": "]"}
BLANKS = " \t\xa0\xad\u200b\u200c\u200d\u2060\ufeff"  # and signs that nobody sees


def is_plain(cell: str) -> bool:
    """Whether a cell holds one address at most, with nothing around it."""
    return ODD.search(cell) is None


def addresses_of(cell: str) -> Iterator[tuple[str, str]]:
    """Yield what stands for one address each in a cell, with the name that stands before it."""
    text = BETWEEN.sub(r"\1, ", LINE_END.sub("\n", cell))
    text = IN_BRACKETS.sub(r"<\1>", text)
    for match in PIECE.finditer(text):
        if match[1] is None:
            yield from without_brackets(match[0].strip(BLANKS))
        else:
            yield from before_brackets(match[0].rpartition("<")[0].strip(), bared(match[1]))


def before_brackets(name: str, address: str) -> Iterator[tuple[str, str]]:
    """Yield the address in brackets with its name, after those that stand before the name."""
    for other in other_addresses(name, address):
        yield bared(other), ""
        name = name.partition(other)[2]
    if address:
        yield address, name.strip(' "')


def without_brackets(text: str) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a piece that says in no way where a name ends.

    «Анна Белая anna@x.org» is a name and an address, «Почта: anna@x.org» an address alone;
    `anna white@x.org` may have a blank too many, and stays what it is.
    """
    before, _blank, address = " ".join(text.split()).rpartition(" ")
    if before and "@" not in before and ADDRESS.fullmatch(address):
        if IN_LIST.fullmatch(before):
            yield address, ""
            return
        if CYRILLIC.search(before) and len(before.split()) <= MOST_OF_NAME:
            name = before.strip(" -–—:•*")
            is_name = name[:1].isupper() and not target_of(name)
            yield address, name if is_name else ""
            return
    for word in words(text):
        if bare := bared(word):
            yield bare, ""


def bared(text: str) -> str:
    """Return an address without the link, the quotes or the full stop that it was given with."""
    text = text.strip(BLANKS)
    if len(text) > 2 and PAIRS.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip(BLANKS)
    if link := LINK.fullmatch(text):
        text = link[1]
    return text.rstrip(BLANKS + ".:")
