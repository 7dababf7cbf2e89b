"""The erid of an advertisement in the links of its letter, as operators of advertising data ask.

It is put in once, when a letter is made, and not for each recipient. Addresses stay character for
character but for it. Only those of the web have it: no mailbox, no phone, no place in the letter,
and none that begins with a personal field, as the link to unsubscribe does.
"""
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

from ..blocks.plain import URL
from .html.addresses import UNSEEN
from .html.markup import Attribute, Kind, conditional, tokens
from .html.places import FIELD
from .merge_fields import FIELD as FIELD_IN_TEXT

WEB = re.compile(r"https?://", re.IGNORECASE)
HAS_ERID = re.compile(r"[?&;]erid=", re.IGNORECASE)
# Where a fragment begins: a number sign, but not that of a character reference.
FRAGMENT = re.compile("#")
FRAGMENT_IN_HTML = re.compile(
    r"(?<!&)#|(?<=&)#(?!\d|x[0-9a-f])|&num;|&#(?:0*35|x0*23);", re.IGNORECASE)
OF_LINKS = ("a", "area")
OUTLOOK = "v:"  # its buttons are drawn


def text_with_erid(text: str, erid: str) -> str:
    """Return a `text` whose addresses of the web have the erid; "" changes nothing."""
    if not erid:
        return text
    masked = without_fields(FIELD_IN_TEXT, text)
    parts = []
    at = 0
    for link in URL.finditer(masked):
        end = FRAGMENT.search(masked, link.start(), link.end())
        place = end.start() if end else link.end()
        parts += [text[at:place], query(masked[link.start():place], erid, "&")]
        at = place
    return "".join([*parts, text[at:]])


def html_with_erid(html: str, erid: str) -> str:
    """Return `html` whose links to the web have the erid; "" changes nothing."""
    if not erid:
        return html
    parts = []
    at = 0
    for start, value in addresses(html):
        masked = without_fields(FIELD, value)
        if not WEB.match(UNSEEN.sub("", unescape(masked))):
            continue
        end = FRAGMENT_IN_HTML.search(masked)
        length = end.start() if end else len(masked.rstrip())
        parts += [html[at:start + length], query(unescape(masked[:length]), erid, "&amp;")]
        at = start + length
    return "".join([*parts, html[at:]])


def addresses(html: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, str]]:
    """Yield where the address of each link begins in `html`, in order, and as it is written.

    So also where it is for Outlook alone.
    """
    inner = html[start:end]
    for token in tokens(inner):
        if token.kind == Kind.START and is_link(token.name):
            yield from ((start + one.start, one.value) for one in token.attributes if is_href(one))
        elif not start and (only := conditional(inner, token)):
            yield from addresses(html, *only)


def is_link(name: str) -> bool:
    return name in OF_LINKS or name.startswith(OUTLOOK)


def is_href(attribute: Attribute) -> bool:
    return attribute.name == "href"


def query(address: str, erid: str, also: str) -> str:
    """Return what is put behind an `address` without its fragment: nothing where it has an erid."""
    if HAS_ERID.search(address):
        return ""
    joint = also if "?" in address else "?"
    if address.endswith(("?", "&")):
        joint = ""
    return f"{joint}erid={quote(erid, safe='')}"


def without_fields(pattern: re.Pattern[str], text: str) -> str:
    """Return a text as long as `text`, with letters where its personal fields stand."""
    return pattern.sub(lambda field: "x" * len(field[0]), text)
