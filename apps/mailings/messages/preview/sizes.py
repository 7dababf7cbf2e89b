"""How much a letter weighs, and how much of that mail programs show."""
from typing import NamedTuple


GMAIL_CUTS = 102 * 1024  # octets of HTML, after which Gmail shows no more
NEARLY = 90 * 1024
HEADERS = 1500  # octets, more or less


class Size(NamedTuple):
    """Octets of a letter: its HTML and text as they are, and about how many the whole takes."""

    html: int
    text: int
    attachments: int
    whole: int

    @property
    def is_cut(self) -> bool:
        return self.html > GMAIL_CUTS

    @property
    def is_nearly_cut(self) -> bool:
        return NEARLY < self.html <= GMAIL_CUTS

    @property
    def most(self) -> int:
        return GMAIL_CUTS


def size_of(html: str, text: str, attached: list[int]) -> Size:
    """Return what a letter of these parts weighs; `attached` are octets of each attachment."""
    octets = [part.encode(errors="replace") for part in (html, text)]
    whole = sum(map(on_the_way, octets)) + sum(map(as_base64, attached)) + HEADERS
    return Size(len(octets[0]), len(octets[1]), sum(attached), whole)


def on_the_way(octets: bytes) -> int:
    """Return how many octets a part of text takes in a letter: base64, unless it is ASCII."""
    return len(octets) if octets.isascii() else as_base64(len(octets))


def as_base64(octets: int) -> int:
    """Return how many octets so many take as base64 in lines of 76 characters."""
    length = (octets + 2) // 3 * 4
    return length + (length + 75) // 76 * 2
