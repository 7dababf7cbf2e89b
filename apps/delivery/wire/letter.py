"""A run's message made ready once, filled for each recipient.

Building MIME with the library costs 280 to 970 microseconds a letter; filling ready pieces
about 18. Tests read the bytes back with the standard library's parser.
"""
import json
import re
import time
from collections.abc import Collection, Mapping, Sequence
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

from apps.mailings.fields.models import LONGEST_TEXT
from apps.mailings.messages.language import letter_language
from apps.mailings.messages.merge_fields import (
    Field, filled, has_field, has_name_parts, split, values_of)
from apps.mailings.messages.way_out import html_with_way_out, text_with_way_out

from .carried import Carried
from .mailboxes import ascii_address
from .mime import LONGEST_LINE, encoded_body, mailbox, text_header
from .multipart import Parts
from .parts import Filled
from .web_version import web_address

OVERHEAD = 64 * 1024  # octets, rather too many
LONGEST_VALUE = 254  # of an address or a name
LINE_END = re.compile(r"\r\n|\r|\n")
# Letters that follow one another have the same date, and most often the same subject.
date_at = lru_cache(maxsize=4)(formatdate)
header_of = lru_cache(maxsize=64)(text_header)


class Content(NamedTuple):
    """What one recipient's letter says; `html` is "" in a letter without."""

    subject: str
    body: str | Filled
    html: str | Filled = ""


class Letter:
    """The letter of one run; `fill` and `render` are called for each delivery.

    Raises ValueError when no letter can be made of it, whoever it is for. `seed` is the run's own
    secret: what is derived from it is the same for the same run, and another for any other.
    `owner` is the key of whose letters they are, `bounces_to` the mailbox where what comes back is
    read. `own` are the keys of the owner's own fields that are fields here, `attachments` what
    `Attachment.snapshot` says of each.

    The envelope's `sender` is the `from_address`, or `carried.return_path` of each letter.
    """

    def __init__(self, *, owner: int, seed: str, subject: str, body: str, html: str = "",
                 attachments: Sequence[Mapping[str, str | int]] = (), from_name: str,
                 from_address: str, reply_to: str = "", bounces_to: str = "",
                 own: Collection[str] = ()) -> None:
        self.sender = ascii_address(from_address)
        self.carried = Carried(
            owner=owner, seed=seed, address=self.sender, bounces_to=bounces_to)
        self.own = dict.fromkeys(own, "")
        self.seed = seed.encode("ascii")
        language = letter_language(subject, body or html)
        self.subject = split(subject, self.own)
        self.body = text_with_way_out(with_crlf(body), language, self.own)
        fields: list[Sequence[str | Field]] = [self.subject, self.body]
        self.parts: Parts | None = None
        if html or attachments:
            pieces = html_with_way_out(with_crlf(html), language, self.own) if html else []
            self.parts = Parts(self.seed, self.body, pieces, attachments)
            fields.append(self.parts.fields)
        # What follows the octets of each letter: the attachments, the same for everybody.
        self.tail: Sequence[bytes] = self.parts.tail if self.parts else ()
        self.in_parts = has_name_parts(*fields)  # to part a name costs 10 µs
        self.has_dear = has_field("dear", *fields)
        self.has_address = has_field("web_version", *fields)
        self.short_lines = longest_line(self.body) <= LONGEST_LINE
        self.has_dots = may_have_dots(self.body)
        self.from_lines = f"From: {mailbox(from_name, self.sender, len('From: '))}"
        if reply_to:
            self.from_lines += f"\r\nReply-To: {mailbox('', ascii_address(reply_to), 0)}"
        text_header("Subject", subject)  # what is wrong for everybody is said before the first

    @property
    def size(self) -> int:
        """About how many octets it takes to keep."""
        return OVERHEAD + (self.parts.size if self.parts else 0)

    def fill(self, email: str, full_name: str, own: str | None = None,
             delivery_id: int = 0, token: str = "") -> Content:
        """Return what the letter says to one recipient.

        `own` is a JSON object of what the own fields say, by their keys; null is nothing. `token`
        is that of `carried`; without a delivery the addresses of the letter lead nowhere.
        """
        values = values_of(email, full_name, self.in_parts, self.has_dear)
        if self.own:
            values |= self.own
            values |= json.loads(own or "{}")
        if delivery_id:
            values["way_out"] = self.carried.link(token)
            if self.has_address:
                values["web_version"] = web_address(self.seed, delivery_id)
        subject = filled(self.subject, values)
        if self.parts:
            return Content(subject, *self.parts.filled(values))
        return Content(subject, filled(self.body, values))

    def render(self, subject: str, body: str | Filled, html: str | Filled = "", *,
               delivery_id: int, email: str, full_name: str, token: str) -> bytes:
        """Return the letter's bytes as SMTP's DATA takes them: CRLF, dots doubled, no last dot.

        What is the same for everybody and follows them is the `tail`.
        """
        header = (
            f"{self.from_lines}\r\nTo: {mailbox(full_name, email, len('To: '))}\r\n"
            f"{header_of('Subject', subject)}\r\nDate: {date_at(int(time.time()))}\r\n"
            f"{self.carried.headers(delivery_id, token)}"
            "Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\nMIME-Version: 1.0\r\n")
        if self.parts:
            return self.parts.octets(header.encode("ascii"), body, html)
        encoding, content = encoded_body(str(body), self.short_lines, self.has_dots)
        header += ('Content-Type: text/plain; charset="utf-8"\r\n'
                   f"Content-Transfer-Encoding: {encoding}\r\n\r\n")
        return header.encode("ascii") + content


def with_crlf(text: str) -> str:
    return LINE_END.sub("\r\n", text)


def longest_line(parts: Sequence[str | Field]) -> int:
    """Return the length that no line of the filled `parts` can pass."""
    texts = [part if isinstance(part, str) else "x" * longest_value(part) for part in parts]
    return max(map(len, "".join(texts).split("\r\n")))


def may_have_dots(parts: Sequence[str | Field]) -> bool:
    """Whether a line of the filled `parts` can begin with a dot. Own fields may have lines."""
    if any(not isinstance(part, str) and part.is_own for part in parts):
        return True
    text = "".join(part if isinstance(part, str) else "." for part in parts)
    return "\r\n." in f"\r\n{text}"


def longest_value(field: Field) -> int:
    longest = LONGEST_TEXT if field.is_own else LONGEST_VALUE
    return max(longest, len(field.fallback))
