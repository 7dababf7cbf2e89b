"""Merge fields in HTML: each is filled as the place wants it where it stands.

No value can change what a letter is made of: it is text in a text, text in an attribute, a part of
an address, or nothing. In styles, scripts and comments braces are no fields, and addresses of
other kinds than those that letters have take none.
"""
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from html import escape, unescape
from typing import NamedTuple

from ..merge_fields import NONE, Field, field_of, value_of
from .addresses import ADDRESSES, escapes_in_address
from .markup import Attribute, Kind, Token, conditional, tokens

FIELD = re.compile(r"\{([^{}|]{1,80})(?:\|([^{}]*))?\}")
# What stands right before a field, and could make a reference together with its value.
OPEN_REFERENCE = re.compile(r"&#?[0-9a-zA-Z]{0,40}\Z")
LINE_END = re.compile(r"[\r\n]+")
WITH_TEXT = ("title", "textarea")  # their references are resolved, as in a text
PROGRAMS = ("script", "animate", "set", "animatemotion", "animatetransform")
NOT_FILLED = ("style", "srcdoc")
Escape = Callable[[str], str]


class Placed(NamedTuple):
    """A merge field in HTML, where it begins there, and how its value is written there."""

    field: Field
    start: int
    escape: Escape


Part = str | Placed


class Piece(NamedTuple):
    """A text or an attribute's value that has fields: where it stands, and its parts."""

    start: int
    end: int
    parts: list[Part]


def split_html(html: str, own: Collection[str] = NONE) -> list[Part]:
    """Return `html` as a list of str (as they are sent) and fields, in order."""
    parts: list[Part] = []
    at = 0
    for piece in pieces_of(html, own):
        parts += [html[at:piece.start], *piece.parts]
        at = piece.end
    parts.append(html[at:])
    return joined(parts)


def joined(parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with neighbouring texts as one, and without empty ones."""
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        elif part:
            found.append(part)
    return found


def html_fields(html: str, own: Collection[str] = NONE) -> list[Placed]:
    """Return the fields that are filled in `html`, in order."""
    return [part for part in split_html(html, own) if not isinstance(part, str)]


def filled_html(html: str, values: Mapping[str, str], own: Collection[str] = NONE) -> str:
    """Return `html` with its fields filled by `values` (of `values_of`, and of the `own`)."""
    return filled_parts(split_html(html, own), values)


def filled_parts(parts: Sequence[Part], values: Mapping[str, str]) -> str:
    texts = []
    for part in parts:
        if not isinstance(part, str):
            part = part.escape(value_of(part.field, values))
        texts.append(part)
    return "".join(texts)


def pieces_of(html: str, own: Collection[str]) -> Iterator[Piece]:
    """Yield the texts and values in `html` that have fields, in order."""
    for place in places(html):
        if "{" in html[place.start:place.end]:
            if piece := place.piece(html, own):
                yield piece


class Place(NamedTuple):
    """A text, or an attribute's value, in which fields may stand."""

    start: int
    end: int
    attribute: Attribute | None = None
    commented: bool = False  # for Outlook alone
    is_filled: bool = True

    def piece(self, html: str, own: Collection[str]) -> Piece | None:
        """Return the Piece of this place; None where it has no fields that are filled."""
        parts = cut(html[self.start:self.end], self.start, own)
        fields = [part for part in parts if not isinstance(part, str)]
        if not fields or not self.is_filled:
            return None
        if self.attribute and is_address(self.attribute):
            escapes = escapes_in_address([
                unescape(part) if isinstance(part, str) else None for part in parts])
            if not escapes:
                return None
            ways = iter(escapes)
            parts = [part if isinstance(part, str) else part._replace(escape=next(ways))
                     for part in parts]
        return Piece(self.start, self.end, self.guarded(parts))

    def guarded(self, parts: Sequence[Part]) -> list[Part]:
        """Return `parts` so written that no value can begin or end anything together with them."""
        found = [self.text(part) if isinstance(part, str) else self.placed(part) for part in parts]
        for number, part in enumerate(found[:-1]):
            if isinstance(part, str):
                found[number] = closed(part)
        unquoted = self.attribute is not None and not self.attribute.quote
        return ['"', *found, '"'] if unquoted else found

    def text(self, text: str) -> str:
        if self.attribute is None:
            text = text.replace("<", "&lt;")  # it begins no tag yet
        elif not self.attribute.quote:
            text = text.replace('"', "&quot;")
        return text.replace(">", "&gt;") if self.commented else text

    def placed(self, field: Placed) -> Placed:
        return field._replace(escape=in_comment(field.escape)) if self.commented else field


def cut(text: str, start: int, own: Collection[str]) -> list[Part]:
    """Return a `text` that stands at `start` as a list of str and fields; none is escaped yet."""
    parts: list[Part] = []
    at = 0
    for match in FIELD.finditer(text):
        if name := field_of(unescape(match[1]), own):
            fallback = LINE_END.sub(" ", unescape(match[2] or ""))
            field = Field(name, fallback, match[0], name in own)
            parts += [text[at:match.start()], Placed(field, start + match.start(), escape)]
            at = match.end()
    parts.append(text[at:])
    return list(filter(None, parts))


def closed(text: str) -> str:
    """Return `text` with its last reference at an end: a value that follows is no part of it."""
    found = OPEN_REFERENCE.search(text)
    if not found:
        return text
    return text[:found.start()] + escape(unescape(found[0]))


def in_comment(way: Escape) -> Escape:
    """Return an Escape whose texts can not end a comment, whatever follows them."""
    return lambda value: way(value).replace("-", "&#45;")


def is_address(attribute: Attribute) -> bool:
    return attribute.name.rpartition(":")[2] in ADDRESSES


def places(html: str, start: int = 0, end: int | None = None,
           commented: bool = False) -> Iterator[Place]:
    """Yield where fields may stand in `html`, between these offsets, and where people expect it."""
    inner = html[start:end]
    for token in tokens(inner):
        if token.kind == Kind.TEXT or token.kind == Kind.RAW and token.name in WITH_TEXT:
            yield Place(start + token.start, start + token.end, commented=commented)
        elif token.kind == Kind.START:
            yield from places_of_tag(token, start, commented)
        elif not commented and (only := conditional(inner, token)):
            yield from places(html, *only, commented=True)


def places_of_tag(tag: Token, start: int, commented: bool) -> Iterator[Place]:
    names = {attribute.name for attribute in tag.attributes}
    is_program = tag.name in PROGRAMS or tag.name == "meta" and "http-equiv" in names
    for attribute in tag.attributes:
        is_filled = not (is_program or attribute.name in NOT_FILLED
                         or attribute.name.startswith("on"))
        yield Place(start + attribute.start, start + attribute.end, attribute, commented, is_filled)
