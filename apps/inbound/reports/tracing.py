"""What may tell whose letter came back: tokens, Message-IDs and addresses, as they are found.

Nobody trusts them here: `wire.tokens` says which of them we made.
"""
import re
from collections.abc import Iterable
from typing import NamedTuple

from apps.delivery.wire.tokens import DELIVERY, UNSUBSCRIBE

from .letter import Part, leaves
from .pieces import Pieces
from .prose import ADDRESS

MOST = 20  # of a kind
LOOKED_AT = 256 * 1024  # octets of the returned letter
TO_US = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to",
         "original-recipient", "x-delivered-to", "x-forwarded-to", "resent-to", "apparently-to",
         "x-rcpt-to", "x-real-to")
FROM_US = ("return-path", "x-envelope-from", "envelope-from", "sender", "from", "errors-to")
IDS = ("x-original-message-id", "in-reply-to", "references", "original-message-id")
RETURN = re.compile(rf"\+({DELIVERY.pattern})(?=[@=])", re.IGNORECASE)
MESSAGE_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,200})>")
WRITTEN_ID = re.compile(
    r"[Mm][Ee][Ss][Ss][Aa][Gg][Ee][-_ ]?[Ii][Dd](?:entifier)?\b[\"']?\s{0,3}[:=]?\s{0,3}[\"']?"
    r"(?:<|&lt;)?\s?([^<>\s@\"'&]{1,200}@[\w.\[\]:-]{1,200})")
OUR_ID = re.compile(r"(?<![\w.+=-])([0-9a-f]{1,15}-[0-9a-f]{32}@[\w.-]{1,253}\w)", re.IGNORECASE)
HEX_AND_AT = re.compile(r"-[0-9A-Fa-f]{32}@")
LEAVING = re.compile(
    rf"(?:/u/|unsubscribe-)({UNSUBSCRIBE.pattern})(?![0-9a-f])", re.IGNORECASE)
ALONE = re.compile(rf"\s*unsubscribe-{UNSUBSCRIBE.pattern}\s*(?:\n|$)", re.IGNORECASE)
BREAKS = re.compile(rb"=\n|\n[ \t]|=0D=0A", re.IGNORECASE)
SPACE = re.compile(r"\s+")


class Traces(NamedTuple):
    """What a report holds of the letter it is about."""

    return_paths: tuple[str, ...]
    message_ids: tuple[str, ...]
    leaving_tokens: tuple[str, ...]
    original_to: tuple[str, ...]


def traces(pieces: Pieces) -> Traces:
    """Return all that may lead from a report to the delivery."""
    original = pieces.original
    if original and answers(original):
        return Traces((), (), (), ())
    texts = [pieces.prose, *pieces.statuses, pieces.feedback or ""]
    raw = [unfolded(each) for each in pieces.originals[:3]]
    return Traces(
        return_paths=return_paths(pieces.letter, original, texts + raw),
        message_ids=message_ids(pieces.letter, original, texts + raw),
        leaving_tokens=leaving_tokens(pieces, raw),
        original_to=addresses(original.all("to") + original.all("x-original-to"))
        if original else (),
    )


def answers(original: Part) -> bool:
    """Whether the returned letter answers another: none of ours does (RFC 5322, 3.6.4).

    An answer to a customer, from the same mailbox, quotes all that our letter had.
    """
    return bool(original.get("in-reply-to") or original.get("references"))


def unfolded(original: Part) -> str:
    """Return a returned letter as text in which no token is broken by folds or encodings."""
    head = b"\n".join(name + b": " + value for name, value in original.fields)
    body = original.body[:LOOKED_AT]
    return (head + b"\n" + BREAKS.sub(b"", body)).decode("latin-1")


def return_paths(letter: Part, original: Part | None, texts: list[str]) -> tuple[str, ...]:
    values = [value for name in TO_US for value in letter.all(name)]
    if original:
        values += [value for name in FROM_US for value in original.all(name)]
    values += [value for name in ("received", "x-failed-recipients") for value in letter.all(name)]
    return few(found.lower() for text in [*values, *texts] if "+" in text
               for found in matches(RETURN, text))


def message_ids(letter: Part, original: Part | None, texts: list[str]) -> tuple[str, ...]:
    """Return Message-IDs, those in the form of ours first."""
    values = original.all("message-id") if original else []
    values += [value for name in IDS for value in letter.all(name)]
    found = [each for value in values for each in MESSAGE_ID.findall(value[:8000]) or bare(value)]
    ours = [each for text in [*values, *texts] if HEX_AND_AT.search(text)
            for each in OUR_ID.findall(text)]
    written = [each for text in texts for each in WRITTEN_ID.findall(text)]
    return few([*ours, *found, *written])


def bare(value: str) -> list[str]:
    value = value.strip().strip("<>")
    return [value] if "@" in value and len(value) < 400 and " " not in value else []


def leaving_tokens(pieces: Pieces, raw: list[str]) -> tuple[str, ...]:
    """Return the tokens of links to leave: of the subject, the returned letter, the texts."""
    subject = SPACE.sub("", pieces.letter.get("subject")[:2000])
    texts = [subject, *raw, pieces.prose, *pieces.html]
    texts += [text.replace("=\n", "") for text in encoded_texts(pieces)]
    return few(found.lower() for text in texts for found in matches(LEAVING, text))


def encoded_texts(pieces: Pieces) -> list[str]:
    """Return the texts of the returned letter that are in base64 or quoted-printable."""
    texts = []
    for original in pieces.originals[:3]:
        for part in list(leaves(original))[:10]:
            encoding = part.get("content-transfer-encoding").strip().lower()
            is_text = not part.content_type or part.content_type.startswith("text")
            if is_text and encoding in ("base64", "quoted-printable"):
                texts.append(part.text)
    return texts


def leaving_in(letter: Part) -> bool:
    """Whether the subject is what the mailto of our List-Unsubscribe puts there."""
    return bool(asking_tokens(letter, ""))


def begins_with_leaving(words: str) -> bool:
    """Whether what should be the subject is the first line of a person's own `words`."""
    return bool(ALONE.match(words))


def asking_tokens(letter: Part, words: str) -> tuple[str, ...]:
    """Return the tokens that the writer put there: in the subject, or in own `words`.

    What is quoted or returned may be of somebody else's letter.
    """
    subject = SPACE.sub("", letter.get("subject")[:2000])
    return few(found.lower() for text in (subject, words) for found in matches(LEAVING, text))


def addresses(values: list[str]) -> tuple[str, ...]:
    return few(found for value in values for found in re.findall(ADDRESS, value[:4000]))


def matches(pattern: re.Pattern[str], text: str) -> list[str]:
    return [found[1] for found in pattern.finditer(text)]


def few(values: Iterable[str]) -> tuple[str, ...]:
    """Return the first of `values`, each once."""
    kept: dict[str, None] = {}
    for value in values:
        kept.setdefault(value)
        if len(kept) == MOST:
            break
    return tuple(kept)
