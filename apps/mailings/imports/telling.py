"""Which people of a file are told of, row by row: who was rejected, and the first of others."""
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..suppression.models import Suppression
from .comparing import UPDATED, Outcome
from .doubts import is_post, suggested
from .models import Import, ImportRow
from .people import Person
from .rules import Rules
from .source import Batch

Fate = ImportRow.Fate
MOST_TOLD = 1_000  # of each fate but the rejected, who are all told
LONGEST_CELL = 20_000
MOST_CELLS = 1_000
SPOILT = str.maketrans({"\x00": "\ufffd"} | {chr(n): "\ufffd" for n in range(0xD800, 0xE000)})


class Telling:
    """The rows that a batch of people leaves, as many as are told in all."""

    def __init__(self, of: Import, rules: Rules, told: dict[str, int]) -> None:
        self.of = of
        self.rules = rules
        self.told = told  # how many so far, by fate
        self.rows: list[ImportRow] = []

    def tell(self, fate: str, person: Person, reason: str, details: Mapping[str, Any]) -> None:
        if fate != Fate.REJECTED and person.mended is None:
            if self.told.get(fate, 0) >= MOST_TOLD:
                return
            self.told[fate] = self.told.get(fate, 0) + 1
        self.rows.append(ImportRow(
            of_import=self.of, fate=fate, number=person.number, part=person.part,
            cells=stored_cells(person.cells), column=person.column, reason=reason,
            details=details, mended=person.mended and stored_cells(person.mended)))

    def rejected(self, people: Iterable[Person]) -> None:
        for person in people:
            if person.reason:
                details = {name: short(value) for name, value in person.details.items()}
                self.tell(Fate.REJECTED, person, person.reason, {
                    **details, "email": person.email, "outcome": "rejected"})

    def good(self, outcomes: Iterable[Outcome], suppressed: Mapping[str, str],
             deleted: dict[str, datetime]) -> None:
        for outcome in outcomes:
            person = outcome.person
            scope = suppressed.get(person.key, "")
            is_returning = outcome.known is None and person.key in deleted
            domain_meant = suggested(person.email)
            if not (scope or is_returning or domain_meant or outcome.what == UPDATED
                    or person.mended is not None or is_post(person.email)):
                continue  # as most are
            self.told_of(outcome, scope, is_returning and deleted[person.key],
                         domain_meant)

    def told_of(self, outcome: Outcome, scope: str, deleted_at: datetime | bool,
                domain_meant: str) -> None:
        person = outcome.person
        details = {"email": person.email, "outcome": outcome.what, "suppressed": bool(scope),
                   "returning": bool(deleted_at)}
        if outcome.what == UPDATED:
            self.tell(Fate.UPDATED, person, "updated", {
                **details, "before": outcome.before, "after": shown_after(outcome)})
        if scope:
            reason = "suppressed" if scope == Suppression.Scope.ALL else "no_advertising"
            self.tell(Fate.SUPPRESSED, person, reason, details)
        if isinstance(deleted_at, datetime):
            self.tell(Fate.RETURNING, person, "returning", {
                **details, "deleted_at": deleted_at.isoformat()})
        if person.mended is not None:
            self.tell(person.fate, person, "", details)
        elif domain_meant:
            person.column = self.rules.judge.emails[0]
            self.tell(Fate.DOUBTFUL, person, "near_domain", {**details, "offered": domain_meant})
        elif is_post(person.email):
            self.tell(Fate.DOUBTFUL, person, "role", details)

    def store(self, batch: Batch) -> None:
        """Store the rows in place of those of an earlier round."""
        old = ImportRow.objects.filter(
            of_import=self.of, fate__in=Fate.values, number__gt=batch.after)
        if not batch.ended:
            old = old.filter(number__lte=batch.last)
        old.delete()
        ImportRow.objects.bulk_create(self.rows, batch_size=500)


def shown_after(outcome: Outcome) -> dict[str, Any]:
    """Return what is written, tags by their names."""
    if not outcome.new_tags:
        return outcome.after
    return {**outcome.after, "tags": outcome.new_tags}


def stored_cells(cells: list[str]) -> list[str]:
    """Return cells as the database can store them, none of them endless."""
    return [short(cell).translate(SPOILT) for cell in cells[:MOST_CELLS]]


def short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        return f"{value[:LONGEST_CELL]}…"
    return value.translate(SPOILT) if isinstance(value, str) else value
