"""What no mail program runs or shows is taken out of what is sent; the source stays as it is."""
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from html import escape, unescape
from typing import NamedTuple

from .harm import ADDRESSES, harmless_style, runs, style_runs
from .imports import imports_in
from .markup import Attribute, Kind, Token, conditional, tokens


class What(StrEnum):
    """What was taken out; `faults.py` has the words."""

    SCRIPT = "script"
    HANDLER = "handler"
    FORM = "form"
    EMBEDDED = "embedded"
    DRAWING = "drawing"
    BASE = "base"
    REFRESH = "refresh"
    ADDRESS = "address"
    STYLE_ADDRESS = "style address"
    STYLESHEET = "stylesheet"
    INCLUDE = "include"
    CUT = "cut"


class Removal(NamedTuple):
    """What was taken out, where in the source it stood, and its name."""

    what: What
    at: int
    name: str = ""


class Edit(NamedTuple):
    start: int
    end: int
    new: str = ""


WITH_CONTENT = {
    "script": What.SCRIPT, "iframe": What.EMBEDDED, "frameset": What.EMBEDDED,
    "noembed": None, "noframes": None, "template": None,
    # Browsers read what is in them by other rules than HTML's.
    "svg": What.DRAWING, "math": What.DRAWING,
}
TAGS = {
    "form": What.FORM, "input": What.FORM, "select": What.FORM, "option": None, "optgroup": None,
    "textarea": What.FORM, "button": What.FORM, "keygen": What.FORM, "isindex": What.FORM,
    "datalist": None, "object": What.EMBEDDED, "embed": What.EMBEDDED, "applet": What.EMBEDDED,
    "param": None, "frame": What.EMBEDDED, "bgsound": What.EMBEDDED, "portal": What.EMBEDDED,
    "base": What.BASE, "xmp": None, "plaintext": None, "noscript": None,
    "mj-include": What.INCLUDE,
    # Of drawings: they set the address of the link that they are in.
    "animate": None, "animatemotion": None, "animatetransform": None, "set": None,
}
APART = {"option", "textarea", "button", "select"}  # their words do not run together
UNWANTED = {"srcdoc", "formaction", "action", "ping", "autofocus", "contenteditable", "manifest"}
MOST = 8  # times; nobody hides so much in good faith
CHARSET = re.compile(r"(charset\s*=\s*)[^\s;\"']+", re.IGNORECASE)


def cleaned(html: str) -> tuple[str, list[Removal]]:
    """Return `html` without what would run, submit or load, and what that was.

    What stood around something that was taken out may be a tag now, so it is looked at again.
    """
    clean, removals = cleaned_once(html)
    for _time in range(MOST):
        before = clean
        clean = cleaned_once(clean)[0]
        if clean == before:
            return clean, removals
    return escape(clean), removals


def cleaned_once(html: str) -> tuple[str, list[Removal]]:
    cleaner = Cleaner(html)
    pieces = []
    at = 0
    for edit in cleaner.edits(0, len(html)):
        pieces += [html[at:edit.start], edit.new]
        at = edit.end
    pieces.append(html[at:])
    return "".join(pieces), cleaner.removals


