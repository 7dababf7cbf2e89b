"""Delete and bring back: what recipients, messages and mailings share."""
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access import for_writing
from apps.core.htmx import Request, done, is_partial, refused, render_form

from .owned import Owned
from .owned_form import owned_done
from .services import OwnedRefused, deletion_refusal, owned_delete, owned_restore


def delete(request: Request, owned: Owned, **question: Any) -> HttpResponse:
    """Delete `owned` and offer to bring it back; before a POST, ask, or say why it stays.

    `question` has a `heading`, the `consequences` (a list), and an `intro` if not the title.
    """
    if request.method == "POST":
        return deleted(request, owned)
    context = {"form": None, "danger": True, "submit_label": _("Delete"), "intro": owned.title,
               "back": owned.get_absolute_url(), "crumb": owned.title, **question}
    if refusal := deletion_refusal(owned):
        context |= {"consequences": [refusal], "submit_label": ""}
    return render_form(request, "ui/form_page.html", context)


def deleted(request: Request, owned: Owned) -> HttpResponse:
    try:
        owned_delete(owned=owned)
    except OwnedRefused as reason:
        return refused(request, str(reason), to=owned)
    return told_deleted(request, owned)


def told_deleted(request: Request, owned: Owned) -> HttpResponse:
    """Say that `owned` was deleted, and offer to bring it back."""
    text = _("Deleted: %(name)s") % {"name": owned.title}
    undo = owned.url("restore", owned.pk)
    if is_partial(request) and is_on_page_of(request, owned):
        messages.success(request, text, extra_tags=undo)
        return HttpResponse(status=204, headers={"HX-Redirect": owned.list_url})
    return done(request, text, to=owned.list_url, changed=owned.changed, undo=undo)


def is_on_page_of(request: Request, owned: Owned) -> bool:
    """Return whether the page from which htmx asks is the page of `owned`, soon to be gone."""
    path, _mark, _query = (request.htmx.current_url_abs_path or "").partition("?")
    return path == owned.get_absolute_url()


@require_POST
def restore(request: Request, pk: int, model: type[Owned]) -> HttpResponse:
    """Bring a deleted row of `model` back; or say why it stays deleted."""
    owned = for_writing(request.user, model.all_objects, pk)
    try:
        owned_restore(owned=owned)
    except OwnedRefused as reason:
        return refused(request, str(reason), to=owned.list_url)
    return owned_done(request, owned, _("It is back: %(name)s"))
