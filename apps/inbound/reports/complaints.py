"""Complaints: reports in the form of RFC 5965, and those that come without it."""
import re

from .pieces import Pieces
from .status import address_in, blocks

# The registry of RFC 5965 (7.3), and opt-out of its drafts, which says the same: no more letters.
COMPLAINED = ("abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "complaint")
NEVER = ("not-spam", "auth-failure", "dmarc", "dkim", "fraud-check", "not spam")
SENTENCE = re.compile(
    r"this is an (?:e-?mail|automated) (?:abuse|spam|complaint) (?:report|complaint)"
    r"|(?:abuse|spam|complaint|feedback) report for (?:an? )?(?:e-?mail|message)"
    r"|(?:marked|reported|flagged) (?:it |this (?:message|e-?mail) |your \S{1,20} )?as (?:spam|junk"
    r"|unsolicited)|user complaint|complaint about (?:message|e-?mail|mail) from"
    r"|пожаловал\w+ на (?:это |ваше )?(?:письмо|спам|рассылк)")
WRITTEN_TO = re.compile(r"^Original-Rcpt-To[ \t]*:[ \t]*(\S[^\n]{0,400})",
                        re.IGNORECASE | re.MULTILINE)
SUBJECT = re.compile(r"(?:abuse|feedback|spam|complaint) report|complaint about message")
NO_COMPLAINT = re.compile(
    r"not[- ]spam|auth(?:entication)?[- ]failure|\bdmarc\b|did not meet the sending domain")


def feedback_of(pieces: Pieces) -> dict[str, str] | None:
    """Return the fields of the machine's part; None where there is none."""
    if pieces.feedback is None:
        return None
    fields: dict[str, str] = {}
    for block in blocks(pieces.feedback[:32 * 1024]):
        for name, value in block.items():
            fields.setdefault(name, value)
    return fields


def complained_addresses(pieces: Pieces, fields: dict[str, str]) -> list[str]:
    """Return whose complaint it is; a report may name several (RFC 5965, 3.2)."""
    several = WRITTEN_TO.findall((pieces.feedback or "")[:32 * 1024])
    named = [address_in(each) for each in several] or [complained_address(fields)]
    return list(dict.fromkeys(filter(None, named))) or [""]


def is_complaint(fields: dict[str, str]) -> bool | None:
    """Return whether a person complains; None where it does not say what it is about."""
    kind = fields.get("feedback-type", "").strip().lower().rstrip(".;")
    if not kind:
        return None
    return kind in COMPLAINED or not (kind in NEVER or fields.get("auth-failure"))


def complained_address(fields: dict[str, str]) -> str:
    for name in ("original-rcpt-to", "final-recipient", "x-original-rcpt-to", "removal-recipient"):
        if address := address_in(fields.get(name, "")):
            return address
    return ""


def looks_like_complaint(pieces: Pieces) -> bool:
    """Whether a letter without the machine's part reports a complaint, with the letter returned."""
    letter = pieces.letter
    text = " ".join(pieces.prose[:2000].lower().split())
    subject = letter.get("subject")[:300].lower()
    if NO_COMPLAINT.search(text) or NO_COMPLAINT.search(subject):
        return False
    if letter.parameters.get("report-type", "").lower() == "feedback-report":
        return bool(pieces.originals or SENTENCE.search(text))
    if not pieces.originals or letter.named.get("in-reply-to"):
        return False
    return bool(SENTENCE.search(text) or SUBJECT.search(subject))