class Cleaner:
    """Walks over the tokens of a letter and says which pieces of its text change."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.removals: list[Removal] = []
        self.inside = ""  # of which element all is left out
        self.depth = 0

    def edits(self, begin: int, end: int, for_outlook: bool = False) -> Iterator[Edit]:
        """Yield the changes of a part of the letter, in order."""
        part = self.html[begin:end]
        for token in tokens(part):
            token = moved(token, begin)
            if self.inside:
                yield Edit(token.start, token.end)
                self.leave(token)
            elif token.kind in (Kind.START, Kind.END):
                yield from self.tag(token, for_outlook)
            elif token.kind == Kind.RAW:
                yield from self.raw(token)
            elif token.kind == Kind.COMMENT:
                yield from self.comment(token)
        self.inside = ""

    def told(self, what: What | None, at: int, name: str = "") -> None:
        if what:
            self.removals.append(Removal(what, at, name))

    def leave(self, token: Token) -> None:
        """Note where the element ends that is left out with all that is in it."""
        if token.name != self.inside or token.kind == Kind.RAW:
            return
        if token.kind == Kind.START and not self.is_closed(token):
            self.depth += 1
        if token.kind == Kind.END:
            self.depth -= 1
        if not self.depth:
            self.inside = ""

    def is_closed(self, token: Token) -> bool:
        return token.name in ("svg", "math") and self.html.endswith("/>", token.start, token.end)

    def tag(self, token: Token, for_outlook: bool) -> Iterator[Edit]:
        """Yield the edits of a tag, and leave out what is in some elements."""
        if token.name in WITH_CONTENT:
            yield Edit(token.start, token.end)
            if token.kind == Kind.START:
                self.told(WITH_CONTENT[token.name], token.start, token.name)
                if not self.is_closed(token):
                    self.inside = token.name
                    self.depth = 1
        elif token.name in TAGS and not (for_outlook and token.name == "noscript"):
            yield Edit(token.start, token.end, " " if token.name in APART else "")
            if token.kind == Kind.START:
                self.told(TAGS[token.name], token.start, token.name)
        elif token.kind == Kind.START:
            yield from self.start(token)

    def start(self, token: Token) -> Iterator[Edit]:
        """Yield what changes in a tag that may stay."""
        values = {one.name: one.value for one in reversed(token.attributes)}
        if token.name == "link":
            if "stylesheet" in values.get("rel", "").lower():
                self.told(What.STYLESHEET, token.start)
            yield Edit(token.start, token.end)
        elif token.name == "meta" and is_refresh(values):
            self.told(What.REFRESH, token.start)
            yield Edit(token.start, token.end)
        else:
            for attribute in token.attributes:
                yield from self.attribute(token, attribute)

    def attribute(self, token: Token, attribute: Attribute) -> Iterator[Edit]:
        name, value = attribute.name, attribute.value
        if name.startswith("on"):
            self.told(What.HANDLER, attribute.start, name)
        elif name in ADDRESSES and runs(name, value):
            self.told(What.ADDRESS, attribute.start, runs(name, value))
        elif name == "style" and style_runs(value):
            self.told(What.STYLE_ADDRESS, attribute.start)
        elif token.name == "meta" and name in ("charset", "content"):
            yield from in_utf_8(attribute)
            return
        elif name not in UNWANTED:
            return
        yield Edit(attribute.at, attribute.end + len(attribute.quote))

    def raw(self, token: Token) -> Iterator[Edit]:
        """Yield what changes in the content of style, textarea and the like."""
        text = self.html[token.start:token.end]
        if token.name == "style":
            for begin, end in imports_in(text):
                self.told(What.STYLESHEET, token.start + begin)
                if not style_runs(text):
                    yield Edit(token.start + begin, token.start + end)
            if style_runs(text):
                self.told(What.STYLE_ADDRESS, token.start)
                yield Edit(token.start, token.end, harmless_style(text))
        elif token.name == "textarea":
            yield Edit(token.start, token.end, text.replace("<", "&lt;"))
        elif token.name in ("xmp", "plaintext"):
            yield Edit(token.start, token.end, escape(text, quote=False))

    def comment(self, token: Token) -> Iterator[Edit]:
        if inside := conditional(self.html, token):
            yield from Cleaner.edits(self, *inside, for_outlook=True)
        elif token.end == len(self.html) and is_cut(self.html[token.start:]):
            self.told(What.CUT, token.start)
            yield Edit(token.start, token.end)


def moved(token: Token, by: int) -> Token:
    """Return a token of a part of the letter as one of the whole."""
    if not by:
        return token
    attributes = tuple(one._replace(start=one.start + by, end=one.end + by, at=one.at + by)
                       for one in token.attributes)
    return token._replace(start=token.start + by, end=token.end + by, attributes=attributes)


def is_refresh(values: Mapping[str, str]) -> bool:
    """Whether a `meta` with these attributes leads elsewhere."""
    return unescape(values.get("http-equiv", "")).strip().lower() == "refresh"


def is_cut(text: str) -> bool:
    """Whether the end of the letter cut off this tag or comment."""
    if text.startswith("<!--"):
        return not text.endswith(("-->", "--!>")) and text != "<!--->"
    return text[1:2] not in ("!", "?", "/") or not text.endswith(">")


def in_utf_8(attribute: Attribute) -> Iterator[Edit]:
    """Yield the edit by which a letter says that it is in UTF-8, as all that are sent."""
    value = attribute.value
    new = "utf-8" if attribute.name == "charset" else CHARSET.sub(r"\1utf-8", value)
    if new != value:
        yield Edit(attribute.start, attribute.end, new)
