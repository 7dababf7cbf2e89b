"""Merge fields within an address (URL) of a letter."""
import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

# Attributes whose value is an address.
ADDRESSES = frozenset("""
href src background action formaction cite poster data longdesc usemap codebase classid srcset
imagesrcset ping manifest icon lowsrc dynsrc profile archive
""".split())
# Those that a letter's own addresses may begin with, and have fields.
SCHEMES = frozenset("""
http https mailto tel sms ftp cid tg viber whatsapp skype callto geo maps market xmpp facetime
""".split())
OF_PHONES = ("tel", "sms", "callto", "facetime")
SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
UNSEEN = re.compile(r"^[\x00-\x20]+|[\t\n\r]+")  # what browsers leave out of an address
WHOLE = re.compile(r"(https?://)([^\s/?#]+)(.*)", re.IGNORECASE | re.DOTALL)
OTHER = re.compile(r"(?:mailto|tel):(?=[^/])", re.IGNORECASE)
BARE_HOST = re.compile(r"(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?:[/?#].*)?", re.DOTALL)
PLAIN = re.compile(r"https?://[A-Za-z0-9.:-]+(?:/[A-Za-z0-9/_.-]*)?")
BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
NOT_IN_HOST = re.compile(r"[^\w.:@\[\]%~-]")
NOT_DIALLED = re.compile(r"[^0-9+*,;#]")
SIGNS = "%/:?#[]@!$&'()*+,;=~"
NOWHERE = "#"
Escape = Callable[[str], str]


def escapes_in_address(parts: Sequence[str | None]) -> list[Escape]:
    """Return how the value of each field of an address is written; [] where none may stand.

    `parts` are the texts of the address, references resolved, and None for each field.
    """
    text = UNSEEN.sub("", "".join("x" if part is None else part for part in parts))
    first = UNSEEN.sub("", parts[0] or "")
    scheme = SCHEME.match(text)
    begins = not first
    if scheme and not begins and (
            scheme.end() > len(first) or scheme[1].lower() not in SCHEMES):
        return []  # a program, or what a value would make one
    kind = scheme[1].lower() if scheme and not begins else ""
    escapes: list[Escape] = []
    before = ""
    for part in parts:
        if part is not None:
            before += UNSEEN.sub("", part)
            continue
        is_first = begins and not escapes
        escapes.append(whole_address if is_first else way_of(kind, "?" in before))
    return escapes


def way_of(kind: str, is_query: bool) -> Escape:
    if kind in OF_PHONES and not is_query:
        return phone
    if kind == "mailto" and not is_query:
        return mail_address
    return part_of_address


def part_of_address(value: str) -> str:
    return quote(value.encode("utf-8", "replace"), safe="")


def mail_address(value: str) -> str:
    return quote(value.strip().encode("utf-8", "replace"), safe="@")


def phone(value: str) -> str:
    return quote(NOT_DIALLED.sub("", value), safe="+*,;")


def whole_address(value: str) -> str:
    """Return a value that is an address, or begins one; # for all that is none of the web's.

    So nothing else can come of it, in whatever disguise.
    """
    if PLAIN.fullmatch(value):
        return value
    text = value.strip()
    if BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    if found := WHOLE.fullmatch(text):
        host = NOT_IN_HOST.sub(lambda sign: quote(sign[0].encode("utf-8", "replace")), found[2])
        return escape(found[1].lower() + host + quoted(found[3]))
    if OTHER.match(text):
        return escape(quoted(text))
    return NOWHERE


def quoted(text: str) -> str:
    """Return a text with what no address has quoted; what is quoted already stays."""
    return quote(BAD_PERCENT.sub("%25", text).encode("utf-8", "replace"), safe=SIGNS)
