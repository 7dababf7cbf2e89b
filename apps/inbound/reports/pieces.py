"""The pieces of a report: what a person reads, what a machine reads, and the letter returned."""
import re
from functools import cached_property

from . import status
from .letter import Part, leaves

STATUS = ("message/delivery-status", "message/global-delivery-status")
FEEDBACK = ("message/feedback-report",)
RECEIPT = ("message/disposition-notification", "message/global-disposition-notification")
RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers",
            "message/global-headers", "text/rfc822", "message/partial")
LONGEST = 32 * 1024  # characters of text that are looked at
FIELDS = (r"(?:Return-[Pp]ath|Received|Delivered-To|DKIM-Signature|X-[\w-]{2,40}|Message-I[Dd]|Date"
          r"|From|To|Subject|MIME-Version|Mime-Version|Content-Type|Reply-To|List-[\w-]{2,20}"
          r"|ARC-[\w-]{2,40}|Authentication-Results|DomainKey-Signature|Received-SPF|Sender)")
# Where the returned letter begins in a text that holds it too.
SEPARATOR = re.compile(
    r"""^[ \t>]*(?:
        [-=_*|+.~\#][-=_*|+.~\#\ \t]{1,80}(?:[^\n]{0,80}?)\b
        (?:original|copy\ of|unsent|returned|headers?|undelivered
          |(?:message|mail)\ (?:text|follows|body)|исходн|оригинал)[^\n]{0,80}
        | (?:the\ |your\ )?(?:original\ |rejected\ |returned\ |complete\ )?(?:message|mail|letter)
          (?:'s)?(?:\ (?:headers?|text|body|copy))?\ (?:follows?
          |is\ (?:attached|included))\b[^\n]{0,60}
        | (?:original|returned|unsent|undelivered)\ (?:message|mail)\ (?:headers?|text|body)\W*
        | (?:below|enclosed|attached|the\ following)\ (?:is|are)\ (?:a\ |the\ )?
          (?:copy|header|first|original)[^\n]{0,100}
        | (?:here\ is|this\ is)\ (?:a\ |the\ )?(?:copy|header|original|first)[^\n]{0,100}
    )$""", re.IGNORECASE | re.MULTILINE | re.VERBOSE)
HEADERS = re.compile(
    rf"^(?:Return-[Pp]ath|Received|Delivered-To|DKIM-Signature|X-[\w-]{{2,40}}|Message-I[Dd]|Date"
    rf"|From|Subject|MIME-Version):[^\n]*(?:\n[ \t][^\n]*)*\n{FIELDS}:[^\n]*(?:\n[ \t][^\n]*)*"
    rf"\n{FIELDS}:", re.MULTILINE)
ANY_HEADERS = re.compile(
    r"^[A-Z][\w-]{1,40}:[ \t][^\n]*(?:\n[ \t][^\n]*)*\n[A-Z][\w-]{1,40}:", re.MULTILINE)
TAG = re.compile(r"<(?![^\s<>@]{1,64}@)[^<>]{0,2000}>")  # «<u@example.org>» is none
BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li|/table)\b[^<>]{0,200}>", re.IGNORECASE)
UNSEEN = re.compile(r"<(style|script|head|title)\b.{0,60000}?</\1>", re.IGNORECASE | re.DOTALL)
ENTITIES = {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&#64;": "@",
            "&amp;": "&"}


class Pieces:
    """A letter, taken apart once."""

    def __init__(self, letter: Part) -> None:
        self.letter = letter
        self.plain: list[str] = []
        self.html: list[str] = []
        self.statuses: list[str] = []
        self.feedback: str | None = None
        self.is_receipt = False
        self.originals: list[Part] = []
        for part in leaves(letter):
            self.take(part)

    def take(self, part: Part) -> None:
        kind = part.content_type
        if part is not self.letter and {"message-id", "from"} <= part.named.keys():
            self.originals.append(part)  # without a header of its own
        elif kind in STATUS:
            self.statuses.append(above_copy(part.text))
        elif kind in FEEDBACK:
            self.feedback = self.feedback or part.text
        elif kind in RECEIPT:
            self.is_receipt = True
        elif kind in RETURNED:
            self.take_returned(part)
        elif kind == "text/html":
            self.html.append(part.text)
        elif kind in ("", "text") or kind.startswith(("text/", "multipart/")):
            self.take_text(part)

    def take_returned(self, part: Part) -> None:
        if b"-recipient" in part.body[:2000].lower() and not part.inner.get("from"):
            self.statuses.append(above_copy(part.text))  # in a wrong wrapper
        else:
            self.originals.append(part.inner)

    def take_text(self, part: Part) -> None:
        text = part.text[:LONGEST]
        if text.lstrip().startswith("Feedback-Type:"):
            self.feedback = self.feedback or text
            return
        end = end_of_prose(text)
        if status.is_status(text):
            begin = status.begin(text)
            self.statuses.append(above_copy(text[begin:]))
            end = min(end, begin)
        if end < len(text):
            self.take_copy(text[end:])
        if not (part.is_attached and self.plain):
            self.plain.append(text[:end])

    def take_copy(self, text: str) -> None:
        """Take the returned letter out of the text that quotes it."""
        begin = HEADERS.search(text) or ANY_HEADERS.search(text)
        if begin:
            self.originals.append(Part(text[begin.start():].encode("utf-8", "replace")))

    @cached_property
    def prose(self) -> str:
        """What the report tells a person, without the letter it returns."""
        if any(text.strip() for text in self.plain):
            return "\n\n".join(self.plain)[:LONGEST]
        text = "\n\n".join(map(without_tags, self.html))
        return text[:end_of_prose(text)][:LONGEST]

    @cached_property
    def original(self) -> Part | None:
        """The letter that came back, or its headers."""
        return self.originals[0] if self.originals else None


def above_copy(text: str) -> str:
    """Return the fields of a machine's part above the letter that follows in the same part."""
    found = HEADERS.search(text)
    return text[:found.start()] if found else text


def end_of_prose(text: str) -> int:
    """Return where the returned letter begins in `text`; its end where it does not."""
    ends = [len(text)]
    if found := SEPARATOR.search(text):
        ends.append(found.start())
    if found := HEADERS.search(text):
        ends.append(found.start())
    return min(ends)


def without_tags(html: str) -> str:
    text = UNSEEN.sub(" ", html[:4 * LONGEST])
    text = TAG.sub(" ", BREAK.sub("\n", text))
    for entity, sign in ENTITIES.items():
        text = text.replace(entity, sign)
    return text
