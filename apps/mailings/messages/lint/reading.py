"""The links, pictures and words of a letter's source, as a person reads them."""
import re
from html import unescape
from typing import NamedTuple

from ..html.markup import Kind, Token, line_of, tokens

LINKS = frozenset(("a", "area", "mj-button", "mj-navbar-link", "mj-social-element"))
PICTURES = frozenset(("img", "mj-image", "mj-carousel-image"))
NOT_READ = frozenset(("style", "script", "title", "mj-style", "mj-title", "mj-preview"))
INVISIBLE = re.compile(r"[\u034f\u00ad\u200b-\u200f\u2007\u2060\ufeff]+")
TINY = ("0", "1", "0px", "1px")


class Link(NamedTuple):

    address: str
    words: str  # what it is read as: text, or what its picture shows
    line: int
    is_empty: bool  # without words and pictures


class Picture(NamedTuple):

    address: str
    alt: str | None  # None: nobody wrote one
    line: int


class Reading(NamedTuple):

    links: list[Link]
    pictures: list[Picture]
    words: str
    anchors: set[str]


def shown(text: str) -> str:
    return " ".join(INVISIBLE.sub("", unescape(text)).split())


def read(html: str) -> Reading:
    """Read a source of HTML or of MJML; what is for Outlook alone is left out."""
    reader = Reader(html)
    for token in tokens(html):
        reader.take(token)
    reader.close()
    return Reading(reader.links, reader.pictures, shown(" ".join(reader.words)), reader.anchors)


class Reader:

    def __init__(self, html: str) -> None:
        self.html = html
        self.links: list[Link] = []
        self.pictures: list[Picture] = []
        self.words: list[str] = []
        self.anchors: set[str] = set()
        self.open: Token | None = None  # the link that is being read
        self.inside: list[str] = []  # its words
        self.shows = False  # it has a picture
        self.unread = ""

    def take(self, token: Token) -> None:
        if token.kind == Kind.TEXT and not self.unread:
            text = self.html[token.start:token.end]
            self.words.append(text)
            self.inside.append(text)
        elif token.kind == Kind.START:
            self.start(token, {one.name: one.value for one in reversed(token.attributes)})
        elif token.kind == Kind.END:
            if token.name == self.unread:
                self.unread = ""
            if self.open and token.name == self.open.name:
                self.close()

    def start(self, token: Token, values: dict[str, str]) -> None:
        self.anchors.update(unescape(values[name]) for name in ("id", "name") if name in values)
        is_closed = token.name.startswith("mj-") and self.html.endswith(
            "/>", token.start, token.end)
        if token.name in NOT_READ and not is_closed:
            self.unread = token.name
        if token.name in LINKS and "href" in values:
            self.close()
            self.open = token
            if is_closed or token.name == "area":
                self.shows = True
                self.close()
        elif token.name in PICTURES:
            self.picture(token, values)

    def picture(self, token: Token, values: dict[str, str]) -> None:
        line = line_of(self.html, token.start)
        self.shows = True
        alt = unescape(values["alt"]) if "alt" in values else None
        self.inside.append(f" {values.get('alt', '')} ")
        if values.get("width") not in TINY and values.get("height") not in TINY:
            self.pictures.append(Picture(unescape(values.get("src", "")).strip(), alt, line))
        if "href" in values:  # of MJML
            self.links.append(Link(unescape(values["href"]).strip(), alt or "", line, False))

    def close(self) -> None:
        """End the link that is open."""
        if self.open:
            values = {one.name: one for one in reversed(self.open.attributes)}
            words = shown("".join(self.inside))
            label = "aria-label" in values or "title" in values
            address = unescape(values["href"].value).strip()
            line = line_of(self.html, values["href"].start)
            is_empty = not (words or self.shows or label)
            self.links.append(Link(address, words, line, is_empty))
        self.open = None
        self.inside = []
        self.shows = False
