"""An import's pages: the file, its columns, the check, and what became of it."""
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, Request, is_partial, refused, render_form, render_page
from apps.core.listing import sorted_page
from apps.users.models import User

from ..ground.services import ground_keep
from . import services
from .context import columns_context, context_of, mapping_form, reading_form
from .forms import ImportForm, limit_in_megabytes, too_large
from .mapping_form import MappingForm
from .models import Import
from .reading_form import ReadingForm
from .steps import MAY_MAP, MAY_READ, STEPS
from .typed import forget_typed, keep_typed
from .upload import upload_trouble

DETAIL = "mailings/import_detail.html"
IMPORTS = Import.objects.select_related("job", "owner")


@FORM_METHODS
def import_list(request: Request) -> HttpResponse:
    """The first step of a new import, and those so far, newest first."""
    form = ImportForm(trouble=upload_trouble(request))
    if request.method == "POST":
        form = ImportForm(request.POST, request.FILES, trouble=upload_trouble(request))
        if form.is_valid() and (of := begun(request, form)):
            return redirect(of)
    rows = Import.objects.owned_by(request.user)
    listing = sorted_page(request, rows, {"new": "pk"}, "-new")
    return render_page(request, "mailings/import_list.html", {
        **listing, "form": form, "limit": settings.UPLOAD_LIMIT, "too_large": too_large(),
        "megabytes": limit_in_megabytes()}, status=422 if form.errors else 200)


def begun(request: Request, form: ImportForm) -> Import | None:
    """Return the import of what was sent; None where it is refused, which the form then says."""
    owner = cast(User, request.user)
    file = form.cleaned_data["file"]
    try:
        if file:
            return services.import_begin(owner=owner, name=file.name, content=file)
        return services.import_paste(owner=owner, text=form.cleaned_data["text"])
    except services.ImportRefused as why:
        form.add_error("file" if file else "text", str(why))
    return None


@require_safe
def import_detail(request: Request, pk: int) -> HttpResponse:
    """One import, at the step where it is; what takes time asks for itself until it is done."""
    of = for_reading(request.user, IMPORTS, pk)
    return render_page(request, DETAIL, context_of(request, of), partial="step")


def moved() -> str:
    return _("This import has moved on. Open its page again.")


@require_POST
def import_read(request: Request, pk: int) -> HttpResponse:
    """Have the file read otherwise; what was typed about its rows is kept."""
    of = for_writing(request.user, IMPORTS, pk)
    if of.stage not in MAY_READ:
        return refused(request, moved(), to=of)
    form = reading_form(of, request.POST)
    if not form.is_valid():
        return reading_again(request, of, form)
    keep_typed(request, of)
    try:
        services.import_read(of=of, reading=form.corrected())
    except services.ImportRefused as why:
        return refused(request, str(why), to=of)
    return moved_on(request, of)


def reading_again(request: Request, of: Import, form: ReadingForm) -> HttpResponse:
    """Show what is wrong with a reading, at the step where it was asked for."""
    if of.stage == Import.Stage.REFUSED:
        context = {**context_of(request, of), "of_reading": form}
        return render_page(request, DETAIL, context, partial="step", status=422)
    return columns_again(request, of, of_reading=form)


@require_POST
def import_map(request: Request, pk: int) -> HttpResponse:
    """Take what the columns become and what holds for all rows, and start the check."""
    of = for_writing(request.user, IMPORTS, pk)
    if of.stage not in MAY_MAP:
        return refused(request, moved(), to=of)
    form = mapping_form(of, request.POST)
    if not form.is_valid():
        return columns_again(request, of, form=form)
    try:
        take_mapping(of, form)
    except (services.ImportRefused, ValidationError) as why:
        of.refresh_from_db()
        if of.stage not in MAY_MAP:  # somebody was quicker
            return refused(request, moved(), to=of)
        form.add_error(None, why.messages if isinstance(why, ValidationError) else str(why))
        return columns_again(request, of, form=form)
    forget_typed(request)
    return moved_on(request, of)


