"""The rows of a file that an import's page tells of: a kind of them at a time, page by page."""
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown as shown_address
from apps.core.htmx import Request
from apps.core.listing import choice, sorted_page
from apps.core.numbers import Number, counted

from ..fields.models import Field
from ..fields.values import shown as shown_value
from .columns import FIELD, NAME_PARTS, TARGETS
from .models import Import, ImportRow
from .reasons import words

Fate = ImportRow.Fate
KINDS: dict[str, str | Promise] = {
    Fate.REJECTED: pgettext_lazy("rows of a file", "With an error"),
    Fate.DOUBTFUL: pgettext_lazy("rows of a file", "To look at"),
    Fate.UPDATED: pgettext_lazy("rows of a file", "To change"),
    Fate.SUPPRESSED: pgettext_lazy("rows of a file", "Not written to"),
    Fate.RETURNING: pgettext_lazy("rows of a file", "Deleted before"),
}
MENDABLE = (Fate.REJECTED, Fate.DOUBTFUL)
LONGEST_CELL = 120  # characters that are shown


@dataclass(frozen=True)
class Kind:
    """A kind of rows that there are, as the page offers it."""

    fate: str
    words: str | Promise
    number: str


@dataclass(frozen=True)
class Change:
    name: str
    before: str
    after: str
    adds: bool  # to what is there, of which nothing goes


class Shown:
    """A row as the page shows it: its own columns by what they become."""

    def __init__(self, row: ImportRow, of: Import, fields: dict[str, Field]) -> None:
        self.row = row
        self.of = of
        self.fields = fields
        self.cells: list[str] = row.cells if row.mended is None else row.mended
        self.pk = row.pk
        self.number = row.number
        self.words = words(row)

    def of_target(self, *targets: str) -> str:
        """Return what stands in the columns that become one of `targets`."""
        found = [cell for target, cell in zip(self.of.columns, self.cells) if target in targets]
        return short(" ".join(filter(None, found)))

    @property
    def who(self) -> str:
        return self.address or self.name_in_file or "—"

    @property
    def address(self) -> str:
        """The address, or what stands in its place."""
        return shown_address(self.row.details.get("email") or self.of_target("email"))

    @property
    def name_in_file(self) -> str:
        return self.of_target("full_name") or self.of_target(*NAME_PARTS)

    @property
    def name(self) -> str:
        """The name, where the address stands before it."""
        return self.name_in_file if self.address else ""

    @property
    def is_mendable(self) -> bool:
        return self.row.fate in MENDABLE

    @property
    def suggestion(self) -> str:
        """The address that they probably mean; "" without one."""
        return str(self.row.details.get("offered", ""))

    @property
    def column_name(self) -> str:
        return column_name(self.of, self.row.column) if self.row.column is not None else ""

    @property
    def value(self) -> str:
        """What stands in the column where the trouble is, if the row does not show it anyway."""
        column = self.row.column
        if column is None or column >= len(self.cells) or self.of.columns[column] == "email":
            return ""
        return short(self.cells[column])

    @property
    def changes(self) -> list[Change]:
        """What an update makes of somebody who is in the book."""
        before = self.row.details.get("before", {})
        after = self.row.details.get("after", {})
        return [Change(
            name=name_of(target, self.fields),
            before=text_of(target, before.get(target), self.fields),
            after=text_of(target, value, self.fields),
            adds=target == "tags") for target, value in after.items()]


def name_of(target: str, fields: dict[str, Field]) -> str:
    """Return what a person calls that which an import writes."""
    if field := fields.get(target.removeprefix(FIELD)):
        return field.label
    names = {**TARGETS, "ground": _("Ground"), "ground_id": _("Ground")}
    return str(names.get(target, target))


def text_of(target: str, value: Any, fields: dict[str, Field]) -> str:
    """Return a value as the person sees it; "" of none."""
    if value in (None, "", []):
        return ""
    if target.startswith("ground"):
        return _("as of this import")
    if isinstance(value, list):
        return short(", ".join(map(str, value)))
    if field := fields.get(target.removeprefix(FIELD)):
        return short(shown_value(field, value))
    return short(str(value))


def short(text: str) -> str:
    return Truncator(text).chars(LONGEST_CELL)


def column_name(of: Import, number: int) -> str:
    """Return what a person calls a column of the file: its header, or its number."""
    header = of.sample.get("header", [])
    if number < len(header) and header[number].strip():
        return short(" ".join(header[number].split()))
    return _("Column %(number)s") % {"number": number + 1}


def rows_of(of: Import, fate: str) -> QuerySet[ImportRow]:
    """Return the rows of a kind, but for those that were corrected and are good now."""
    return ImportRow.objects.filter(of_import=of, fate=fate).exclude(reason="")


def kinds_of(of: Import) -> list[Kind]:
    """Return the kinds of rows that there are, with how many."""
    known = {Fate.REJECTED: of.rejected, Fate.UPDATED: of.updated,
             Fate.SUPPRESSED: of.suppressed, Fate.RETURNING: of.returning}
    found = []
    for fate, name in KINDS.items():
        rows = rows_of(of, fate)
        number = known.get(Fate(fate))
        if not rows.exists():
            continue
        if number is None:
            found.append(Kind(fate, name, str(Number(counted(rows)))))
        else:
            found.append(Kind(fate, name, str(intcomma(number))))
    return found


def rows_context(request: Request, of: Import) -> dict[str, Any]:
    """Return the kinds of rows, and a page of the one that the address asks for."""
    kinds = kinds_of(of)
    if not kinds:
        return {"kinds": []}
    fate = choice(request, "rows", {kind.fate for kind in kinds}, kinds[0].fate)
    listing = sorted_page(request, rows_of(of, fate), {"number": "number"}, "number")
    page = listing["page"]
    fields = {field.key: field for field in Field.objects.owned_by(of.owner)}
    for row in page:
        row.of_import = of
    all_of_kind = {Fate.UPDATED: of.updated, Fate.SUPPRESSED: of.suppressed,
                   Fate.RETURNING: of.returning}.get(Fate(fate), 0)
    return {
        "kinds": kinds, "fate": fate, "page": page,
        "rows": [Shown(row, of, fields) for row in page],
        "is_cut": all_of_kind > page.count and not page.is_many}
