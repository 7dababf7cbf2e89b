"""What the values of blocks may be: lines, rich text, addresses. Whatever comes is made such."""
import re
from collections.abc import Sequence
from typing import Any

import nh3

LONGEST_LINE = 300
LONGEST_TEXT = 20_000
LONGEST_ADDRESS = 2_000

# No letter, no database and no XML can carry these.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")
LINE_END = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
DIGEST = re.compile(r"[0-9a-f]{64}")
SAFE_SCHEME = re.compile(r"(?:https?://|mailto:|tel:)[^\s]", re.IGNORECASE)
ANY_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
HOST = re.compile(r"(?:[\w-]+\.)+\w{2,}(?::\d+)?(?:[/?#].*)?")
MAILBOX = re.compile(r"[^\s@/?#:{}]+@(?:[\w-]+\.)+\w{2,}")
LEADING_FIELD = re.compile(r"\{[^{}|]{1,40}(?:\|([^{}]*))?\}(?:[/?#&].*)?")

RICH_TAGS = {"p", "br", "strong", "em", "u", "s", "a", "ul", "ol", "li"}
SAME_AS = {"b": "strong", "i": "em", "del": "s", "strike": "s", "div": "p"}
SAME_TAG = re.compile(r"(</?)(b|i|del|strike|div)(?=[\s>/])", re.IGNORECASE)


def text_of(raw: Any, longest: int = LONGEST_TEXT) -> str:
    """Return text of lines that end in LF."""
    text = LINE_END.sub("\n", raw) if isinstance(raw, str) else ""
    return UNSEEN.sub("", text)[:longest]


def line_of(raw: Any, longest: int = LONGEST_LINE) -> str:
    return " ".join(text_of(raw).split())[:longest]


def one_of(choices: Sequence[str], raw: Any) -> str:
    """Return `raw` when it is one of the `choices`, else the first of them."""
    return raw if isinstance(raw, str) and raw in choices else choices[0]


def digest_of(raw: Any) -> str:
    return raw if isinstance(raw, str) and DIGEST.fullmatch(raw) else ""


def address_of(raw: Any) -> str:
    """Return an address that a link may have; "" for what is none, or would run something.

    It may begin with a merge field, whose fallback then must be such an address too. Who writes
    `shop.example` or `me@shop.example` means a site or a mailbox.
    """
    address = text_of(raw).strip()
    if len(address) > LONGEST_ADDRESS or "\n" in address or "\t" in address:
        return ""
    if address.startswith("{"):
        return address if is_field_address(address) else ""
    if address.startswith("//"):
        address = f"https:{address}"
    if SAFE_SCHEME.match(address):
        return address
    if MAILBOX.fullmatch(address):
        return f"mailto:{address}"
    if HOST.fullmatch(address):
        return f"https://{address}"
    return ""


def is_field_address(address: str) -> bool:
    """Whether an address that begins with a merge field is safe, whatever the fallback does."""
    field = LEADING_FIELD.fullmatch(address)
    if not field:
        return False
    fallback = (field[1] or "").strip()
    return not fallback or bool(SAFE_SCHEME.match(fallback))


def rich_of(raw: Any) -> str:
    """Return rich text with the few elements that every mail program shows, and nothing else."""
    html = SAME_TAG.sub(lambda tag: tag[1] + SAME_AS[tag[2].lower()], text_of(raw))
    html = nh3.clean(
        html, tags=RICH_TAGS, attributes={"a": {"href"}}, attribute_filter=kept_attribute,
        url_schemes={"http", "https", "mailto", "tel"}, link_rel=None)
    html = html.replace("\xa0", " ").replace("&nbsp;", " ").strip()
    return html if is_said(html) else ""


def kept_attribute(_element: str, _name: str, value: str) -> str | None:
    return address_of(value) or None


def is_said(html: str) -> bool:
    """Whether rich text has a word in it."""
    return bool(re.sub(r"<[^>]*>", "", html).strip())
