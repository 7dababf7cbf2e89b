"""The letters behind a figure of a report, page by page.

The runs' own figures tell in which runs the letters are, so that a page reads only the rows that
it shows. In a run the letters come as an index has them: arrived ones by address, others by id.
"""
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField
from django.db.models.functions import Lower
from django.http import HttpRequest

from apps.core import keyset
from apps.core.access import ids_in
from apps.core.keyset import KeysetPage
from apps.core.numbers import MANY
from apps.mailings.bounces.models import came_back
from apps.mailings.bounces.stories import add_stories
from apps.mailings.models import Bounce, Delivery, Run
from apps.users.models import User

from .letters import FATES, figures_by, has_better, repeated
from .reactions import REACTIONS, by_run, of_letters

BY_ADDRESS = ("", "sent")  # fates; "" is any
# Word for word as the index has it: SQLite does not see that parameters say the same.
SET_ASIDE = RawSQL("mailings_delivery.state IN ('skipped', 'cancelled')", [],
                   output_field=BooleanField())


class Letters:
    """The letters behind the figure `fate` of `runs`, or all that count; newest run first."""

    def __init__(self, runs: QuerySet[Run], fate: str, user: User | None = None) -> None:
        self.runs = runs
        self.fate = fate
        self.repeated: set[int] = set()
        self.reacted = Q()
        if fate in REACTIONS and user:
            self.reacted = of_letters(fate, runs, user)
            self.numbers = dict(sorted(by_run(fate, runs, user).items(), reverse=True))
            return
        self.numbers = {pk: numbers[fate or "total"]
                        for pk, numbers in sorted(figures_by(runs, "pk").items(), reverse=True)
                        if numbers[fate or "total"] > 0}
        self.repeated = {one[0] for one in repeated(runs)}

    def __len__(self) -> int:
        return sum(self.numbers.values())

    def some(self, beyond: Delivery | None = None, *, reverse: bool = False) -> list[Delivery]:
        """Return letters after `beyond`, with `reverse` before it: one more than a page shows."""
        ids: list[int] = []
        for run in self.runs_from(beyond, reverse):
            ids += self.ids_of(run, keyset.PER_PAGE + 1 - len(ids), beyond, reverse)
            if len(ids) > keyset.PER_PAGE:
                break
        rows = Delivery.objects.select_related(
            "recipient", "run__mailing__message", "run__owner").defer(
            "run__body", "run__mailing__message__body").in_bulk(ids)
        add_stories(rows.values())
        for letter in rows.values():
            letter.fate = letter.state
            is_back = any(not event.is_complaint for event in letter.story)
            if letter.state == Delivery.State.SENT and is_back:
                letter.fate = "returned"
        return [rows[pk] for pk in ids if pk in rows]

    def runs_from(self, beyond: Delivery | None, reverse: bool) -> Iterator[int]:
        """Yield the runs that have letters, from that of `beyond` on."""
        for run in sorted(self.numbers, reverse=not reverse):
            if beyond is None or (run >= beyond.run_id if reverse else run <= beyond.run_id):
                yield run

    def ids_of(self, run: int, limit: int, beyond: Delivery | None = None,
               reverse: bool = False) -> list[int]:
        """Return the ids of the first letters of a run, or of those after `beyond`."""
        rows = Delivery.objects.filter(run=run)
        if run in self.repeated:
            rows = rows.exclude(has_better(self.runs))
        if beyond and beyond.run_id != run:
            beyond = None
        if self.fate in REACTIONS:
            return first_ids(rows.filter(self.reacted), "pk", limit, beyond, reverse)
        if self.fate == "returned":
            back = Bounce.objects.returned().filter(run=run).order_by()
            rows = rows.filter(pk__in=back.values("delivery"), state=Delivery.State.SENT)
            return first_ids(rows, "pk", limit, beyond, reverse)
        if self.fate in BY_ADDRESS:
            if self.fate:
                rows = rows.filter(~came_back(), state=Delivery.State.SENT)
            return first_ids(rows.alias(address=Lower("email")), "address", limit, beyond, reverse)
        if self.fate == "skipped":
            return first_ids(rows.filter(SET_ASIDE), "pk", limit, beyond, reverse)
        found: list[int] = []
        for state in FATES[self.fate]:  # each has an index of its own
            found += first_ids(rows.filter(state=state), "pk", limit, beyond, reverse)
        return sorted(found, reverse=reverse)[:limit]

    def at(self, place: int) -> Delivery | None:
        """Return the letter at `place`; of the places in one run only the first are counted out."""
        for run, number in self.numbers.items():
            if place < number:
                ids = self.ids_of(run, min(place, MANY) + 1)
                return self.letter(ids[-1]) if ids else None
            place -= number
        return None

    def letter(self, pk: int) -> Delivery | None:
        rows = Delivery.objects.filter(pk=pk, run__in=self.runs.values("pk"))
        return rows.annotate(address=Lower("email")).first()


def first_ids(rows: QuerySet[Delivery], key: str, limit: int, beyond: Delivery | None,
              reverse: bool) -> list[int]:
    """Return the first ids of `rows` in the order of `key`, or those after `beyond`."""
    if beyond:
        side = "lt" if reverse else "gt"
        rows = rows.filter(**{f"{key}__{side}": getattr(beyond, key)})
    sign = "-" if reverse else ""
    return list(rows.order_by(f"{sign}{key}").values_list("pk", flat=True)[:limit])


class LetterOrder:
    """The address names the letter beside a page by its id."""

    def __init__(self, letters: Letters) -> None:
        self.letters = letters

    def cursor_of(self, letter: Delivery) -> str:
        return str(letter.pk)

    def cursor_in(self, text: str) -> Delivery | None:
        for pk in ids_in([text]):
            return self.letters.letter(pk)
        return None


class LetterPage(KeysetPage):
    """A page of `letters`."""

    def __init__(self, request: HttpRequest, letters: Letters) -> None:
        self.letters = letters
        self.order = LetterOrder(letters)
        self.object_list = []
        self.has_previous = self.has_next = False
        self.is_exact = True
        self.counted = len(letters)
        self.choose(request.GET, None)

    def take(self, cursor: Any = None, *, reverse: bool = False) -> None:
        self.show_found(self.letters.some(cursor, reverse=reverse), reverse=reverse)

    def read_number(self, text: str) -> None:
        """Read a page by its number, as old addresses have it; the last one for a high number."""
        place = 0
        for number in ids_in([text]):
            place = max(number - 1, 0) * keyset.PER_PAGE
        if not place:
            self.take()
        elif beyond := self.letters.at(place - 1):
            self.read_after(beyond)
        else:
            self.read_last()
