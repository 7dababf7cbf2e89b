"""Notices in JSON, as Amazon's notification service sends them by mail."""
import json
import re
from typing import Any

from apps.mailings.attempts.faults import Meaning
from apps.mailings.attempts.verdicts import Phase

from .judging import Told, event, judged
from .report import Event, Outcome
from .status import CODE, without_type

BEGINS = re.compile(r'\{\s*"(?:notificationType|eventType|Type)"\s*:')
BROKEN_LINE = re.compile(r"!\n[ \t]?")  # how Sendmail breaks a line that is too long
ENDS_WELL = {"delivery": Outcome.DELIVERED, "send": Outcome.DELIVERED, "open": Outcome.DELIVERED}


def notice_in(text: str) -> dict[str, Any] | None:
    """Return the notice that `text` holds; None where there is none, or it is torn."""
    found = BEGINS.search(text)
    if not found:
        return None
    rest = BROKEN_LINE.sub("", text[found.start():])
    for candidate in (rest, rest.replace("\n", "")):
        try:
            notice: dict[str, Any] = json.JSONDecoder(strict=False).raw_decode(candidate)[0]
        except (ValueError, RecursionError):
            continue
        inner = notice.get("Message")
        if isinstance(inner, str) and inner.lstrip().startswith("{"):
            return notice_in(inner)
        return notice
    return None


def events_of(notice: dict[str, Any]) -> list[Event]:
    """Return what a notice says of each recipient."""
    kind = str(notice.get("notificationType") or notice.get("eventType") or "").lower()
    told = notice.get(kind)
    if not isinstance(told, dict):
        told = {}
    if kind == "bounce":
        return [bounced(each, told) for each in of_list(told, "bouncedRecipients")]
    if kind == "complaint":
        if str(told.get("complaintFeedbackType")).lower() in ("not-spam", "auth-failure"):
            return []
        return [Event(Outcome.COMPLAINT, address_of(each))
                for each in of_list(told, "complainedRecipients")] or [Event(Outcome.COMPLAINT)]
    if kind in ENDS_WELL:
        return [Event(ENDS_WELL[kind], address_of(each), words=str(told.get("smtpResponse", "")))
                for each in of_list(told, "recipients")] or [Event(ENDS_WELL[kind])]
    if kind == "deliverydelay":
        return [Event(Outcome.DELAYED, address_of(each))
                for each in of_list(told, "delayedRecipients")] or [Event(Outcome.DELAYED)]
    return []


def bounced(recipient: Any, told: dict[str, Any]) -> Event:
    fields = recipient if isinstance(recipient, dict) else {}
    address = address_of(recipient)
    words = without_type(str(fields.get("diagnosticCode", "")))
    found = CODE.search(str(fields.get("status", "")))
    status = found[0] if found else ""
    if str(told.get("bounceType", "")).lower() == "transient" and not status.startswith("4"):
        status = "4.0.0"
    said = judged(words, status, Phase.RCPT, (address,) if address else ())
    if not words and not status:
        return Event(Outcome.LETTER, address, Meaning.OTHER)
    return event(Told(said, words), address, status)


def of_list(told: dict[str, Any], name: str) -> list[Any]:
    value = told.get(name)
    return value[:100] if isinstance(value, list) else []


def address_of(recipient: Any) -> str:
    if isinstance(recipient, dict):
        recipient = recipient.get("emailAddress", "")
    return recipient[:320] if isinstance(recipient, str) else ""
