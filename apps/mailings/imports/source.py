"""The file of an import, read batch by batch: its people judged, its repeats found."""
import time
from contextlib import ExitStack
from dataclasses import dataclass

from django.db.models import QuerySet

from ..exports.cells import original
from ..sheets.reading import Reading, open_sheet
from .content import local_file
from .models import Import, ImportRow
from .people import Person
from .repeats import Repeats
from .rules import Rules, rules_of

MOST_CHARACTERS = 2_000_000  # of a batch
CATCH_UP_ROWS = 2_000
Place = tuple[int, int]  # a row's number, and which person of it
REPEAT = "repeat"


@dataclass
class Mended:
    """What somebody wrote in place of a row's cells, and what came of it then."""

    cells: list[str]
    fate: str
    repeats: int | None  # another row, which has the same address


@dataclass
class Batch:
    """The people of the rows after one, up to another."""

    after: int
    last: int
    ended: bool
    people: list[Person]

    @property
    def good(self) -> list[Person]:
        return [person for person in self.people if not person.reason]


class Source:
    """Where the reading of an import's file is in this process."""

    def __init__(self, of: Import, *, with_mended: bool) -> None:
        self.of = of
        self.with_mended = with_mended
        self.rules: Rules = rules_of(of)
        self.corrected = self.find_corrected() if with_mended else {}
        self.stack = ExitStack()
        self.repeats = Repeats()
        self.stack.callback(self.repeats.close)
        try:
            path = self.stack.enter_context(local_file(of))
            sheet = open_sheet(path, Reading.of_json(of.reading))
            self.stack.callback(sheet.close)
            self.rows = sheet.rows()
        except BaseException:
            self.stack.close()
            raise
        self.at = 0  # the last row that was read
        self.characters = 0

    def close(self) -> None:
        self.stack.close()

    def catch_up(self, place: int, until: float) -> bool:
        """Read on to row `place`, for the sake of the repeats. Returns whether it is there.

        It stops at the moment `until`, to go on at the next call.
        """
        while self.at < place:
            if time.monotonic() > until:
                return False
            self.next(CATCH_UP_ROWS, up_to=place)
        return True

    def next(self, size: int, up_to: int | None = None) -> Batch:
        """Return the people of the next rows, about `size` of them, with their repeats found."""
        after = self.at
        rows: list[tuple[int, list[str]]] = []
        characters = 0
        ended = True
        for number, cells in self.rows:
            rows.append((number, cells))
            characters += sum(map(len, cells))
            if number == up_to or len(rows) >= size or characters > MOST_CHARACTERS:
                ended = False
                break
        last = rows[-1][0] if rows else after
        self.at = max(last, up_to or 0) if ended else last
        self.characters += characters
        people = self.judged(rows, self.mended(after, last))
        self.find_repeats(people)
        return Batch(after, last, ended, people)

    def judged(self, rows: list[tuple[int, list[str]]],
               mended: dict[Place, Mended]) -> list[Person]:
        people: list[Person] = []
        for number, cells in rows:
            people += self.rules.judge.people(number, as_exported(cells))
        if mended:
            people = [self.as_mended(person, mended) for person in people]
        return people

    def as_mended(self, person: Person, mended: dict[Place, Mended]) -> Person:
        row = mended.get((person.number, person.part))
        if row is None:
            return person
        person = self.rules.judge.one(person.number, person.part, row.cells, person.cells)
        person.fate = row.fate
        if row.repeats and not person.reason:  # it was told so, and lands no sooner for that
            self.reject_repeat(person, row.repeats)
        return person

    def mended(self, after: int, last: int) -> dict[Place, Mended]:
        if not self.with_mended:
            return {}
        rows = self.mended_rows().filter(number__gt=after, number__lte=last)
        return {
            (row.number, row.part): Mended(
                row.mended or [], row.fate,
                row.details.get("row") if row.reason == REPEAT else None)
            for row in rows}

    def mended_rows(self) -> QuerySet[ImportRow]:
        return ImportRow.objects.filter(
            of_import=self.of, fate__in=ImportRow.Fate.values, mended__isnull=False)

    def find_corrected(self) -> dict[str, Place]:
        """Return the good addresses in whose place somebody wrote another one.

        Who has such an address further down was told to be a repeat, and stays one.
        """
        found: dict[str, Place] = {}
        for row in self.mended_rows().order_by("-number", "-part"):
            was = self.rules.judge.people(row.number, row.cells)[0]
            if not was.reason:
                found[was.key] = row.number, row.part
        return found

    def find_repeats(self, people: list[Person]) -> None:
        """Reject whoever has the address of a good person of the file before them."""
        good = [person for person in people if not person.reason]
        seen = self.repeats.rows(person.key for person in good)
        new: dict[str, int] = {}
        for person in good:
            first = seen.get(person.key) or new.get(person.key) or self.corrected_before(person)
            if first:
                self.reject_repeat(person, first)
            else:
                new[person.key] = person.number
        self.repeats.add(new)

    def corrected_before(self, person: Person) -> int | None:
        """Return the row before a person that had the same address until it was corrected."""
        place = self.corrected.get(person.key)
        if place and person.mended is None and place < (person.number, person.part):
            return place[0]
        return None

    def reject_repeat(self, person: Person, first: int) -> None:
        person.reject(REPEAT, self.rules.judge.emails[0], row=first, value=person.email)


def as_exported(cells: list[str]) -> list[str]:
    """Return the cells without the marks by which an export keeps spreadsheets from running them.
    """
    return [original(cell) if "'" in cell else cell for cell in cells]
