"""Mailings: list, detail, create, edit, picking recipients, delete."""
from django.db.models import Count, OuterRef, Subquery
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, render_page
from apps.core.listing import choice, page_of, search_text, sorted_page

from .. import services
from ..deletion import delete
from ..models import Delivery, Mailing, Recipient, Run
from ..owned_form import form_page, opened, owned_done
from ..recipients.views import add_same_reply
from .forms import SHOWN, MailingForm, When, ids_sent
from .words import when_words

SORTS = {"start": "starts_at", "end": "ends_at", "status": "status",
         "subject": "called", "added": "created_at"}
TABS = {
    "recipients": gettext_lazy("Recipients"), "runs": gettext_lazy("Runs"),
    "attempts": gettext_lazy("Attempts"), "letter": gettext_lazy("Letter"),
}


@require_safe
def mailing_list(request):
    Mailing.objects.refresh_statuses(timezone.now())
    q = search_text(request)
    status = choice(request, "status", Mailing.Status.values)
    mailings = Mailing.objects.visible_to(request.user).select_related(
        "message", "owner", "disabled_by").with_name()
    if q:
        mailings = mailings.matching(q)
    if status:
        mailings = mailings.filter(status=status)
    listing = sorted_page(request, mailings, SORTS, "-start")
    add_figures(listing["page"])
    return render_page(request, "mailings/mailing_list.html", {
        **listing, "runs": [mailing.last_run for mailing in listing["page"]],
        "q": q, "status": status, "statuses": Mailing.Status.choices,
    })


def add_figures(mailings):
    """Give each of `mailings` its `last_run` and `recipients_count`, in two queries."""
    newest = Run.objects.newest().filter(mailing__in=mailings)
    runs = {run.mailing_id: run for run in newest}
    members = Mailing.recipients.through.objects.filter(
        mailing__in=mailings, recipient__deleted_at=None)
    counts = dict(members.values_list("mailing").annotate(Count("pk")))
    for mailing in mailings:
        mailing.last_run = runs.get(mailing.pk)
        mailing.recipients_count = counts.get(mailing.pk, 0)


@require_safe
def mailing_detail(request, pk):
    Mailing.objects.refresh_statuses(timezone.now())
    mailing = for_reading(request.user, Mailing.objects.select_related(
        "message", "owner", "disabled_by"), pk)
    tab = choice(request, "tab", TABS, "recipients")
    context = {"mailing": mailing, "tab": tab, "tabs": TABS.items()}
    if tab == "recipients":
        context |= recipients_and_fates(request, mailing)
    elif tab == "runs":
        context["runs"] = mailing.runs.select_related("started_by")[:50]
    elif tab == "attempts":
        context["attempts"] = mailing.attempts.select_related("recipient", "owner")[:50]
    return render_page(request, "mailings/mailing_detail.html", context, partial="tab")


def recipients_and_fates(request, mailing):
    """The mailing's recipients, each with its fate in the last run that had it."""
    last = Delivery.objects.filter(
        run__mailing=mailing, recipient=OuterRef("pk")).order_by("-id")
    rows = mailing.recipients.annotate(
        fate=Subquery(last.values("state")[:1]),
        answer=Subquery(last.values("answer")[:1]),
        delivery_id=Subquery(last.values("pk")[:1])).order_by("full_name", "pk")
    fate = choice(request, "fate", Delivery.State.values)
    if fate:
        rows = rows.filter(fate=fate)
    page = page_of(request, rows)
    add_same_reply(page, request.user)
    return {"page": page, "fate": fate, "fates": Delivery.State.choices}


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
    mailing = for_writing(request.user, Mailing.objects.select_related("message"), pk)
    copy = services.mailing_copy(mailing=mailing)
    return owned_done(request, copy, _("Copied: %(name)s. It is a draft and does not start."),
                      to=copy.url("edit", copy.pk))


def mailing_form(request, mailing, heading):
    """Save a valid form; else show it, with what was found and picked so far."""
    if "_find" in request.POST or "_add" in request.POST:
        form = MailingForm(owner=request.user, instance=mailing, initial=picked(request))
    else:
        form = opened(MailingForm, request, mailing, message=request.GET.get("message"))
        if form.is_valid() and form.saved(
                services.mailing_save, mailing=mailing, recipients=form.cleaned_data["recipients"]):
            return form_valid(request, form)
    context = candidates(request)
    if not form.fields["when"].disabled:
        context["submit_body"] = "mailings/_when_button.html"
    return form_page(request, form, heading, _("Save"), **context, keeps_drafts=True,
                     form_body="mailings/_mailing_form.html")


def picked(request):
    """Return what was typed and chosen so far, and with `_add` all that was found."""
    ids = ids_sent(request.POST, "recipients")
    if "_add" in request.POST:
        ids += found(request).values_list("pk", flat=True)
    return {**request.POST.dict(), "recipients": ids}


def found(request):
    """Return the user's recipients who match `find`."""
    return Recipient.objects.owned_by(request.user).matching(search_text(request, "find"))


def candidates(request):
    """Return who was found, and the first of them to choose from."""
    recipients = found(request)
    return {"find": search_text(request, "find"), "found_count": recipients.count(),
            "candidates": recipients[:SHOWN]}


@require_safe
def recipient_pick(request):
    """The candidates for a mailing, as the search in its form asks for them."""
    return render(request, "mailings/_candidates.html", candidates(request))


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
    number = mailing.attempts.count()
    if number:
        lines.append(ngettext(
            "%(n)s attempt stays in the history.", "%(n)s attempts stay in the history.",
            number) % {"n": number})
    return delete(request, mailing, heading=_("Delete mailing?"), consequences=lines)
