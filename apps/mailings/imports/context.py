"""What an import's page shows at each of its steps."""
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.htmx import Request

from ..models import Field, Ground, Tag
from ..sheets.reading import Reading
from .columns import remembered_columns
from .kept import kept_context
from .mapping_form import MappingForm
from .models import Import
from .reading_form import ReadingForm, in_words
from .reasons import refusal_words
from .rows import rows_context
from .services import undo_refusal
from .steps import has_stopped, step_of
from .typed import of_ground, typed_of, without_ground

MOST_NAMES = 200  # of tags that are offered while one types
SHOWN_ROWS = 5


def context_of(request: Request, of: Import) -> dict[str, Any]:
    step = step_of(of, wants_columns=request.GET.get("step") == "columns")
    context = {
        "import": of, "step": step, "here": here(request, of), "is_polled": of.is_working,
        "job": of.job, "has_stopped": bool(step.stopped) and has_stopped(of)}
    makers = {
        "working": dict,
        "columns": lambda: columns_context(request, of),
        "check": lambda: check_context(request, of),
        "result": lambda: result_context(request, of),
        "refused": lambda: refused_context(of),
        "dropped": dict,
    }
    return context | makers[step.template]()


def here(request: Request, of: Import) -> str:
    """Return the address that shows what the page shows now, also after a POST to another."""
    query = request.GET.urlencode()
    return f"{of.get_absolute_url()}?{query}" if query else of.get_absolute_url()


def reading_of(of: Import) -> Reading:
    return Reading.of_json(of.reading)


def reading_form(of: Import, data: Any = None) -> ReadingForm:
    return ReadingForm(data, reading=reading_of(of))


def mapping_form(of: Import, data: Any = None, typed: dict[str, str] | None = None) -> MappingForm:
    """Return the form of an import's columns, with what was posted, or typed before."""
    initial = {"known": of.known, "tags": ", ".join(of.tags.values_list("name", flat=True)),
               **without_ground(typed or {})}
    return MappingForm(
        data, header=of.sample.get("header", []),
        rows=[cells for _number, cells in of.sample.get("rows", [])], chosen=of.columns,
        fields=list(Field.objects.owned_by(of.owner)), initial=initial,
        ground=of.ground or Ground(owner=of.owner), ground_initial=of_ground(typed or {}))


def columns_context(request: Request, of: Import, *, form: MappingForm | None = None,
                    of_reading: ReadingForm | None = None) -> dict[str, Any]:
    """Return what the step of the columns shows; the forms are given where they have errors."""
    typed = typed_of(request, of)
    if of_reading:
        typed = request.POST.dict()
    form = form or mapping_form(of, typed=typed)
    tags = Tag.objects.owned_by(of.owner).values_list("name", flat=True)
    empty = [""] * form.shown
    first_rows = [[*cells, *empty][:form.shown] for cells in form.rows[:SHOWN_ROWS]]
    return {
        "form": form, "of_reading": of_reading or reading_form(of), "tag_names": tags[:MOST_NAMES],
        "reading_words": in_words(reading_of(of)), "first_rows": first_rows,
        "more_columns": form.more_columns, "remembered": are_remembered(of)}


def are_remembered(of: Import) -> bool:
    """Whether the columns are as they were for an earlier file with this header."""
    if of.stage != Import.Stage.MAPPING:
        return False
    fields = {field.key: field for field in Field.objects.owned_by(of.owner)}
    remembered = remembered_columns(of.sample.get("header", []), of.owner, fields)
    return bool(remembered) and remembered == of.columns


def check_context(request: Request, of: Import) -> dict[str, Any]:
    return {"told": told(of), "land_label": land_label(of), "may_mend": True,
            **rows_context(request, of)}


def land_label(of: Import) -> str:
    """Return what the button does: “Add 412 recipients, change 38”."""
    changed = intcomma(of.updated)
    if not of.added:
        return ngettext("Change %(n)s recipient", "Change %(n)s recipients", of.updated) % {
            "n": changed}
    words = ngettext("Add %(n)s recipient", "Add %(n)s recipients", of.added) % {
        "n": intcomma(of.added)}
    if of.updated:
        words += _(", change %(n)s") % {"n": changed}
    return words


def told(of: Import) -> list[str]:
    """Say what is good to know of the people, beside the four figures."""
    lines = []
    if of.suppressed:
        lines.append(ngettext(
            "%(n)s of them is on your list “Not written to”, and stays there.",
            "%(n)s of them are on your list “Not written to”, and stay there.",
            of.suppressed) % {"n": intcomma(of.suppressed)})
    if of.returning:
        lines.append(ngettext(
            "%(n)s was deleted by hand before, and is added anew.",
            "%(n)s were deleted by hand before, and are added anew.", of.returning) % {
                "n": intcomma(of.returning)})
    return lines


def result_context(request: Request, of: Import) -> dict[str, Any]:
    if of.stage == Import.Stage.UNDONE:
        return {"told": told_of_undoing(of), **kept_context(request, of)}
    return {"told": told_after(of), "undo_refusal": undo_refusal(of), "may_mend": False,
            **rows_context(request, of)}


def told_of_undoing(of: Import) -> list[str]:
    """Say how many went, and how many got back what they had."""
    counted = of.job.result if of.job else {}
    lines = []
    if gone := counted.get("gone"):
        lines.append(ngettext(
            "%(n)s added recipient was deleted.", "%(n)s added recipients were deleted.",
            gone) % {"n": intcomma(gone)})
    if restored := counted.get("restored"):
        lines.append(ngettext(
            "%(n)s recipient got the old values back.",
            "%(n)s recipients got the old values back.", restored) % {"n": intcomma(restored)})
    return lines


def told_after(of: Import) -> list[str]:
    if not of.suppressed:
        return []
    return [ngettext(
        "%(n)s of them is on your list “Not written to”.",
        "%(n)s of them are on your list “Not written to”.",
        of.suppressed) % {"n": intcomma(of.suppressed)}]


def refused_context(of: Import) -> dict[str, Any]:
    """A file that was read wrongly can be read otherwise; of one that is no table nothing helps."""
    may_reread = bool(of.reading) and bool(of.file)
    return {"refusal": refusal_words(of), "may_reread": may_reread,
            "of_reading": reading_form(of) if may_reread else None}
