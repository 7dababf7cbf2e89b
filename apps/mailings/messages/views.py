"""Messages: list, detail, create, edit, preview, delete."""
from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, done, render_form, render_page
from apps.core.listing import ordered, page_of, search_text, sorting

from ..deletion import delete
from ..models import Message, Recipient
from ..services import deletion_refusal, message_save
from .forms import MessageForm
from .merge_fields import fill

SORTS = {"subject": "subject", "added": "created_at", "changed": "updated_at"}
CHANGED = "messages:changed"


@require_safe
def message_list(request):
    q = search_text(request)
    messages = Message.objects.visible_to(request.user).select_related("owner").annotate(
        used=Count("mailings", filter=Q(mailings__deleted_at=None)))
    if q:
        messages = messages.filter(Q(subject__icontains=q) | Q(body__icontains=q))
    page = page_of(request, ordered(request, messages, SORTS, "-changed"))
    return render_page(request, "mailings/message_list.html", {
        "page": page, "q": q, "sort": sorting(request, SORTS, "-changed"),
    }, partial="table")


@require_safe
def message_detail(request, pk):
    message = for_reading(request.user, Message.objects.select_related("owner"), pk)
    return render(request, "mailings/message_detail.html", {
        "message": message,
        "mailings": message.mailings.filter(deleted_at=None).select_related("message")[:20],
    })


@FORM_METHODS
def message_create(request):
    form = MessageForm(
        request.POST or None, owner=request.user, instance=Message(owner=request.user))
    if form.is_valid():
        return form_valid(request, form)
    return message_form(request, form, {
        "heading": _("New message"), "submit_label": _("Save message"),
        "back": reverse("mailings:message_list"), "crumb": _("Messages"),
    })


@FORM_METHODS
def message_edit(request, pk):
    message = for_writing(request.user, Message.objects, pk)
    form = MessageForm(request.POST or None, owner=request.user, instance=message)
    if form.is_valid():
        return form_valid(request, form)
    return message_form(request, form, {
        "heading": _("Edit message"), "submit_label": _("Save"),
        "back": message.get_absolute_url(), "crumb": message.subject,
    })


def message_form(request, form, context):
    """The editor with the letter beside it."""
    letter = letter_for(request.user, form["subject"].value(), form["body"].value())
    return render_form(request, "ui/form_page.html", {
        "form": form, "form_body": "mailings/_message_form.html", "letter": letter, **context})


def form_valid(request, form):
    """Save the current user's message."""
    form.instance.owner = request.user
    message = message_save(message=form.instance, fields=form.written)
    text = _("Saved: %(name)s") % {"name": message.subject}
    return done(request, text, to=message, changed=CHANGED)


@require_POST
def message_preview(request):
    """The letter as its first recipient would see it, from an editor not yet saved."""
    letter = letter_for(request.user, request.POST.get("subject"), request.POST.get("body"))
    return render(request, "mailings/_letter.html", {"letter": letter})


def letter_for(user, subject, body):
    """Return subject and body filled for the first of the user's recipients, or for a sample."""
    first = Recipient.objects.owned_by(user).first()
    sample = {"full_name": _("Anna Smirnova"), "email": "anna@example.com"}
    values = {"full_name": first.full_name, "email": first.email} if first else sample
    return {"subject": fill((subject or "")[:255], values),
            "body": fill((body or "")[:100_000], values), "to": values}


@FORM_METHODS
def message_delete(request, pk):
    message = for_writing(request.user, Message.objects, pk)
    if request.method == "POST":
        return delete(request, message, message.subject)
    used = deletion_refusal(message)
    return render_form(request, "ui/form_page.html", {
        "form": None, "heading": _("Delete message?"), "intro": message.subject,
        "consequences": [used] if used else [_("Letters already sent stay in the history.")],
        "submit_label": "" if used else _("Delete"), "danger": True,
        "back": message.get_absolute_url(), "crumb": message.subject,
    })
