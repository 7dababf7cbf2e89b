"""Letters as documents of their own: for a frame in which nothing runs and nothing leads away."""
import re
from collections.abc import Iterator

from django.http import HttpResponse
from django.utils.html import escape

from ..html.markup import Attribute, Kind, Token, tokens

# What the document may do, wherever it is opened. Nothing of it runs; pictures and styles show.
POLICY = "; ".join((
    "default-src 'none'", "style-src 'unsafe-inline'", "img-src 'self' https: http: data:",
    "font-src 'none'", "frame-ancestors 'self'", "form-action 'none'", "base-uri 'none'",
    "sandbox"))
HEADERS = {
    "Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex"}
PLAIN = """<!doctype html>
<meta charset="utf-8">
<style>
body { margin: 0; padding: 1.25rem; font: 15px/1.5 -apple-system, "Segoe UI", Arial, sans-serif; }
pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
"""

# Comments are looked through only so far, or many unclosed ones would take very long.
BLANK = r"(?:\s++|/\*(?:[^*]|\*(?!/)){0,200}\*/){0,5}+"
SCHEME_FEATURE = re.compile(
    rf"\({BLANK}prefers-color-scheme{BLANK}:{BLANK}(dark|light){BLANK}\)",
    re.IGNORECASE | re.DOTALL)
ALWAYS = "(min-width:0)"
NEVER = "(min-width:99999em)"
# By a rule of CSS, or by <meta name="color-scheme" content="light">.
OWN_SCHEME = re.compile(r"""(?<![\w-])color-scheme\s*(?::|["']\s+content\s*=)\s*["']?([a-z ]+)""",
                        re.IGNORECASE)
Edit = tuple[int, int, str]  # from, to, what stands there instead


class LetterDocument(HttpResponse):
    """The HTML of a letter, under rules of its own in the place of our pages'."""

    def __init__(self, html: str, *, dark: bool = False) -> None:
        super().__init__(framed(html, dark=dark), headers=HEADERS)


class TextDocument(LetterDocument):
    """The text of a letter, as plain as programs show it."""

    def __init__(self, text: str, *, dark: bool = False) -> None:
        super().__init__(f"{PLAIN}<pre>{escape(text)}</pre>", dark=dark)


def has_dark_colours(html: str) -> bool:
    """Return whether a letter says itself how it looks where the screen is dark."""
    own = [match[1].lower() for match in OWN_SCHEME.finditer(html)]
    asked = [match[1].lower() for match in SCHEME_FEATURE.finditer(html)]
    return "dark" in asked or any("dark" in scheme for scheme in own)


def framed(html: str, *, dark: bool) -> str:
    """Return `html` as a light or a dark screen shows it, whose links open nothing here.

    What a reader's own screen prefers must not matter, so rules that ask for that are answered.
    A sandboxed frame opens no windows: a link that asks for one does nothing.
    """
    scheme = "dark" if dark else "light"
    first = '<base target="_blank">'
    own = [match[1].lower() for match in OWN_SCHEME.finditer(html)]
    if not own or any(scheme in text for text in own):
        first += f"<style>:root {{ color-scheme: {scheme} !important }}</style>"
    cut = list(tokens(html))
    edits = [(head_of(cut), head_of(cut), first), *edits_of(html, cut, scheme)]
    return edited(html, sorted(edits))


def head_of(cut: list[Token]) -> int:
    """Return where a letter's head begins; without one, what comes after the doctype."""
    place = 0
    for token in cut:
        if token.kind == Kind.DOCTYPE or (token.kind == Kind.START and token.name == "html"):
            place = token.end
        elif token.kind == Kind.START:
            return token.end if token.name == "head" else place
    return place


def edits_of(html: str, cut: list[Token], scheme: str) -> Iterator[Edit]:
    """Yield what is to be changed so that styles know the scheme, and links lead nowhere."""
    for token in cut:
        if token.kind == Kind.RAW and token.name == "style":
            yield token.start, token.end, answered(html[token.start:token.end], scheme)
        for attribute in token.attributes:
            if attribute.name == "media":
                yield attribute.start, attribute.end, answered(attribute.value, scheme)
            elif attribute.name == "target" and is_there(attribute):
                yield attribute.start, attribute.end, "_blank"


def is_there(attribute: Attribute) -> bool:
    return bool(attribute.value or attribute.quote)


def answered(css: str, scheme: str) -> str:
    """Return `css` whose media queries need not ask which scheme is preferred."""
    return SCHEME_FEATURE.sub(
        lambda match: ALWAYS if match[1].lower() == scheme else NEVER, css)


def edited(text: str, edits: list[Edit]) -> str:
    parts = []
    at = 0
    for start, end, instead in edits:
        parts += [text[at:start], instead]
        at = end
    parts.append(text[at:])
    return "".join(parts)
