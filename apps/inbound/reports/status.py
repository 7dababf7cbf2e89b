"""The machine's part of a report: fields of a message and of each recipient (RFC 3464, RFC 6533).

Also where they stand in a part of another type, or in the text itself.
"""
import re
from typing import NamedTuple

LONGEST = 64 * 1024
MOST = 100  # recipients of one report
FIELD = re.compile(r"^[ \t>]{0,4}([A-Za-z][\w-]{2,40})[ \t]*:[ \t]*(.*)$")
OF_RECIPIENT = re.compile(
    r"^[ \t>]{0,4}(?:Final|Original)-Recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)
BEGIN = re.compile(
    r"^[ \t>]{0,4}(?:Reporting-MTA|(?:Final|Original)-Recipient|Action)[ \t]*:",
    re.IGNORECASE | re.MULTILINE)
TYPE = re.compile(r"\s*[\w-]{1,30}\s*;\s*")  # «rfc822;», «smtp;»
CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class Entry(NamedTuple):
    """What a report says of one recipient."""

    addresses: tuple[str, ...]  # the one written to first, where it is told
    action: str
    status: str
    diagnostic: str


def is_status(text: str) -> bool:
    """Whether `text` holds the fields of a recipient."""
    return "-recipient" in text.lower() and bool(OF_RECIPIENT.search(text))


def begin(text: str) -> int:
    """Return where the fields of the message begin in a text that holds them too."""
    found = BEGIN.search(text)
    return found.start() if found else len(text)


def entries(text: str) -> list[Entry]:
    """Return what `text` says of each recipient."""
    found: list[Entry] = []
    for block in blocks(text[:LONGEST]):
        if entry := entry_of(block):
            found.append(entry)
        if len(found) == MOST:
            break
    return found


def blocks(text: str) -> list[dict[str, str]]:
    """Return the fields of each block of lines; a second Final-Recipient begins another."""
    found: list[dict[str, str]] = [{}]
    name = ""
    for line in text.splitlines():
        if not line.strip():
            found.append({})
            name = ""
        elif line[0] in " \t" and name and not OF_RECIPIENT.match(line):
            found[-1][name] += " " + line.strip()
        elif field := FIELD.match(line):
            name = field[1].lower()
            if name in ("final-recipient", "diagnostic-code") and name in found[-1]:
                found.append({})
            found[-1].setdefault(name, field[2].strip())
    return found


def entry_of(fields: dict[str, str]) -> Entry | None:
    """Return the Entry of a block; None for one that is of the whole message."""
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    addresses = [address_in(fields.get(name, "")) for name in names]
    action = fields.get("action", "").strip().lower()
    if not any(addresses) and not (action and "status" in fields):
        return None
    return Entry(
        addresses=tuple(dict.fromkeys(filter(None, addresses))),
        action=action.partition(" ")[0],
        status=status_in(fields.get("status", "")),
        diagnostic=without_type(fields.get("diagnostic-code", "")),
    )


def address_in(value: str) -> str:
    """Return the address of a Final-Recipient field; "" where there is none."""
    value = TYPE.sub("", value, count=1).strip().strip("<>").strip()
    return value if "@" in value[1:] and len(value) <= 320 and " " not in value else ""


def status_in(value: str) -> str:
    found = CODE.search(value)
    return found[0] if found else ""


def without_type(value: str) -> str:
    """Return a Diagnostic-Code without «smtp;»; what a server said may hold a semicolon too."""
    return TYPE.sub("", value, count=1).strip() if TYPE.match(value) else value.strip()