@transaction.atomic
def take_mapping(of: Import, form: MappingForm) -> None:
    ground = form.of_ground.ground()
    if ground:
        ground = ground_keep(ground=ground)
    services.import_map(
        of=of, columns=form.targets, known=form.cleaned_data["known"],
        tags=form.cleaned_data["tags"], ground=ground, new_fields=form.new_fields)


def columns_again(request: Request, of: Import, *, form: MappingForm | None = None,
                  of_reading: ReadingForm | None = None) -> HttpResponse:
    """Show the columns with what is wrong; nothing that was typed is lost."""
    context = columns_context(request, of, form=form, of_reading=of_reading)
    context |= {"import": of, "step": STEPS[Import.Stage.MAPPING], "here": of.get_absolute_url()}
    return render_page(request, DETAIL, context, partial="step", status=422)


def moved_on(request: Request, of: Import) -> HttpResponse:
    """Show the step that an import is at now."""
    if not is_partial(request):
        return redirect(of)
    of = for_reading(request.user, IMPORTS, of.pk)
    return render(request, f"{DETAIL}#step", context_of(request, of))


@require_POST
def import_land(request: Request, pk: int) -> HttpResponse:
    """Have the good rows of a checked import added."""
    of = for_writing(request.user, IMPORTS, pk)
    try:
        services.import_land(of=of)
    except services.ImportRefused as why:
        return refused(request, str(why), to=of)
    return moved_on(request, of)


@FORM_METHODS
def import_drop(request: Request, pk: int) -> HttpResponse:
    """Forget an import of which nothing is written, after a question."""
    of = for_writing(request.user, IMPORTS, pk)
    if request.method != "POST":
        return render_form(request, "ui/form_page.html", {
            "form": None, "heading": _("Cancel the import?"), "intro": str(of), "danger": True,
            "submit_label": _("Cancel the import"),
            "consequences": [
                _("Nothing of it is written to your book."),
                _("The file and what was corrected in it are deleted."),
            ], "back": of.get_absolute_url(), "crumb": str(of)})
    try:
        services.import_drop(of=of)
    except services.ImportRefused as why:
        return refused(request, str(why), to=of)
    return gone_to_list(request, _("The import was cancelled. Nothing was written to your book."))


def gone_to_list(request: Request, text: str) -> HttpResponse:
    messages.success(request, text)
    if is_partial(request):
        return HttpResponse(status=204, headers={
            "HX-Redirect": redirect("mailings:import_list").url})
    return redirect("mailings:import_list")


@FORM_METHODS
def import_undo(request: Request, pk: int) -> HttpResponse:
    """Take back what an import wrote, after a question that says what goes."""
    of = for_writing(request.user, IMPORTS, pk)
    refusal = services.undo_refusal(of)
    if request.method != "POST":
        return render_form(request, "ui/form_page.html", {
            "form": None, "heading": _("Take the whole import back?"), "intro": refusal or str(of),
            "danger": True, "submit_label": "" if refusal else _("Take it back"),
            "consequences": [] if refusal else what_goes(of),
            "back": of.get_absolute_url(), "crumb": str(of)})
    try:
        services.import_undo(of=of)
    except services.ImportRefused as why:
        return refused(request, str(why), to=of)
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": of.get_absolute_url()})
    return redirect(of)


def what_goes(of: Import) -> list[str]:
    """Return, for the question, what the undoing of an import takes away and what it leaves."""
    lines = []
    if of.added:
        lines.append(ngettext(
            "%(n)s added recipient is deleted, unless edited, tagged, picked for a mailing or "
            "written to since.",
            "%(n)s added recipients are deleted, unless edited, tagged, picked for a mailing or "
            "written to since.", of.added) % {"n": intcomma(of.added)})
    if of.updated:
        lines.append(ngettext(
            "%(n)s changed recipient gets the old values back, but for what was changed again "
            "since.",
            "%(n)s changed recipients get the old values back, but for what was changed again "
            "since.", of.updated) % {"n": intcomma(of.updated)})
    lines.append(_("What stays as it is now is listed afterwards."))
    if of.undo_until:
        lines.append(_("This is possible until %(day)s.") % {
            "day": date_format(localtime(of.undo_until))})
    return lines
