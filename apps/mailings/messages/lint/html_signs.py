"""What a letter has, sign by sign, with the lines: see `signs.py`."""
import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from ..html.markup import Attribute, Kind, Token, conditional, line_of, tokens
from .css_signs import Sign, signs_of_attribute, signs_of_sheet

HEAD = frozenset(("html", "head", "meta", "title", "style", "link", "base", "script", "noscript"))
PICTURES = frozenset(("img", "input", "image"))  # elements whose `src` is one
NOT_FOR_WORD = re.compile(r"<!(?:--)?\[if\s*!\s*mso", re.IGNORECASE)
CONDITION_OVER = re.compile(r"<!(?:--)?<?!?\[endif", re.IGNORECASE)
CONDITION = re.compile(r"<!(?:--)?\s*<?!?\[(?:if|endif)", re.IGNORECASE)
HTML5 = re.compile(r"<!doctype\s+html\s*(?:system\s+[\"']about:legacy-compat[\"']\s*)?>",
                   re.IGNORECASE)
EXTENSION = re.compile(r"\.([a-z0-9]+)(?:[^a-z0-9.].*)?\Z", re.IGNORECASE)
ANIMATED = re.compile(r"anim[^/]*\.png", re.IGNORECASE)  # its content is not looked at
DATA_PICTURE = re.compile(r"data:image/([a-z0-9.+-]+)", re.IGNORECASE)
SUBTYPES = {"svg+xml": "svg", "x-icon": "ico", "vnd.microsoft.icon": "ico", "x-ms-bmp": "bmp"}
ON_ELEMENTS = ("width:", "max-width:")  # signs of CSS that depend on what they are for
LONGEST_NAME = 300  # of a file
LONG_STYLE = 16 * 1024  # what Gmail reads of style sheets


class Place(NamedTuple):
    """Where a sign stands; Outlook for Windows may be told to skip it."""

    line: int
    for_word: bool


Places = dict[str, list[Place]]


def places_in(html: str) -> Places:
    """Return the places of every sign in `html`, in order.

    What only Outlook for Windows reads (`<!--[if mso]>`) is left out: it was written for it.
    """
    places: Places = {}
    reader = Reader(html)
    for_word = True
    for token in tokens(html):
        if token.kind == Kind.COMMENT and not conditional(html, token):
            comment = html[token.start:token.end]
            if NOT_FOR_WORD.match(comment):
                for_word = False
            elif CONDITION_OVER.match(comment):
                for_word = True
        for sign, line in reader.signs_of(token):
            places.setdefault(sign, []).append(Place(line, for_word))
    return places


class Reader:
    """Reads the tokens of one letter, from first to last."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.in_body = False
        self.style_size = 0
        self.attributes: dict[str, list[Sign]] = {}  # style attributes are often the same

    def signs_of(self, token: Token) -> Iterator[Sign]:
        line = line_of(self.html, token.start)
        if token.kind == Kind.START:
            yield from self.of_element(token, line)
        elif token.kind == Kind.RAW and token.name == "style":
            yield from self.of_style(token, line)
        elif token.kind == Kind.COMMENT:
            if not CONDITION.match(self.html, token.start):
                yield "<!-- -->", line
        elif token.kind == Kind.DOCTYPE:
            if HTML5.match(self.html, token.start):
                yield "<!doctype html>", line

    def of_style(self, token: Token, line: int) -> Iterator[Sign]:
        if self.in_body:
            yield "<style> in <body>", line
        self.style_size += token.end - token.start
        if self.style_size > LONG_STYLE:
            yield "<style> too long", line
        for sign, inner in followed(signs_of_sheet(self.html[token.start:token.end])):
            yield from placed(sign, line + inner - 1, "style")

    def of_element(self, token: Token, line: int) -> Iterator[Sign]:
        name = token.name
        self.in_body = self.in_body or name not in HEAD
        yield f"<{name}>", line
        if ":" in name:  # of Office, for Outlook alone
            return
        values = {attribute.name: attribute.value for attribute in reversed(token.attributes)}
        yield from of_kind(name, values, line)
        for attribute in token.attributes:
            at = line_of(self.html, attribute.start)
            yield f"[{attribute.name}]", at
            if attribute.name == "style":
                yield from self.of_style_attribute(name, attribute, at)
            else:
                yield from of_attribute(name, attribute, at)

    def of_style_attribute(self, name: str, attribute: Attribute, line: int) -> Iterator[Sign]:
        if attribute.value not in self.attributes:
            css = unescape(attribute.value)
            self.attributes[attribute.value] = followed(signs_of_attribute(css))
        for sign, inner in self.attributes[attribute.value]:
            yield from placed(sign, line + inner - 1, name)


def followed(signs: Iterator[Sign]) -> list[Sign]:
    """Return signs as far as they can be followed: CSS in very many brackets is not read on."""
    found = []
    try:
        for sign in signs:
            found.append(sign)
    except RecursionError:
        pass
    return found


def of_kind(name: str, values: dict[str, str], line: int) -> Iterator[Sign]:
    """Yield what an element is by the values of its attributes."""
    if name == "input":
        yield f"<input type={values.get('type', '').lower() or 'text'}>", line
    elif name == "button":
        yield f"<button type={values.get('type', '').lower() or 'submit'}>", line
    elif name == "meta" and "color-scheme" in values.get("name", "").lower():
        yield "<meta name=color-scheme>", line
    elif name == "body" and values:
        yield "<body> with attributes", line


def of_attribute(element: str, attribute: Attribute, line: int) -> Iterator[Sign]:
    """Yield what addresses in an attribute lead to."""
    name = attribute.name
    if name == "href" and element in ("a", "area"):
        address = unescape(attribute.value).strip()
        if address.startswith("#") and len(address) > 1:
            yield "href #", line
        elif address[:7].lower() == "mailto:":
            yield "href mailto:", line
    elif name == "align" and element == "table":
        yield f"<table align={attribute.value.strip().lower()}>", line
    elif name == "background" or (name == "src" and element in PICTURES):
        yield from of_picture(unescape(attribute.value), line)
    elif name == "srcset":
        for candidate in unescape(attribute.value).split(","):
            yield from of_picture(candidate.strip().partition(" ")[0], line)


def placed(sign: str, line: int, element: str) -> Iterator[Sign]:
    """Yield a sign of the CSS in a style sheet (of `style`), or of an element's own."""
    if sign.startswith("url "):
        yield from of_picture(sign.removeprefix("url "), line)
        return
    yield sign, line
    if sign in ON_ELEMENTS:
        yield f"{sign} <{element}>", line
    elif sign in ("/* */", "!important"):
        yield f"{sign} {'sheet' if element == 'style' else 'attribute'}", line


def of_picture(address: str, line: int) -> Iterator[Sign]:
    """Yield the format of a picture, as its address tells it."""
    address = address.strip()
    inline = DATA_PICTURE.match(address)
    if inline:
        yield "data: picture", line
        kind = inline[1].lower()
        yield f".{SUBTYPES.get(kind, kind)}", line
        return
    path = address.partition("#")[0].partition("?")[0].partition("//")[2] or address
    name = unquote(path.rpartition("/")[2][-LONGEST_NAME:])
    extension = EXTENSION.search(name)
    if extension and ("//" not in address or "/" in path):
        yield f".{extension[1].lower()}", line
        if ANIMATED.search(name):
            yield ".apng", line
