"""HTML cut into tokens as browsers cut it, with the place of each in the source.

Letters keep what people wrote, octet for octet, so nothing here is parsed into a tree and
written anew: who changes a letter changes pieces of its text.
"""
import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

RAW_ELEMENTS = frozenset((
    "style", "script", "textarea", "title", "xmp", "noembed", "noframes", "iframe", "plaintext"))

# A tag (with `>` where nothing else is in it), or a comment; `<` before anything else is text.
OPENING = re.compile(r"<(?:(/?)([a-zA-Z][^\t\n\f\r />]*)(>?)|[!?]|/.)", re.DOTALL)
NAME = re.compile(r"[\t\n\f\r /]*(=?[^\t\n\f\r />=]*)[\t\n\f\r ]*")
VALUE = re.compile(r"=[\t\n\f\r ]*")
UNQUOTED = re.compile(r"[^\t\n\f\r >]*")
# To HTML ſ is no s, and İ no i.
ANY_CASE = re.IGNORECASE | re.ASCII
DOCTYPE = re.compile(r"<!doctype", ANY_CASE)
COMMENT_END = re.compile(r"--!?>")
EMPTY_COMMENT = re.compile(r"<!---?>")
SCRIPT_PART = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f\r />])", ANY_CASE)
CONDITION = re.compile(r"<!--\[if[^\]]*\]>", ANY_CASE)
CONDITION_END = re.compile(r"<!\[endif\s*\]\s*--!?>\Z", ANY_CASE)
LINE_END = re.compile(r"\r\n|\r|\n")


class Kind(StrEnum):
    START = "start"
    END = "end"
    TEXT = "text"
    COMMENT = "comment"  # whatever nobody shows: also what the end of the letter cut off
    DOCTYPE = "doctype"
    RAW = "raw"  # the content of an element where `<` begins no tag


class Attribute(NamedTuple):
    """An attribute; its value as it stands between `start` and `end`, references and all.

    `at` is where its name begins.
    """

    name: str
    value: str
    start: int
    end: int
    quote: str
    at: int = 0


class Token(NamedTuple):
    """A piece of HTML; `name` is its element's, of raw text that of the element around it."""

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()


def tokens(html: str) -> Iterator[Token]:
    """Cut `html` into tokens that cover every character of it, in order."""
    at = 0
    while opening := OPENING.search(html, at):
        if opening.start() > at:
            yield Token(Kind.TEXT, at, opening.start())
        token = tag(html, opening) if opening[2] else comment(html, opening.start())
        yield token
        at = token.end
        if token.kind == Kind.START and token.name in RAW_ELEMENTS:
            end = raw_end(html, at, token.name)
            if end > at:
                yield Token(Kind.RAW, at, end, token.name)
            at = end
    if at < len(html):
        yield Token(Kind.TEXT, at, len(html))


def comment(html: str, at: int) -> Token:
    """Return what is no tag and begins with the `<` at `at`."""
    if html.startswith("<!--", at):
        return Token(Kind.COMMENT, at, comment_end(html, at))
    end = html.find(">", at) + 1 or len(html)
    kind = Kind.DOCTYPE if DOCTYPE.match(html, at) else Kind.COMMENT
    return Token(kind, at, end)


def comment_end(html: str, at: int) -> int:
    """Return where the comment at `at` ends; one that nothing closes goes on to the end."""
    end = EMPTY_COMMENT.match(html, at) or COMMENT_END.search(html, at + 4)
    return end.end() if end else len(html)


def tag(html: str, opening: re.Match[str]) -> Token:
    """Return the tag that begins so. Browsers drop one that the end of the letter cut off."""
    slash, word, is_whole = opening.groups()
    kind = Kind.END if slash else Kind.START
    if is_whole:
        return Token(kind, opening.start(), opening.end(), word.lower())
    attributes = []
    here = opening.end()
    while True:
        name = NAME.match(html, here)
        assert name is not None  # it may be empty
        here = name.end()
        if here == len(html):
            return Token(Kind.COMMENT, opening.start(), here)
        if not name[1]:
            break
        start, end, quote = value_of(html, here)
        if end == len(html):
            return Token(Kind.COMMENT, opening.start(), end)
        here = end + len(quote)
        attributes.append(Attribute(
            name[1].lower(), html[start:end], start, end, quote, name.start(1)))
    return Token(kind, opening.start(), here + 1, word.lower(), tuple(attributes))


def value_of(html: str, at: int) -> tuple[int, int, str]:
    """Return where the value that may follow an attribute's name stands, and its quote."""
    equals = VALUE.match(html, at)
    if not equals:
        return at, at, ""
    start = equals.end()
    quote = html[start:start + 1]
    if quote and quote in "\"'":
        end = html.find(quote, start + 1)
        return start + 1, end if end >= 0 else len(html), quote
    unquoted = UNQUOTED.match(html, start)
    assert unquoted is not None  # it may be empty
    return start, unquoted.end(), ""


def raw_end(html: str, at: int, name: str) -> int:
    """Return where the raw text at `at` ends: before the closing tag of its element."""
    if name == "plaintext":
        return len(html)
    if name == "script":
        return script_end(html, at)
    closing = raw_closing(name).search(html, at)
    return closing.start() if closing else len(html)


@lru_cache
def raw_closing(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\t\n\f\r />])", ANY_CASE)


def script_end(html: str, at: int) -> int:
    """Return where a script ends. In a comment of it, a script in the script hides its end."""
    commented = False
    inner = False
    for part in SCRIPT_PART.finditer(html, at):
        if part[0] == "-->":
            commented = inner = False
        elif part[0] == "<!--":
            commented = commented or html[part.end():part.end() + 1] != ">"
        elif part[1] and not inner:
            return part.start()
        else:
            inner = commented and not part[1]
    return len(html)


def conditional(html: str, token: Token) -> tuple[int, int] | None:
    """Return where the HTML begins and ends that the comment `token` has for Outlook alone."""
    if token.kind != Kind.COMMENT:
        return None
    begin = CONDITION.match(html, token.start, token.end)
    end = begin and CONDITION_END.search(html, begin.end(), token.end)
    return (begin.end(), end.start()) if begin and end else None


def line_of(html: str, offset: int) -> int:
    """Return the number of the line, from 1, where `offset` is."""
    return bisect_right(line_starts(html), offset)


@lru_cache(maxsize=4)
def line_starts(html: str) -> list[int]:
    return [0, *(end.end() for end in LINE_END.finditer(html))]
