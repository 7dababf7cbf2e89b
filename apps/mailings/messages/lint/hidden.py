"""Text that a letter has and does not show."""
import re
from html import unescape
from typing import NamedTuple

from ..html.markup import Kind, Token, tokens
from .reading import NOT_READ, shown

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr"))
CLOSED_BY_NEXT = frozenset(("p", "li", "td", "th", "tr", "dt", "dd", "option"))
HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden"
    r"|opacity\s*:\s*0(?:\.0*)?(?=\s*[;!]|\s*$)"
    r"|mso-hide\s*:\s*all)", re.IGNORECASE)
SIZE = re.compile(r"(?:^|;)\s*font-size\s*:\s*([^;!]+)", re.IGNORECASE)
NO_SIZE = re.compile(r"0(?:\.0*)?(?:px|em|pt|rem|%)?\s*\Z", re.IGNORECASE)
COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.IGNORECASE)
GROUND = re.compile(r"(?:^|;)\s*background(?:-color|-image)?\s*:\s*([^;!]+)", re.IGNORECASE)
SHORT_HEX = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])\Z")
NAMED = {"white": "#ffffff", "black": "#000000"}
MOST = 5
DEEPEST = 100  # elements that a closing tag is looked for among


class Hidden(NamedTuple):

    text: str
    is_first: bool  # nothing that is shown stands before it, as with a preheader


class Open(NamedTuple):
    """An element that is not closed yet, with the colours that it has from those around it."""

    name: str
    is_hidden: bool  # by a style of its own, or one around it
    is_tiny: bool
    ground: str
    colour: str

    @property
    def hides(self) -> bool:
        return self.is_hidden or self.is_tiny or bool(
            self.colour and self.colour == self.ground)


PAGE = Open("", False, False, "#ffffff", "")


def hidden_in(html: str) -> list[Hidden]:
    """Return the texts that the styles at the elements of `html` hide, the first few."""
    opened = [PAGE]
    found: list[Hidden] = []
    is_first = True
    for token in tokens(html):
        if token.kind == Kind.START and token.name not in VOID:
            if opened[-1].name == token.name and token.name in CLOSED_BY_NEXT:
                opened.pop()
            opened.append(opening(token, opened[-1]))
        elif token.kind == Kind.END:
            close(opened, token.name)
        elif token.kind == Kind.TEXT:
            text = shown(html[token.start:token.end])
            hides = opened[-1].hides
            if not text or opened[-1].name in NOT_READ:
                continue
            if hides and len(found) < MOST:
                found.append(Hidden(text, is_first))
            is_first = is_first and hides
    return found


def opening(token: Token, around: Open) -> Open:
    values = {one.name: unescape(one.value) for one in reversed(token.attributes)}
    style = values.get("style", "")
    ground = (values.get("background") or colour_in(GROUND, style)
              or plain(values.get("bgcolor", "")))
    size = SIZE.search(style)
    return Open(
        token.name,
        around.is_hidden or bool(HIDING.search(style)),
        bool(NO_SIZE.match(size[1].strip())) if size else around.is_tiny,
        ground or around.ground,
        colour_in(COLOUR, style) or around.colour)


def colour_in(pattern: re.Pattern[str], style: str) -> str:
    found = pattern.search(style)
    return plain(found[1]) if found else ""


def plain(colour: str) -> str:
    """Return a colour as #rrggbb where it is written so, else as it is."""
    colour = colour.strip().lower()
    colour = NAMED.get(colour, colour)
    return SHORT_HEX.sub(r"#\1\1\2\2\3\3", colour)


def close(opened: list[Open], name: str) -> None:
    """Close the nearest open element of this name, and those within it."""
    for at in range(len(opened) - 1, max(len(opened) - DEEPEST, 0), -1):
        if opened[at].name == name:
            del opened[at:]
            return
