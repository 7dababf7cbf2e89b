"""The octets of a message of Django's, made as carefully as the letters of mailings.

Django's backend sends 8bit bodies to servers that have not offered 8BITMIME (RFC 6152), and its
subjects may begin with an empty line; some receivers refuse both.
"""
import binascii
import copy
import re
import secrets
from base64 import encodebytes
from email.generator import BytesGenerator
from email.message import Message
from email.policy import SMTP
from email.utils import formatdate, getaddresses
from io import BytesIO

from django.conf import settings
from django.core.mail import EmailMessage

from .wire.mailboxes import Mailbox, ascii_address, parsed
from .wire.mime import (
    LONGEST_LINE, dots_doubled, folded_header, line_ended, mailbox_header, text_header,
)

MAILBOXES = ("from", "sender", "reply-to", "to", "cc")
NEVER_SENT = ("bcc", "mime-version", "content-type", "content-transfer-encoding")
ENCODED = ("base64", "quoted-printable")
HEADER_NAME = re.compile(r"[!-9;-~]+")  # RFC 5322, 2.2
NOT_PARTS = ("subject", "from", "to", "date", "message-id")  # Django's, of the letter as a whole


def rendered(message: EmailMessage) -> bytes:
    """Return the octets of `message` as SMTP's DATA takes them: ASCII, CRLF, dots doubled.

    Raises ValueError when no letter can be made of it.
    """
    letter = b"\r\n".join([*map(str.encode, header_lines(message)), body_of(message)])
    if not letter.isascii():
        raise ValueError("This letter has a part that can not be written in ASCII.")
    return dots_doubled(line_ended(letter))


def header_lines(message: EmailMessage) -> list[str]:
    """Return the header of `message`; its extra headers take the place of the usual ones."""
    sender = parsed(message.from_email)
    lines = {
        "from": mailbox_header("From", sender),
        "subject": text_header("Subject", str(message.subject)),
        "date": f"Date: {formatdate(localtime=settings.EMAIL_USE_LOCALTIME)}",
        "message-id": f"Message-ID: {new_message_id(sender.address.rpartition('@')[2])}",
        "auto-submitted": "Auto-Submitted: auto-generated",
    }
    for name, texts in (("To", message.to), ("Cc", message.cc), ("Reply-To", message.reply_to)):
        if mailboxes := list(map(parsed, filter(None, texts))):
            lines[name.lower()] = mailbox_header(name, *mailboxes)
    for name, value in message.extra_headers.items():
        lines[name.lower()] = header_line(name, str(value))
    for name in NEVER_SENT:
        lines.pop(name, None)
    return list(lines.values())


def new_message_id(domain: str) -> str:
    return f"<{secrets.token_hex(16)}@{domain}>"


def header_line(name: str, value: str) -> str:
    """Return a header that the writer of a message has added."""
    if not HEADER_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header.")
    if name.lower() in MAILBOXES:
        found = getaddresses([value])
        return mailbox_header(
            name, *(Mailbox(name, ascii_address(address)) for name, address in found))
    if value.isascii() and name.lower() != "subject":
        return folded_header(name, value)
    return text_header(name, value)


def body_of(message: EmailMessage) -> bytes:
    """Return MIME headers and the body, with parts as Django builds them, none of them 8bit."""
    bare = copy.copy(message)
    bare.subject = ""
    bare.from_email = "name@example.com"
    bare.to = bare.cc = bare.reply_to = []
    bare.extra_headers = {}
    tree = bare.message()
    for name in NOT_PARTS:
        del tree[name]
    for part in tree.walk():
        if not part.is_multipart():
            make_ascii(part)
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=SMTP).flatten(tree)
    return written.getvalue()


def make_ascii(part: Message) -> None:
    """Encode the content of `part` anew unless any server can carry it as it is."""
    encoding = part.get("Content-Transfer-Encoding", "7bit").lower()
    if encoding in ENCODED and part.get_payload().isascii():
        return
    octets = part.get_payload(decode=True)
    encoding, content = encoded_content(octets, part.get_content_maintype() == "text")
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(content.decode("ascii"))


def encoded_content(octets: bytes, text: bool) -> tuple[str, bytes]:
    """Return the transfer encoding for `octets` (RFC 2045, 6) and `octets` in that encoding."""
    if text:
        octets = b"\r\n".join(octets.splitlines()) + b"\r\n" * octets.endswith((b"\n", b"\r"))
        lines = octets.split(b"\r\n")
        if octets.isascii() and b"\0" not in octets and max(map(len, lines)) <= LONGEST_LINE:
            return "7bit", octets
    in_base64 = encodebytes(octets)
    if text:
        quoted = binascii.b2a_qp(octets, istext=True)
        if len(quoted) < len(in_base64):
            return "quoted-printable", quoted
    return "base64", in_base64
