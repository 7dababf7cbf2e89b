"""Read what an operator or a person writes as `name <address>`.

RFC 5322 wants quotes around a name with a comma or a dot, and the library takes such a name
without them for two mailboxes. Here all before the last `<` is the name.
"""
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import NamedTuple

from django.core.exceptions import ValidationError

from apps.mailings.recipients.addresses import domain_label

from .mime import CONTROL

IN_ANGLES = re.compile(r"(?P<name>.*)<(?P<address>[^<>]*)>", re.DOTALL)
WITH_COMMENT = re.compile(r"(?P<address>[^\s<>()]+)\s*\((?P<name>.*)\)", re.DOTALL)
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL_PART = re.compile(rf'{ATOM}(\.{ATOM})*|"[!#-;=?A-\[\]-~]+"')
LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
DOMAIN = re.compile(rf"{LABEL}(\.{LABEL})*|\[[0-9a-f:.]+\]")


class BadMailbox(ValueError):
    """No letter can come from, or go to, this. `str()` says why."""


class Mailbox(NamedTuple):
    """A display name (may be empty) and an address as SMTP takes it."""

    name: str
    address: str


def parsed(text: str) -> Mailbox:
    """Return the one Mailbox that `text` stands for. Raises BadMailbox when it stands for none."""
    text = text.strip()
    name = ""
    address = text
    if found := IN_ANGLES.fullmatch(text) or WITH_COMMENT.fullmatch(text):
        name = plain_name(found["name"].strip())
        address = found["address"].strip()
    try:
        if CONTROL.search(name):
            raise BadMailbox("a name can not hold line breaks or control characters.")
        return Mailbox(name, ascii_address(address))
    except BadMailbox as reason:
        raise BadMailbox(f"{text!r} can not be used in a letter: {reason}") from None


def plain_name(name: str) -> str:
    """Return a display name without its quotes, encoded words decoded (RFC 2047)."""
    quoted = QUOTED.fullmatch(name)
    if quoted:
        return ESCAPE.sub(r"\1", quoted[1])
    if "=?" not in name:
        return name
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):
        return name


def ascii_address(address: str) -> str:
    """Return `address` with its domain in A-labels (RFC 5891).

    Raises BadMailbox when SMTP can not carry it.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain:
        raise BadMailbox("it has no address like name@example.com.")
    if not local.isascii():
        raise BadMailbox("before the @, only Latin letters, digits and signs can be sent.")
    if not LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise BadMailbox("the part before the @ is not one that SMTP can carry.")
    address = f"{local}@{ascii_domain(domain)}"
    if len(address) > 254:
        raise BadMailbox("the address is longer than 254 characters.")
    return address


def ascii_domain(domain: str) -> str:
    """Return `domain` in lower case and A-labels; one without a dot may be known in-house."""
    label = domain.lower()
    if not label.isascii():
        try:
            label = domain_label(domain)
        except ValidationError:
            label = ""
    if not DOMAIN.fullmatch(label) or len(label) > 253:
        raise BadMailbox(f"{domain} is no domain name.")
    return label
