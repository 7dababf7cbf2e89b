"""Recipients: list, detail, create, edit (in the modal, on a page, in the row), delete."""
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from apps.core.access import for_reading, for_writing
from apps.core.addresses import shown
from apps.core.htmx import FORM_METHODS, is_partial, refused, render_form, render_list, toast
from apps.core.listing import sorted_page, sorting

from ..bounces.services import recipient_rest_end
from ..bounces.stories import add_stories_of_attempts
from ..deletion import delete
from ..fields.marks import add_cells, add_facts
from ..models import Attempt, Field, Message, Recipient, Tag
from ..owned_form import form_page, opened, owned_done
from ..services import recipient_bounce_clear, recipient_save, recipients_bounce_clear
from ..suppression.marks import add_suppressions
from ..tags.marks import add_tags
from ..tags.pills import pills_of
from ..tags.services import recipient_tags_set
from .fates import add_last_fates
from .filters import Filters, choices
from .forms import RecipientForm, RowForm
from .letters import letters_of, opens_at
from .same_reply import add_same_reply

SORTS = {"name": "sort_name", "email": "address", "added": "created_at"}


@require_safe
def recipient_list(request):
    filters = Filters(request.GET, request.user)
    recipients = filters.rows.select_related("owner").annotate(address=Lower("email"))
    begin = opens_at(request, sorting(request, SORTS, "name"))
    listing = sorted_page(
        request, recipients, SORTS, "name", begin=begin, sieve=filters.sieve)
    add_marks(listing["page"], request.user)
    columns = add_cells(listing["page"], request.user)
    return render_list(request, "mailings/recipient_list.html", {
        **listing, "columns": columns, "q": filters.q, "begin": request.GET.get("begin", ""),
        "letters": letters_shown(request.user, listing, filters),
        "asked": filters, "choices": choices(filters),
        "pills": pills_of(request.user, filters.tag),
        "has_fields": Field.objects.owned_by(request.user).exists()})


def letters_shown(user, listing, filters):
    """Return the letters by which a list of many pages is opened; none of what was found."""
    page = listing["page"]
    if filters or listing["sort"] not in ("name", "-name") or not (page.next or page.previous):
        return []
    return letters_of(None if user.has_perm(Recipient.objects.all().permission) else user.pk)


def add_marks(recipients, user):
    """Add to each of `recipients` their tags, the fate of the last letter, and why letters to them
    are skipped."""
    add_same_reply(recipients, user)
    add_suppressions(recipients, user)
    add_tags(recipients, user)
    add_last_fates(recipients)


@require_safe
def recipient_detail(request, pk):
    recipient = for_reading(
        request.user, Recipient.objects.select_related("owner", "added_by", "ground"), pk)
    add_marks([recipient], request.user)
    add_facts(recipient, request.user)
    attempts = Attempt.objects.visible_to(request.user).filter(recipient=recipient)
    attempts = attempts.select_related("mailing__message")[:20]
    add_stories_of_attempts(attempts, recipient)
    return render(request, "mailings/recipient_detail.html", {
        "recipient": recipient,
        "attempts": attempts,
        "mailings": recipient.mailings.select_related("message")[:20],
        "tag_names": Tag.objects.owned_by(request.user).values_list("name", flat=True),
        "has_messages": Message.objects.owned_by(request.user).exists(),
    })


@FORM_METHODS
def recipient_create(request):
    form = opened(RecipientForm, request, Recipient(owner=request.user))
    return form_valid(request, form) or new_form(request, form)


def new_form(request, form):
    return form_page(request, form, _("New recipient"), _("Add recipient"),
                     more_label=_("Save and add another"))


@FORM_METHODS
def recipient_edit(request, pk):
    recipient = for_writing(request.user, Recipient.objects, pk)
    form = opened(RecipientForm, request, recipient)
    return form_valid(request, form) or form_page(
        request, form, _("Edit recipient"), _("Save"))


