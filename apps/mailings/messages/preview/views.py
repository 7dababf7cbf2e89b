"""The preview: the page, the part of it that stands beside an editor, and the framed documents."""
from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, ids_in
from apps.core.htmx import Request, render_page
from apps.core.listing import choice, number
from apps.users.models import User

from ...models import Mailing, Message
from .page import page_context
from .services import VIEWS, document_of, preview_of
from .unsaved import unsaved_message


@require_safe
def letter_frame(request: Request, pk: int) -> HttpResponse:
    """The document in the frame: a saved message's letter."""
    message = for_reading(request.user, Message.objects.select_related("owner"), pk)
    to = number(request, "to")
    return document_of(user_of(request), message, message.owner_id, to, view_of(request))


@require_POST
def letter_frame_unsaved(request: Request) -> HttpResponse:
    """The document in the frame: the letter of an editor's form that is not saved yet."""
    message = unsaved_message(user_of(request), request.POST)
    ids = ids_in([request.POST.get("_to", "")])
    to = ids[0] if ids else None
    view = request.POST.get("_view", "")
    return document_of(user_of(request), message, message.owner_id, to, view)


@require_safe
def mailing_letter(request: Request, pk: int) -> HttpResponse:
    """The document in the frame: a mailing's letter, as it was sent last if it was."""
    mailing = for_reading(request.user, Mailing.objects.select_related("message"), pk)
    written = mailing.runs.order_by("-pk").first() or mailing.message
    to = number(request, "to")
    return document_of(user_of(request), written, mailing.owner_id, to, view_of(request))


@require_safe
def letter_beside(request: Request, pk: int | None = None) -> HttpResponse:
    """The frame with its bar, as it stands beside an editor; without `pk` of a new message."""
    kind = choice(request, "kind", Message.Kind.values, Message.Kind.TEXT)
    message = Message(owner=user_of(request), kind=kind)
    if pk is not None:
        message = for_reading(request.user, Message.objects.select_related("owner"), pk)
    preview = preview_of(
        user_of(request), message, number(request, "to"), view=view_of(request))
    return render(request, "mailings/_letter_frame.html", {
        "message": message, "preview": preview, "unsaved": "unsaved" in request.GET})


def view_of(request: Request) -> str:
    return choice(request, "view", VIEWS, "letter")


@require_safe
def message_preview_page(request: Request, pk: int) -> HttpResponse:
    """A saved message's letter to anybody, in every way, and for whom something of it lacks."""
    message = for_reading(request.user, Message.objects.select_related("owner"), pk)
    partial = "empty" if "counted" in request.GET else "region"
    return render_page(request, "mailings/message_preview.html",
                       page_context(request, user_of(request), message), partial=partial)


def user_of(request: Request) -> User:
    return cast(User, request.user)
