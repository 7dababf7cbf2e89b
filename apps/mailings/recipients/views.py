"""Recipients: list, detail, create, edit (in the modal, on a page, in the row), delete."""
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, done, is_partial, refused, render_form, render_page
from apps.core.listing import ordered, page_of, search_text, sorting

from ..deletion import delete
from ..models import Attempt, Recipient
from ..services import recipient_bounce_clear, recipient_save, recipients_bounce_clear
from .forms import RecipientForm

SORTS = {"name": "full_name", "email": "email", "added": "created_at"}
CHANGED = "recipients:changed"


@require_safe
def recipient_list(request):
    q = search_text(request)
    recipients = Recipient.objects.visible_to(request.user).with_fate().select_related("owner")
    if q:
        recipients = recipients.filter(
            Q(full_name__icontains=q) | Q(email__icontains=q) | Q(comment__icontains=q))
    page = page_of(request, ordered(request, recipients, SORTS, "name"))
    add_same_reply(page.object_list, request.user)
    return render_page(request, "mailings/recipient_list.html", {
        "page": page, "q": q, "sort": sorting(request, SORTS, "name"),
    }, partial="table")


def add_same_reply(recipients, owner):
    """Give each its `same_reply`: how many of `owner`'s the reply that marked it has marked."""
    keys = {one.bounced_key for one in recipients if one.bounced_key and one.owner_id == owner.pk}
    counts = {}
    if keys:
        marked = Recipient.objects.marked_by(owner, keys).order_by().values_list("bounced_key")
        counts = dict(marked.annotate(Count("pk")))
    for one in recipients:
        one.same_reply = counts.get(one.bounced_key, 0) if one.owner_id == owner.pk else 0


@require_safe
def recipient_detail(request, pk):
    recipient = for_reading(request.user, Recipient.objects.select_related("owner"), pk)
    add_same_reply([recipient], request.user)
    attempts = Attempt.objects.visible_to(request.user).filter(recipient=recipient)
    return render(request, "mailings/recipient_detail.html", {
        "recipient": recipient,
        "attempts": attempts.select_related("mailing__message")[:20],
        "mailings": recipient.mailings.select_related("message")[:20],
    })


@FORM_METHODS
def recipient_create(request):
    form = RecipientForm(
        request.POST or None, owner=request.user, instance=Recipient(owner=request.user))
    if form.is_valid() and (response := form_valid(request, form)):
        return response
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("New recipient"), "submit_label": _("Add recipient"),
        "back": reverse("mailings:recipient_list"), "crumb": _("Recipients"),
    })


@FORM_METHODS
def recipient_edit(request, pk):
    recipient = for_writing(request.user, Recipient.objects, pk)
    form = RecipientForm(request.POST or None, owner=request.user, instance=recipient)
    if form.is_valid() and (response := form_valid(request, form)):
        return response
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("Edit recipient"), "submit_label": _("Save"),
        "back": recipient.get_absolute_url(), "crumb": recipient.full_name,
    })


def form_valid(request, form):
    """Save the current user's recipient; None when a race took the address first."""
    form.instance.owner = request.user
    try:
        recipient = recipient_save(recipient=form.instance, fields=form.written)
    except ValidationError as taken:
        form.add_error(None, taken)
        return None
    text = _("Saved: %(name)s") % {"name": recipient.full_name}
    return done(request, text, to=recipient, changed=CHANGED)


@FORM_METHODS
def recipient_row(request, pk):
    """The row of one recipient: as it is, with `?edit=1` as a form, and the form's target."""
    if request.method == "POST" or "edit" in request.GET:
        recipient = for_writing(request.user, Recipient.objects, pk)
        form = RecipientForm(request.POST or None, owner=request.user, instance=recipient)
        if not (form.is_valid() and form_valid(request, form)):
            return _row(request, "form_row", {"form": form, "recipient": recipient})
    recipient = for_reading(request.user, Recipient.objects.with_fate().select_related("owner"), pk)
    add_same_reply([recipient], request.user)
    return _row(request, "row", {"recipient": recipient})


def _row(request, partial, context):
    if not is_partial(request):
        return recipient_edit(request, context["recipient"].pk)
    failed = context.get("form") is not None and context["form"].errors
    return render(request, f"mailings/recipient_list.html#{partial}", context,
                  status=422 if failed else 200)


@require_POST
def recipient_clear(request, pk):
    """Write to a bounced address again."""
    recipient = for_writing(request.user, Recipient.objects, pk)
    if not recipient_bounce_clear(recipient=recipient):
        return refused(request, _("This address is not marked as bounced."), to=recipient)
    text = _("Letters go to this address again: %(email)s") % {"email": recipient.email}
    return done(request, text, to=recipient, changed=CHANGED)


@require_POST
def recipient_clear_same(request, pk):
    """Write again to everybody whom the reply that marked this address has marked."""
    recipient = for_writing(request.user, Recipient.objects, pk)
    number = recipient.bounced_key and recipients_bounce_clear(
        owner=request.user, key=recipient.bounced_key, reply=recipient.bounced_reply)
    if not number:
        return refused(request, _("This address is not marked as bounced."), to=recipient)
    text = ngettext("Letters go to %(n)s address again.", "Letters go to %(n)s addresses again.",
                    number) % {"n": number}
    return done(request, text, to=recipient, changed=CHANGED)


@FORM_METHODS
def recipient_delete(request, pk):
    recipient = for_writing(request.user, Recipient.objects, pk)
    if request.method == "POST":
        return delete(request, recipient, recipient.full_name)
    mailings = recipient.mailings.count()
    lines = [_("Past attempts stay in the history.")]
    if mailings:
        lines.insert(0, ngettext(
            "They are taken out of %(n)s mailing.", "They are taken out of %(n)s mailings.",
            mailings) % {"n": mailings})
    return render_form(request, "ui/form_page.html", {
        "form": None, "heading": _("Delete recipient?"), "intro": str(recipient),
        "consequences": lines, "submit_label": _("Delete"), "danger": True,
        "back": recipient.get_absolute_url(), "crumb": recipient.full_name,
    })
