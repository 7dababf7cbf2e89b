"""Judge a row of a checked import anew, with other cells: at once, without reading all again."""
from typing import Any

from django.db.models import F

from .book import deleted_keys, known_people, suppressed_keys
from .comparing import REJECTED, Outcome, compare
from .doubts import suggested
from .models import Import, ImportRow
from .people import Person
from .rules import Rules, rules_of
from .source import Source
from .telling import shown_after, stored_cells

SHORT = 20_000  # rows of a file in which a repeat is looked for at once


def mend(of: Import, row: ImportRow, cells: list[str]) -> ImportRow:
    """Store `cells` for a row with what comes of them, and count it so.

    Whether a long file has the address in another row is found out when it lands: the first row
    wins then, the other is rejected.
    """
    row = ImportRow.objects.select_for_update().get(pk=row.pk, of_import=of)
    rules = rules_of(of)
    person = rules.judge.one(row.number, row.part, stored_cells(cells), row.cells)
    if not person.reason and (first := row_with(of, row, person)):
        person.reject("repeat", rules.judge.emails[0], row=first, value=person.email)
    old = row.details
    row.mended = person.mended
    row.column = person.column
    row.reason = person.reason
    row.details = details_of(person, rules)
    if row.reason:
        row.fate = ImportRow.Fate.REJECTED  # a doubtful one too
    row.save(update_fields=["mended", "column", "reason", "details", "fate"])
    count_anew(of, old, row.details)
    return row


def offered_cells(row: ImportRow) -> list[str]:
    """Return the cells of a doubtful row with the domain that was probably meant."""
    column = row.column
    cells = list(row.mended or row.cells)
    if column is None or column >= len(cells):
        return cells
    email = str(row.details.get("email", ""))
    meant = suggested(email)
    if meant:
        domain, better = email.rpartition("@")[2], meant.rpartition("@")[2]
        cells[column] = with_domain(cells[column], domain, better)
    return cells


def with_domain(cell: str, domain: str, better: str) -> str:
    """Return `cell` with another domain after its @, however the letters of that were typed."""
    before, _at, after = cell.rpartition("@")
    place = after.lower().find(domain.lower())
    if place < 0:
        return cell
    return f"{before}@{after[:place]}{better}{after[place + len(domain):]}"


def details_of(person: Person, rules: Rules) -> dict[str, Any]:
    """Return what a row tells of its person since it was mended."""
    if person.reason:
        return {**person.details, "email": person.email, "outcome": REJECTED}
    keys = [person.key]
    known = known_people(rules.owner, keys, rules.tag_ids.values()).get(person.key)
    outcome: Outcome = compare(person, known, rules)
    return {"email": person.email, "outcome": outcome.what, "before": outcome.before,
            "after": shown_after(outcome), "suppressed": bool(suppressed_keys(rules.owner, keys)),
            "returning": known is None and bool(deleted_keys(rules.owner, keys))}


def row_with(of: Import, row: ImportRow, person: Person) -> int | None:
    """Return another row that has the address of `person`; None where none is found."""
    mended = of.rows.filter(mended__isnull=False, reason="").exclude(
        number=row.number, part=row.part)
    for number, details in mended.values_list("number", "details"):
        if str(details.get("email", "")).lower() == person.key:
            return int(number)
    if of.last_row > SHORT:
        return None
    source = Source(of, with_mended=True)
    try:
        return row_in_file(source, row, person)
    finally:
        source.close()


def row_in_file(source: Source, row: ImportRow, person: Person) -> int | None:
    ended = False
    while not ended:
        batch = source.next(SHORT)
        ended = batch.ended
        for other in batch.good:
            if other.key == person.key and (other.number, other.part) != (row.number, row.part):
                return other.number
    return None


def count_anew(of: Import, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Move a person from one figure of the import to another."""
    changes: dict[str, int] = {}
    for details, step in (old, -1), (new, 1):
        changes[details["outcome"]] = changes.get(details["outcome"], 0) + step
        for name in "suppressed", "returning":
            changes[name] = changes.get(name, 0) + step * bool(details.get(name))
    Import.objects.filter(pk=of.pk).update(
        **{name: F(name) + step for name, step in changes.items() if step})
