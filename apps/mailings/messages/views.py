"""Messages: list, detail, create, edit, preview, delete."""
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing, ids_in
from apps.core.htmx import FORM_METHODS, render_list
from apps.core.listing import search_text, sorted_page

from ..blocks.views import block_editor
from ..deletion import delete
from ..fields.values import add_labels, fields_of, letter_values
from ..models import Mailing, Message, Recipient
from ..owned_form import form_page, opened, owned_done
from . import services
from .ad_mark import mark_warnings, marked_text
from .ad_mark_form import NAMES, mark_typed
from .forms import MessageForm
from .merge_fields import complaints, filled, in_text, offered, split, values_of
from .preview.services import preview_of
from .raw import RAW, kind_asked_for, raw_editor, source_faults

SHOWN = 5  # recipients whose letters can be looked at beside the editor
SORTS = {"subject": "subject", "added": "created_at", "changed": "updated_at"}


@require_safe
def message_list(request):
    q = search_text(request)
    messages = Message.objects.visible_to(request.user).select_related("owner").without_content()
    if q:
        messages = messages.filter(Q(subject__icontains=q) | Q(body__icontains=q))
    listing = sorted_page(request, messages, SORTS, "-changed")
    add_used(listing["page"])
    add_labels(listing["page"])
    return render_list(request, "mailings/message_list.html", {**listing, "q": q})


def add_used(messages):
    """Give each of a page's messages the number of mailings that have it, `used`."""
    there = Mailing.objects.filter(message__in=[message.pk for message in messages])
    counts = dict(there.order_by().values_list("message").annotate(Count("pk")))
    for message in messages:
        message.used = counts.get(message.pk, 0)


@require_safe
def message_detail(request, pk):
    message = for_reading(request.user, Message.objects.select_related("owner"), pk)
    return render(request, "mailings/message_detail.html", {
        "message": message,
        "mailings": message.mailings.filter(deleted_at=None).select_related("message")[:20],
        "preview": preview_of(request.user, message),
        "faults": source_faults(message), "mark_warnings": mark_warnings(message.ad_mark),
        "kinds": [(kind.value, kind.label) for kind in Message.Kind if kind != message.kind],
    })


@FORM_METHODS
def message_create(request):
    message = Message(owner=request.user)
    message.kind = kind_asked_for(request, message)
    return message_form(request, message, _("New message"), _("Save message"))


@FORM_METHODS
def message_edit(request, pk):
    message = for_writing(request.user, Message.objects, pk)
    if message.kind == Message.Kind.BLOCKS:
        return block_editor(request, message)
    return message_form(request, message, _("Edit message"), _("Save"))


@require_POST
def message_copy(request, pk):
    """Make a message that says the same, of another `kind` where one is given; show its editor."""
    message = for_writing(request.user, Message.objects, pk)
    kind = request.POST.get("kind")
    copy = services.message_copy(message=message, kind=kind if kind in Message.Kind else None)
    return owned_done(request, copy, _("Copied: %(name)s"), to=copy.url("edit", copy.pk))


def message_form(request, message, heading, submit_label):
    """Save a valid form; else show the editor with the letter beside it."""
    if message.kind in RAW:
        return raw_editor(request, message, heading, submit_label)
    if "_for" in request.POST:  # without a script: only to see the letter to another recipient
        form = MessageForm(owner=request.user, instance=message, initial=request.POST.dict())
    else:
        form = opened(MessageForm, request, message)
        if form.is_valid() and form.saved(services.message_save, message=message):
            return owned_done(request, message, _("Saved: %(name)s"))
    mark = mark_typed({name: form[name].value() for name in NAMES})
    letter = letter_for(request, form["subject"].value(), form["body"].value(), mark)
    for name in form.errors:
        letter["unknown"].pop(name, None)  # the error says it
    return form_page(request, form, heading, submit_label, keeps_drafts=True, **letter,
                     template="mailings/message_form.html",
                     form_body="mailings/_message_form.html", merge_fields=offered(form.own_fields))


@require_POST
def message_preview(request):
    """The letter as a recipient would see it, from an editor not yet saved, and what is wrong."""
    letter = letter_for(request, request.POST.get("subject"), request.POST.get("body"),
                        mark_typed(request.POST))
    return render(request, "mailings/_letter.html", {**letter, "swapped": True})


def letter_for(request, subject, body, mark):
    """Return the `letter` to one of the user's first recipients, or to a sample, as `_for` asks.

    `unknown` has what is to be told of the fields in `subject` and `body` that nobody can fill.
    """
    subject = (subject or "")[:255]
    body = (body or "")[:100_000]
    own = fields_of(request.user)
    labels = {field.key: field.label for field in own}
    first = list(Recipient.objects.owned_by(request.user)[:SHOWN]) or [Recipient(
        full_name=_("Anna Smirnova"), email="anna@example.com")]
    numbers = ids_in([request.POST.get("_for") or request.POST.get("_to") or ""])
    number = sum(numbers) % len(first)
    recipient = first[number]
    values = values_of(recipient.email, recipient.full_name) | letter_values(own, recipient.fields)
    letter = {
        "subject": filled(split(subject, labels), values),
        "body": filled(split(marked_text(body, mark), labels), in_text(values)),
        "to": values, "number": number, "count": len(first),
        "before": (number - 1) % len(first), "after": (number + 1) % len(first)}
    return {"letter": letter,
            "unknown": {"subject": complaints(subject, labels), "body": complaints(body, labels)}}


@FORM_METHODS
def message_delete(request, pk):
    message = for_writing(request.user, Message.objects, pk)
    return delete(request, message, heading=_("Delete message?"),
                  consequences=[_("Letters already sent stay in the history.")])
