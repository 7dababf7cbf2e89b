"""Merge fields in HTML that nobody can fill, by their lines."""
import re
from collections.abc import Collection, Iterator, Mapping
from html import unescape

from django.utils.translation import gettext as _

from ..merge_fields import NONE, complaint, field_of, unknown_at
from .markup import line_of
from .places import FIELD, Place, places

NOT_DOUBLED = re.compile(rf"(?<!\{{){FIELD.pattern}(?!\}})")
BLANK = re.compile(r"&nbsp;|&#160;|&#xa0;|[\r\n]", re.IGNORECASE)


def unknown_in_html(html: str, own: Collection[str] = NONE) -> dict[str, int]:
    """Return the fields in `html` that nobody can fill, as typed, by where each stands first."""
    unknown: dict[str, int] = {}
    for place in places_with_braces(html):
        if place.is_filled:
            text = readable(html[place.start:place.end], own)
            found = sorted(unknown_at(text, own).items(), key=lambda one: one[1])
            for typed, at in found:
                begin = place.start + at
                unknown.setdefault(html[begin:begin + len(typed)], begin)
    return unknown


def complaints_in_html(html: str, own: Mapping[str, str] = NONE) -> list[tuple[int, str]]:
    """Return what is wrong with the fields in `html`: the line, and what to write instead."""
    wrong = {at: complaint(typed, own) for typed, at in unknown_in_html(html, own).items()}
    for place in places_with_braces(html):
        if place.piece(html, own) is None:
            for typed, at in known_in(html, place, own):
                wrong[at] = _("%(field)s is not filled here, and goes as it is typed.") % {
                    "field": typed}
    return [(line_of(html, at), words) for at, words in sorted(wrong.items())]


def places_with_braces(html: str) -> Iterator[Place]:
    return (place for place in places(html) if "{" in html[place.start:place.end])


def known_in(html: str, place: Place, own: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield the fields that a place would have, were it another place."""
    for match in FIELD.finditer(html, place.start, place.end):
        if field_of(unescape(match[1]), own):
            yield match[0], match.start()


def readable(text: str, own: Collection[str]) -> str:
    """Return `text`, each character in its place, without what is right and with plain blanks."""
    def told(match: re.Match[str]) -> str:
        is_known = field_of(unescape(match[1]), own)
        return " " * len(match[0]) if is_known else match[0]

    return BLANK.sub(lambda blank: " " * len(blank[0]), NOT_DOUBLED.sub(told, text))
