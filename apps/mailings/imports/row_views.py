"""A row of a file corrected in its place, and the rows with errors as a file."""
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, Request, done, is_partial, refused, render_form

from ..exports.writing import csv_octets
from ..models import Field
from . import services
from .columns import IGNORED
from .mending import offered_cells
from .models import Import, ImportRow
from .reasons import words
from .rows import MENDABLE, Fate, Shown, column_name, rows_of

CHANGED = "imports:changed"
AT_ONCE = 500  # rows of a file that is being written
SHOWN = 12  # fields of a row that is corrected


class RowForm(forms.Form):
    """The cells of a row that become something, each as a field."""

    def __init__(self, data: Any = None, *, of: Import, row: ImportRow) -> None:
        super().__init__(data, auto_id=f"row-{row.pk}-%s")
        self.was: list[str] = row.cells if row.mended is None else row.mended
        self.numbers = [number for number, target in enumerate(of.columns)
                        if target != IGNORED][:SHOWN]
        for number in self.numbers:
            self.fields[f"cell-{number}"] = forms.CharField(
                label=column_name(of, number), required=False, strip=False,
                initial=self.was[number] if number < len(self.was) else "")
        trouble = row.column if row.column in self.numbers else self.numbers[0]
        self.fields[f"cell-{trouble}"].widget.attrs["autofocus"] = True

    def cells(self) -> list[str]:
        """Return the whole row, with what was corrected."""
        width = max(len(self.was), *(number + 1 for number in self.numbers))
        cells = self.was + [""] * (width - len(self.was))
        for number in self.numbers:
            name = f"cell-{number}"
            if name in self.data:
                cells[number] = self.cleaned_data[name]
        return cells

    def blame(self, row: ImportRow) -> None:
        """Say beside the cell what is still wrong."""
        number = row.column if row.column in self.numbers else self.numbers[0]
        self.add_error(f"cell-{number}", words(row))


@FORM_METHODS
def import_row(request: Request, pk: int, row_pk: int) -> HttpResponse:
    """A row: as it is, with `?edit=1` as a form, and the form's target."""
    of = for_writing(request.user, Import.objects.select_related("owner"), pk)
    row = get_object_or_404(ImportRow, of_import=of, pk=row_pk)
    row.of_import = of
    if not of.columns or row.fate not in MENDABLE:
        return refused(request, _("This row can not be corrected."), to=of)
    if request.method == "POST":
        return mended(request, of, row)
    if is_partial(request) and "edit" not in request.GET:
        fields = {field.key: field for field in Field.objects.owned_by(of.owner)}
        return render(request, "mailings/_import_row.html", {
            "import": of, "row": Shown(row, of, fields),
            "may_mend": of.stage == Import.Stage.CHECKED})
    return row_form(request, of, row, RowForm(of=of, row=row))


def row_form(request: Request, of: Import, row: ImportRow, form: RowForm) -> HttpResponse:
    return render_form(request, "mailings/import_row.html", {
        "import": of, "row": row, "form": form, "heading": _("Correct row %(number)s") % {
            "number": row.number},
        "intro": words(row), "submit_label": _("Save"), "back": of.get_absolute_url(),
        "crumb": str(of)}, partial="form_row")


def mended(request: Request, of: Import, row: ImportRow) -> HttpResponse:
    """Judge a row as it was corrected; its form stays where it is still wrong."""
    form = RowForm(accepted(row) if "accept" in request.POST else request.POST, of=of, row=row)
    if not form.is_valid():
        return row_form(request, of, row, form)
    try:
        row = services.import_row_mend(of=of, row=row, cells=form.cells())
    except services.ImportRefused as why:
        return refused(request, str(why), to=of)
    if row.reason:
        form.blame(row)
        return row_form(request, of, row, form)
    text = _("Row %(number)s is corrected.") % {"number": row.number}
    return done(request, text, to=of, changed=CHANGED)


def accepted(row: ImportRow) -> dict[str, str]:
    """Return a row's cells with the address that was offered, as if they had been typed."""
    return {f"cell-{number}": cell for number, cell in enumerate(offered_cells(row))}


@require_safe
def import_rejected(request: Request, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The rows with errors as a file, to be corrected and imported again."""
    of = for_reading(request.user, Import.objects, pk)
    if not of.columns:
        return redirect(of)
    header = [column_name(of, number) for number in range(len(of.columns))]
    header += [pgettext("of a file", "Row"), _("Why")]
    response = StreamingHttpResponse(
        csv_octets(header, batches(of, translation.get_language())),
        content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{of.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def batches(of: Import, language: str) -> Iterator[list[list[str]]]:
    """Yield the rows with errors, some at a time; the request's language is gone by then."""
    rows = rows_of(of, Fate.REJECTED).order_by("number", "pk")
    batch = []
    with translation.override(language):
        for row in rows.iterator(chunk_size=AT_ONCE):
            row.of_import = of
            batch.append(line_of(of, row))
            if len(batch) == AT_ONCE:
                yield batch
                batch = []
    yield batch


def line_of(of: Import, row: ImportRow) -> list[str]:
    cells = row.cells if row.mended is None else row.mended
    width = len(of.columns)
    padded = [*cells, *[""] * (width - len(cells))][:width]
    return [*padded, str(row.number), words(row)]
