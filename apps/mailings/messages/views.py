"""Messages: list, detail, create, edit, preview, delete."""
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, render_page
from apps.core.listing import search_text, sorted_page

from .. import services
from ..deletion import delete
from ..models import Message, Recipient
from ..owned_form import form_page, owned_done
from .forms import MessageForm
from .merge_fields import filled, split, values_of

SORTS = {"subject": "subject", "added": "created_at", "changed": "updated_at"}


@require_safe
def message_list(request):
    q = search_text(request)
    messages = Message.objects.visible_to(request.user).select_related("owner").annotate(
        used=Count("mailings", filter=Q(mailings__deleted_at=None)))
    if q:
        messages = messages.filter(Q(subject__icontains=q) | Q(body__icontains=q))
    listing = sorted_page(request, messages, SORTS, "-changed")
    return render_page(request, "mailings/message_list.html", {**listing, "q": q})


@require_safe
def message_detail(request, pk):
    message = for_reading(request.user, Message.objects.select_related("owner"), pk)
    return render(request, "mailings/message_detail.html", {
        "message": message,
        "mailings": message.mailings.filter(deleted_at=None).select_related("message")[:20],
    })


@FORM_METHODS
def message_create(request):
    message = Message(owner=request.user)
    return message_form(request, message, _("New message"), _("Save message"))


@FORM_METHODS
def message_edit(request, pk):
    message = for_writing(request.user, Message.objects, pk)
    return message_form(request, message, _("Edit message"), _("Save"))


@require_POST
def message_copy(request, pk):
    """Make a message that says the same, and show its editor."""
    message = for_writing(request.user, Message.objects, pk)
    copy = services.message_copy(message=message)
    return owned_done(request, copy, _("Copied: %(name)s"), to=copy.url("edit", copy.pk))


def message_form(request, message, heading, submit_label):
    """Save a valid form; else show the editor with the letter beside it."""
    form = MessageForm(request.POST or None, owner=request.user, instance=message)
    if form.is_valid():
        services.message_save(message=message, fields=form.written)
        return owned_done(request, message, _("Saved: %(name)s"))
    letter = letter_for(request.user, form["subject"].value(), form["body"].value())
    return form_page(request, form, heading, submit_label, letter=letter,
                     form_body="mailings/_message_form.html")


@require_POST
def message_preview(request):
    """The letter as its first recipient would see it, from an editor not yet saved."""
    letter = letter_for(request.user, request.POST.get("subject"), request.POST.get("body"))
    return render(request, "mailings/_letter.html", {"letter": letter})


def letter_for(user, subject, body):
    """Return subject and body filled for the first of the user's recipients, or for a sample."""
    first = Recipient.objects.owned_by(user).first() or Recipient(
        full_name=_("Anna Smirnova"), email="anna@example.com")
    values = values_of(first.email, first.full_name)
    return {"subject": filled(split((subject or "")[:255]), values),
            "body": filled(split((body or "")[:100_000]), values), "to": values}


@FORM_METHODS
def message_delete(request, pk):
    message = for_writing(request.user, Message.objects, pk)
    return delete(request, message, heading=_("Delete message?"),
                  consequences=[_("Letters already sent stay in the history.")])
