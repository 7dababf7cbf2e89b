"""Mailings: list, create, edit, picking recipients, delete. Their page is in `tabs.py`."""
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_writing, ids_in
from apps.core.htmx import FORM_METHODS, refused, render_list
from apps.core.listing import choice, number, search_text, sorted_page
from apps.core.numbers import Number, counted
from apps.core.sieve import Sifted

from .. import services
from ..deletion import delete
from ..hours.forms import PRESETS
from ..models import Mailing, Recipient
from ..owned_form import draft_fields, form_page, opened, owned_done
from ..picks.choice import Choice
from ..picks.picked import SHOWN, Picked, found_number
from ..polling import QUIET
from ..search import with_words
from ..whom.forms import Who
from .figures import add_figures
from .forms import MailingForm, When
from .words import when_words

SORTS = {"start": "starts_at", "end": "ends_at", "status": "status",
         "subject": "sort_name", "added": "created_at"}
ACTIVE = "active"
ASIDE = {"_find", "_add", "_hours"}  # buttons of the form that save nothing
STATUSES = {**dict(Mailing.Status.choices), ACTIVE: gettext_lazy("Active: running, not disabled")}


@require_safe
def mailing_list(request):
    Mailing.objects.refresh_statuses(timezone.now())
    q = search_text(request)
    status = choice(request, "status", STATUSES)
    mailings = Mailing.objects.visible_to(request.user).select_related(
        "message", "owner", "disabled_by", "sender")
    if q:
        mailings = mailings.matching(q)
    if status == ACTIVE:
        mailings = mailings.active()
    elif status:
        mailings = mailings.filter(status=status)
    listing = sorted_page(request, mailings, SORTS, "-start")
    add_figures(listing["page"])
    return render_list(request, "mailings/mailing_list.html", {
        **listing, "runs": [mailing.last_run for mailing in listing["page"]],
        "q": q, "status": status, "statuses": STATUSES.items(),
        "every": QUIET if any(map(may_change, listing["page"])) else 0,
    })


def may_change(mailing):
    """Return whether a mailing can start, go on or end by itself."""
    return mailing.status != Mailing.Status.COMPLETED


@FORM_METHODS
def mailing_create(request):
    mailing = Mailing(owner=request.user)
    return mailing_form(request, mailing, _("New mailing"))


@FORM_METHODS
def mailing_edit(request, pk):
    mailing = for_writing(request.user, Mailing.objects, pk)
    return mailing_form(request, mailing, _("Edit mailing"))


@require_POST
def mailing_copy(request, pk):
    """Make a draft like this one, and show its form."""
    mailing = for_writing(request.user, Mailing.objects.select_related("message", "sender"), pk)
    try:
        copy = services.mailing_copy(mailing=mailing)
    except services.OwnedRefused as reason:
        return refused(request, str(reason), to=mailing)
    return owned_done(request, copy, _("Copied: %(name)s. It is a draft and does not start."),
                      to=copy.url("edit", copy.pk))


def mailing_form(request, mailing, heading, **told):
    """Save a valid form; else show it, with what was found and picked so far, and `told` of whom.
    """
    if told or not ASIDE.isdisjoint(request.POST):
        form = filled_in(request, mailing)
    else:
        form = opened(MailingForm, request, mailing, **asked_for(request, mailing))
        if form.is_valid() and form.saved(
                services.mailing_save, mailing=mailing, choice=form.choice, groups=form.groups):
            return form_valid(request, form)
    chosen = form.picked()
    context = {**candidates(request, chosen), "picked": chosen, "size": book_size(request.user)}
    if not form.fields["when"].disabled:
        context["submit_body"] = "mailings/_when_button.html"
    return form_page(request, form, heading, _("Save"), **context, **told, keeps_drafts=True,
                     form_body="mailings/_mailing_form.html")


def filled_in(request, mailing):
    """Return the form as it was filled in so far, not judged."""
    return MailingForm(owner=request.user, instance=mailing, initial=picked(request))


def asked_for(request, mailing):
    """Return what the form's address asks for: a message, and tags or segments of a new mailing."""
    asked = {"message": request.GET.get("message")}
    for name in ("tags", "segments"):
        if name in request.GET and not mailing.pk:
            asked |= {name: ids_in(request.GET.getlist(name)), "who": Who.GROUPS}
    return asked


def picked(request):
    """Return what was typed and chosen so far, and with `_add` all that was found.

    A few are added by name, more by what was searched for.
    """
    values = draft_fields(MailingForm, request.POST)
    if "_add" in request.POST:
        few = list(found(request).values_list("pk", flat=True)[:SHOWN + 1])
        if len(few) <= SHOWN:
            values["recipients"] += few
        else:
            values["texts"] = [*values["texts"], search_text(request, "find")]
    values |= PRESETS.get(request.POST.get("_hours", ""), {})
    return {**request.POST.dict(), **values}


def book_size(user):
    """Return how many recipients a user has."""
    return Number(counted(Recipient.objects.owned_by(user)))


def found(request):
    """Return the user's recipients who match `find`."""
    return Recipient.objects.owned_by(request.user).matching(search_text(request, "find"))


def candidates(request, chosen):
    """Return who was found, and the first of them to choose from, marked by a Picked."""
    text = search_text(request, "find")
    book = Recipient.objects.owned_by(request.user)
    rows = book.order_by("sort_name", "pk")
    if sieve := with_words(text):
        rows = Sifted(book, sieve).first(rows, SHOWN)
    return {"find": text, "found_number": Number(found_number(book, text)),
            "candidates": chosen.mark(rows[:SHOWN])}


@require_safe
def recipient_pick(request):
    """The candidates for a mailing, as the search in its form asks for them."""
    pk = number(request, "mailing")
    mailing = Mailing(pk=pk, owner=request.user)
    if pk:
        mailing = for_writing(request.user, Mailing.objects, pk)
    chosen = Picked(mailing, Choice(stays="stays" in request.GET))
    return render(request, "mailings/_candidates.html", candidates(request, chosen))


def form_valid(request, form):
    """Lead on from the current user's mailing that was saved, and say whether it starts."""
    mailing = form.instance
    to = mailing
    text = when_words(mailing, timezone.now())
    if form.cleaned_data["when"] == When.NOW:
        to = reverse("delivery:start", args=[mailing.pk])
        text = _("Check it, then send it")
    return owned_done(request, mailing, saved_words(text), to=to)


def saved_words(more):
    if not more:
        return _("The mailing is saved.")
    return _("Saved. %(more)s.") % {"more": more}


@FORM_METHODS
def mailing_delete(request, pk):
    mailing = for_writing(request.user, Mailing.objects.select_related("message"), pk)
    lines = [_("It will not be sent any more.")]
    attempts = Number(counted(mailing.attempts))
    if attempts.counted:
        lines.append(ngettext(
            "%(n)s attempt stays in the history.", "%(n)s attempts stay in the history.",
            attempts.count) % {"n": attempts})
    return delete(request, mailing, heading=_("Delete mailing?"), consequences=lines)
