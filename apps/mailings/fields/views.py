"""Fields of one's own: the list, add, change, delete, bring back."""
from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_writing
from apps.core.htmx import FORM_METHODS, Request, done, refused, render_form, render_page
from apps.users.models import User

from ..segments.finding import segments_naming
from . import services
from .forms import DeletionForm, FieldForm
from .models import Field
from .usage import messages_with
from .values import fields_of

CHANGED = "recipients:changed"  # they show it
NAMED = 10  # messages or segments that the question names


@require_safe
def field_list(request: Request) -> HttpResponse:
    return render_page(request, "mailings/field_list.html", {
        "fields": fields_of(cast(User, request.user)), "most": services.MOST})


@FORM_METHODS
def field_create(request: Request) -> HttpResponse:
    field = Field(owner=cast(User, request.user))
    return field_form(request, field, _("New field"), _("Add field"))


@FORM_METHODS
def field_edit(request: Request, pk: int) -> HttpResponse:
    field = for_writing(request.user, Field.objects, pk)
    return field_form(request, field, _("Edit field"), _("Save"))


def field_form(request: Request, field: Field, heading: str, submit_label: str) -> HttpResponse:
    """Save a valid form, or show it."""
    form = FieldForm(posted(request), instance=field)
    if form.is_valid():
        try:
            services.field_save(field=field)
        except ValidationError as why:
            form.add_error(None, why)
        else:
            return done(request, _("Saved: %(name)s") % {"name": field.label}, to=field,
                        changed=CHANGED)
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": heading, "submit_label": submit_label, **way_back()})


@FORM_METHODS
def field_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a field after a question; one that is used only with a tick more."""
    field = for_writing(request.user, Field.objects, pk)
    used = used_lines(field)
    form = DeletionForm(posted(request)) if used else None
    if request.method == "POST" and (form is None or form.is_valid()):
        services.field_delete(field=field)
        return done(
            request, _("Deleted: %(name)s") % {"name": field.label}, to=field, changed=CHANGED,
            undo=reverse("mailings:field_restore", args=[pk]))
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("Delete field?"), "intro": field.label, "danger": True,
        "submit_label": _("Delete"), **way_back(), "consequences": [
            *used, _("What it says of each recipient is deleted with it."),
            _("Letters already sent stay as they are.")]})


def used_lines(field: Field) -> list[str]:
    """Return where the field is used, and what follows, in words; nothing where it is not."""
    messages = messages_with(field)
    segments = segments_naming(field.owner_id, f"field:{field.key}")
    lines = [_("The message “%(name)s” has it.") % {"name": message.subject}
             for message in messages[:NAMED]]
    lines += [_("The segment “%(name)s” asks about it.") % {"name": segment.name}
              for segment in segments[:NAMED]]
    if more := max(len(messages) - NAMED, 0) + max(len(segments) - NAMED, 0):
        lines.append(_("And %(n)s more.") % {"n": more})
    if messages:
        lines.append(_("These messages are not sent before you take %(word)s out of them.") % {
            "word": f"{{{field.key}}}"})
    if segments:
        lines.append(_("Conditions about it fit nobody from then on."))
    return lines


@require_POST
def field_restore(request: Request, pk: int) -> HttpResponse:
    field = for_writing(request.user, Field.all_objects, pk)
    try:
        services.field_restore(field=field)
    except services.FieldRefused as reason:
        return refused(request, str(reason), to=field)
    return done(request, _("It is back: %(name)s") % {"name": field.label}, to=field,
                changed=CHANGED)


def way_back() -> dict[str, str]:
    return {"back": reverse("mailings:field_list"),
            "crumb": pgettext("of a recipient", "Fields")}


def posted(request: Request) -> QueryDict | None:
    """Return what was sent, also when it is nothing; None of a page that is only looked at."""
    return request.POST if request.method == "POST" else None
