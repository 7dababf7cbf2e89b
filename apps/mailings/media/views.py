"""The library of pictures: list, upload, detail, edit, delete, bring back; and to choose from."""
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import (
    FORM_METHODS,
    Request,
    done,
    is_partial,
    refused,
    render_form,
    render_list,
)
from apps.core.listing import search_text, sorted_page
from apps.users.models import User

from ..deletion import told_deleted
from ..owned_form import form_page, opened, owned_done
from . import services
from .fields import ACCEPTED, offered
from .forms import AltForm, PictureForm
from .models import Picture
from .names import clean_name
from .uses import add_used, messages_with

SORTS = {"added": "created_at", "name": "name"}
LISTED = 20  # messages on a picture's page
CHANGED = "pictures:changed"


@require_safe
def picture_list(request: Request) -> HttpResponse:
    """The person's pictures; a manager finds everybody's, and may look."""
    q = search_text(request)
    rows = Picture.objects.visible_to(request.user).select_related("owner")
    if q:
        rows = rows.matching(q)
    if request.GET.get("alt") == "none":
        rows = rows.filter(alt="")
    listing = sorted_page(request, rows, SORTS, "-added")
    add_used(listing["page"])
    return render_list(request, "mailings/picture_list.html", {
        **listing, "q": q, "undescribed": request.GET.get("alt") == "none",
        "form": AltForm(), "accepted": ACCEPTED})


@FORM_METHODS
def picture_create(request: Request) -> HttpResponse:
    """Add the files that are posted, as far as they are pictures for letters."""
    form = AltForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "accepted": ACCEPTED}
    if request.method == "POST" and form.is_valid():
        added, refusals = added_and_refusals(request, form.cleaned_data["alt"])
        if not refusals:
            return created(request, added)
        context |= {"added": added, "refusals": refusals}
    status = 422 if form.errors or context.get("refusals") else 200
    return render(request, "mailings/picture_create.html", context, status=status)


def added_and_refusals(request: Request, alt: str) -> tuple[list[Picture], list[str]]:
    """Add each of the files; return the pictures, and why the others were refused."""
    uploads = request.FILES.getlist("files")
    if not uploads:
        return [], [_("Choose a file.")]
    if len(uploads) > 1:
        alt = ""  # it can not be true of all
    added = []
    refusals = []
    for upload in uploads:
        try:
            added.append(services.picture_add(cast(User, request.user), upload, alt))
        except ValidationError as why:
            name = clean_name(upload.name or "")
            refusals.append(f"{name}: {' '.join(why.messages)}")
    return added, refusals


def created(request: Request, added: list[Picture]) -> HttpResponse:
    """Show the picture, or the list where they are several, and what is still to be told."""
    number = len(added)
    text = ngettext("%(n)s picture is in the library", "%(n)s pictures are in the library",
                    number) % {"n": number}
    to: str | Picture = added[0] if number == 1 else reverse("mailings:picture_list")
    return done(request, text, to=to, changed=CHANGED)


@require_safe
def picture_detail(request: Request, pk: int) -> HttpResponse:
    picture = for_reading(request.user, Picture.objects.select_related("owner"), pk)
    return render(request, "mailings/picture_detail.html", {
        "picture": picture, "address": services.address_of(picture.digest),
        "used_in": messages_with(picture)[:LISTED]})


@FORM_METHODS
def picture_edit(request: Request, pk: int) -> HttpResponse:
    picture = for_writing(request.user, Picture.objects, pk)
    form = opened(PictureForm, request, picture)
    if form.is_valid() and form.saved(services.picture_save, picture=picture):
        return owned_done(request, picture, _("Saved: %(name)s"))
    return form_page(request, form, _("Describe the picture"), _("Save"))


@FORM_METHODS
def picture_delete(request: Request, pk: int) -> HttpResponse:
    """Take a picture out of the library, after a question."""
    picture = for_writing(request.user, Picture.objects, pk)
    if request.method == "POST":
        services.picture_delete(picture=picture)
        return told_deleted(request, picture)
    return render_form(request, "ui/form_page.html", {
        "form": None, "danger": True, "heading": _("Delete picture?"), "intro": picture.name,
        "submit_label": _("Delete"), "back": picture.get_absolute_url(), "crumb": picture.name,
        "consequences": [_("Letters and messages that have it go on showing it."),
                         _("It is no longer offered for new ones.")]})


@require_POST
def picture_restore(request: Request, pk: int) -> HttpResponse:
    picture = for_writing(request.user, Picture.all_objects, pk)
    try:
        services.picture_restore(picture=picture)
    except services.PictureRefused as reason:
        return refused(request, str(reason), to=picture.list_url)
    return done(request, _("It is back: %(name)s") % {"name": picture.name}, to=picture,
                changed=CHANGED)


@require_safe
def picture_choices(request: Request) -> HttpResponse:
    """The thumbnails of a form's field that match what is searched for."""
    if not is_partial(request):
        return redirect("mailings:picture_list")
    name = request.GET.get("name", "")
    chosen = request.GET.get(name, "")
    owner = cast(User, request.user)
    return render(request, "mailings/_picture_choices.html", {
        "pictures": offered(owner, search_text(request, "picture-q"), chosen), "name": name,
        "chosen": chosen, "searched": True})
