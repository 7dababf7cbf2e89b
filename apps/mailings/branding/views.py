"""«Оформление»: its page, and the sample letter beside it."""
from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.htmx import FORM_METHODS, Request
from apps.users.models import User

from ..media.models import Picture
from ..messages.preview.documents import LetterDocument
from . import services
from .forms import COLOURS, BrandingForm, hints_of
from .models import Branding
from .sample import sample_html

TRIED = (*COLOURS, "font", "company")  # what the sample shows before it is saved


@FORM_METHODS
def branding_edit(request: Request) -> HttpResponse:
    """The form, with a sample of how letters look; `_show` only shows it."""
    owner = cast(User, request.user)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = BrandingForm(*posted, owner=owner, instance=services.branding_of(owner))
    is_tried = "_show" in request.POST
    if form.is_bound and form.is_valid() and not is_tried:
        job = services.branding_save(branding=form.branding)
        text = _("Saved. Your letters of blocks look like this now.")
        if job:
            text = _("Saved. Your letters of blocks are being made anew; it takes some minutes.")
        messages.success(request, text)
        return redirect("mailings:branding_edit")
    template = "mailings/branding_edit.html"
    if is_tried and request.htmx:
        template += "#sample"
    return render(request, template, {
        "form": form, "hints": hints_of(form.instance) if not form.errors else [],
        "sample": sample_query(request, form),
    }, status=422 if form.errors and not is_tried else 200)


def sample_query(request: Request, form: BrandingForm) -> str:
    """Return the query that has the sample show what the form holds."""
    asked = request.GET.copy()
    asked.clear()
    for name in TRIED:
        asked[name] = str(form[name].value() or "")[:150]
    logo = form.cleaned_data.get("logo") if form.is_bound and hasattr(form, "cleaned_data") else ""
    asked["logo"] = logo or form.initial["logo"]
    return asked.urlencode()


@require_safe
def branding_letter(request: Request) -> HttpResponse:
    """A sample letter, in the colours of the query as far as they are some."""
    owner = cast(User, request.user)
    branding = services.branding_of(owner)
    for name in TRIED:
        set_valid(branding, name, request.GET.get(name))
    if digest := request.GET.get("logo", "").replace("\x00", ""):
        found = Picture.all_objects.filter(owner=owner, digest=digest[:64]).first()
        branding.logo = found or branding.logo
    return LetterDocument(sample_html(branding))


def set_valid(branding: Branding, name: str, value: str | None) -> None:
    form = BrandingForm({name: value or ""}, owner=branding.owner)
    if value and name not in form.errors:
        setattr(branding, name, form.cleaned_data[name])
