"""Attachments of a message: the list with its form, download, delete."""
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, Request, done, is_partial, render_form, render_page, toast

from ..models import Message
from . import attachments
from .content import ATTACHMENTS, read
from .models import Attachment
from .names import clean_name

CHANGED = "attachments:changed"


@FORM_METHODS
def message_attachments(request: Request, pk: int) -> HttpResponse:
    """The attachments of a message; what is posted is added to them, as far as it can be."""
    access = for_writing if request.method == "POST" else for_reading
    message = access(request.user, Message.objects.select_related("owner"), pk)
    if request.method != "POST":
        return panel(request, message)
    before = message.updated_at
    uploads = request.FILES.getlist("files")
    refusals = [] if uploads else [_("Choose a file.")]
    refusals += added_or_refused(message, uploads)
    number = len(uploads) - len(refusals)
    if refusals:
        return moved(panel(request, message, refusals), before, message)
    text = ngettext("%(n)s file is attached", "%(n)s files are attached", number) % {"n": number}
    if is_partial(request):
        return moved(toast(panel(request, message), text), before, message)
    return done(request, text, to=message)


def added_or_refused(message: Message, uploads: list[UploadedFile]) -> list[str]:
    """Add each of the files, and return why those that could not be added were refused."""
    refusals = []
    for upload in uploads:
        try:
            attachments.attachment_add(message, upload)
        except ValidationError as why:
            name = clean_name(upload.name or "")
            refusals.append(f"{name}: {' '.join(why.messages)}")
    return refusals


def panel(request: Request, message: Message, refusals: list[str] | None = None) -> HttpResponse:
    return render_page(request, "mailings/message_attachments.html", {
        "message": message, "refusals": refusals}, partial="panel",
        status=422 if refusals else 200)


def moved(response: HttpResponse, before: datetime, message: Message) -> HttpResponse:
    """Tell the editor beside the list that it was this page, and no other, that changed it."""
    if message.updated_at == before:
        return response
    return trigger_client_event(response, "message:touched", {
        "before": before.isoformat(), "now": message.updated_at.isoformat()})


def attachment_of(user: AbstractBaseUser | AnonymousUser, pk: int) -> Attachment:
    """Return the attachment of a message that `user` may see; raise Http404 otherwise."""
    attachment = get_object_or_404(Attachment.objects.select_related("message__owner"), pk=pk)
    for_reading(user, Message.objects, attachment.message_id)
    return attachment


@require_safe
def attachment_detail(request: Request, pk: int) -> HttpResponseBase:
    """The file itself, always to be saved and never shown by us: it may be anything."""
    attachment = attachment_of(request.user, pk)
    try:
        content = read(ATTACHMENTS, attachment.digest)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        ContentFile(content), as_attachment=True, filename=attachment.name,
        content_type=attachment.content_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@FORM_METHODS
def attachment_delete(request: Request, pk: int) -> HttpResponse:
    """Take an attachment off, after a question."""
    attachment = attachment_of(request.user, pk)
    message = attachment.message
    if message.owner_id != request.user.pk:
        raise PermissionDenied
    if request.method == "POST":
        before = message.updated_at
        attachments.attachment_delete(attachment=attachment)
        response = done(request, _("Deleted: %(name)s") % {"name": attachment.name}, to=message,
                        changed=CHANGED)
        return moved(response, before, message)
    return render_form(request, "ui/form_page.html", {
        "form": None, "danger": True, "heading": _("Delete attachment?"),
        "intro": attachment.name, "submit_label": _("Delete"),
        "back": message.get_absolute_url(), "crumb": message.title,
        "consequences": [_("Letters already sent keep it. So does a mailing under way.")]})