def form_valid(request, form):
    """Save the recipient; None when the form is not valid, or a race took the address first."""
    if not form.is_valid():
        return None
    try:
        if not form.saved(save_with_tags, recipient=form.instance,
                          names=form.cleaned_data.get("tags")):
            return None
    except ValidationError as taken:
        form.add_error(None, taken)
        return None
    if "_more" in request.POST:
        return another(request, form.instance, saved_words(form))
    return owned_done(request, form.instance, saved_words(form))


@transaction.atomic
def save_with_tags(*, recipient, names, **how):
    """Save a recipient, and have just the tags of these `names`; None leaves them."""
    recipient_save(recipient=recipient, **how)
    if names is not None:
        recipient_tags_set(recipient=recipient, names=names)


def saved_words(form):
    """Return what is said of a recipient that was saved, also that the address is suppressed."""
    if "email" in form.changed_data:
        add_suppressions([form.instance], form.owner)
        if form.instance.suppression and form.instance.suppression.is_all:
            return _("Saved: %(name)s. This address is on the list “Not written to”, so no letters "
                     "go to it.")
    return _("Saved: %(name)s")


def another(request, recipient, text):
    """Answer a recipient that was saved with the empty form for the next one, and `text`."""
    text %= {"name": recipient.title}
    if not is_partial(request):
        messages.success(request, text)
        return redirect("mailings:recipient_create")
    empty = RecipientForm(owner=request.user, instance=Recipient(owner=request.user))
    response = trigger_client_event(new_form(request, empty), recipient.changed, {})
    return toast(response, text)


@FORM_METHODS
def recipient_row(request, pk):
    """The row of one recipient: as it is, with `?edit=1` as a form, and the form's target."""
    if not is_partial(request):
        return recipient_edit(request, pk)
    if request.method == "POST" or "edit" in request.GET:
        recipient = for_writing(request.user, Recipient.objects, pk)
        form = opened(RowForm, request, recipient)
        if not form_valid(request, form):
            return render_form(request, "mailings/recipient_list.html", {
                "form": form, "recipient": recipient, "columns": form.own_fields},
                partial="form_row")
    recipient = for_reading(request.user, Recipient.objects.select_related("owner"), pk)
    add_marks([recipient], request.user)
    add_cells([recipient], request.user)
    return render(request, "mailings/recipient_list.html#row", {"recipient": recipient})


@require_POST
def recipient_clear(request, pk):
    """Write to a bounced address again, or to one that rests."""
    recipient = for_writing(request.user, Recipient.objects, pk)
    cleared = recipient_bounce_clear(recipient=recipient)
    if not (recipient_rest_end(recipient=recipient) or cleared):
        return refused(request, _("This address is not marked as bounced."), to=recipient)
    text = _("Letters go to this address again: %(email)s")
    return owned_done(request, recipient, text, email=shown(recipient.email))


@require_POST
def recipient_clear_same(request, pk):
    """Write again to everybody whom the reply that marked this address has marked."""
    recipient = for_writing(request.user, Recipient.objects, pk)
    number = recipients_bounce_clear(
        owner=request.user, key=recipient.bounced_key, reply=recipient.bounced_reply)
    if not number:
        return refused(request, _("This address is not marked as bounced."), to=recipient)
    text = ngettext(
        "Letters go to %(n)s address again.", "Letters go to %(n)s addresses again.", number)
    return owned_done(request, recipient, text, n=number)


@FORM_METHODS
def recipient_delete(request, pk):
    recipient = for_writing(request.user, Recipient.objects, pk)
    mailings = recipient.mailings.count()
    lines = []
    if mailings:
        lines.append(ngettext(
            "They are taken out of %(n)s mailing.", "They are taken out of %(n)s mailings.",
            mailings) % {"n": mailings})
    lines.append(_("Past attempts stay in the history."))
    return delete(request, recipient, heading=_("Delete recipient?"), intro=str(recipient),
                  consequences=lines)
