"""Mailings: list, detail, create, edit, picking recipients, delete."""
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, Subquery
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, done, is_partial, refused, render_form, render_page
from apps.core.listing import ordered, page_of, search_text, sorting

from ..deletion import delete
from ..models import Delivery, Mailing, Recipient, Run
from ..recipients.views import add_same_reply
from ..services import deletion_refusal, mailing_disable, mailing_save
from .forms import SHOWN, MailingForm

SORTS = {"start": "starts_at", "end": "ends_at", "status": "status",
         "subject": "message__subject", "added": "created_at"}
CHANGED = "mailings:changed"
TABS = {
    "recipients": gettext_lazy("Recipients"), "runs": gettext_lazy("Runs"),
    "attempts": gettext_lazy("Attempts"), "letter": gettext_lazy("Letter"),
}


@require_safe
def mailing_list(request):
    Mailing.objects.refresh_statuses(timezone.now())
    q, status = search_text(request), request.GET.get("status", "")
    mailings = Mailing.objects.visible_to(request.user).select_related("message", "owner")
    if q:
        mailings = mailings.filter(message__subject__icontains=q)
    if status in Mailing.Status.values:
        mailings = mailings.filter(status=status)
    page = page_of(request, ordered(request, mailings, SORTS, "-start"))
    add_figures(page.object_list)
    return render_page(request, "mailings/mailing_list.html", {
        "page": page, "runs": [mailing.last_run for mailing in page.object_list],
        "q": q, "status": status, "statuses": Mailing.Status.choices,
        "sort": sorting(request, SORTS, "-start"),
    }, partial="table")


def add_figures(mailings):
    """Give each of `mailings` its `last_run` and `recipients_count`, in two queries."""
    pks = [mailing.pk for mailing in mailings]
    runs = {run.mailing_id: run for run in Run.objects.newest().filter(mailing__in=pks)}
    counts = dict(Mailing.objects.filter(pk__in=pks).values_list("pk").annotate(
        n=Count("recipients", filter=Q(recipients__deleted_at=None))).order_by())
    for mailing in mailings:
        mailing.last_run = runs.get(mailing.pk)
        mailing.recipients_count = counts.get(mailing.pk, 0)


@require_safe
def mailing_detail(request, pk):
    Mailing.objects.refresh_statuses(timezone.now())
    mailing = for_reading(request.user, Mailing.objects.select_related(
        "message", "owner", "disabled_by"), pk)
    tab = request.GET.get("tab")
    if tab not in TABS:
        tab = "recipients"
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
    fate = request.GET.get("fate", "")
    if fate in Delivery.State.values:
        rows = rows.filter(fate=fate)
    page = page_of(request, rows)
    add_same_reply(page.object_list, request.user)
    return {"page": page, "fate": fate, "fates": Delivery.State.choices}


@FORM_METHODS
def mailing_create(request):
    return mailing_form(request, Mailing(owner=request.user), {
        "heading": _("New mailing"), "submit_label": _("Make mailing"),
        "back": reverse("mailings:mailing_list"), "crumb": _("Mailings"),
    })


@FORM_METHODS
def mailing_edit(request, pk):
    mailing = for_writing(request.user, Mailing.objects, pk)
    return mailing_form(request, mailing, {
        "heading": _("Edit mailing"), "submit_label": _("Save"),
        "back": mailing.get_absolute_url(), "crumb": mailing.message.subject,
    })


def mailing_form(request, mailing, context):
    """Save a valid form; else show it, with what was found and picked so far."""
    picking = request.method == "POST" and ("_find" in request.POST or "_add" in request.POST)
    if picking:
        form = MailingForm(owner=request.user, instance=mailing, initial=picked(request))
    else:
        form = MailingForm(request.POST or None, owner=request.user, instance=mailing)
        if form.is_valid():
            return form_valid(request, form)
    return render_form(request, "ui/form_page.html", {
        "form": form, "form_body": "mailings/_mailing_form.html", **context,
        **candidates(request.user, search_text(request, "find", request.POST)),
    })


def picked(request):
    """What was typed and chosen so far, and with `_add` all that was found."""
    initial = {name: request.POST.get(name, "") for name in ("message", "starts_at", "ends_at")}
    ids = MailingForm.base_fields["recipients"].widget.value_from_datadict(
        request.POST, None, "recipients")
    if "_add" in request.POST:
        found = candidates(request.user, search_text(request, "find", request.POST))["found"]
        ids += map(str, found.values_list("pk", flat=True))
    return {**initial, "recipients": ids, "everyone": "everyone" in request.POST}


def candidates(user, find):
    """The user's recipients who match `find`, and the first of them to choose from."""
    found = Recipient.objects.owned_by(user)
    if find:
        found = found.filter(
            Q(full_name__icontains=find) | Q(email__icontains=find) | Q(comment__icontains=find))
    return {"find": find, "found": found, "found_count": found.count(),
            "candidates": found[:SHOWN]}


@require_safe
def recipient_pick(request):
    """The candidates for a mailing, as the search in its form asks for them."""
    find = search_text(request, "find")
    return render(request, "mailings/_candidates.html", candidates(request.user, find))


def form_valid(request, form):
    """Save the current user's mailing."""
    form.instance.owner = request.user
    mailing = mailing_save(mailing=form.instance, fields=form.written,
                           recipients=form.cleaned_data["recipients"])
    response = done(request, _("The mailing is saved."), to=mailing, changed=CHANGED)
    if is_partial(request):
        response["HX-Redirect"] = mailing.get_absolute_url()
    return response


@FORM_METHODS
def mailing_delete(request, pk):
    mailing = for_writing(request.user, Mailing.objects.select_related("message"), pk)
    if request.method == "POST":
        return delete(request, mailing, mailing.message.subject)
    busy = deletion_refusal(mailing)
    number = mailing.attempts.count()
    history = ngettext("%(n)s attempt stays in the history.", "%(n)s attempts stay in the history.",
                       number) % {"n": number}
    return render_form(request, "ui/form_page.html", {
        "form": None, "heading": _("Delete mailing?"), "intro": mailing.message.subject,
        "consequences": [busy] if busy else [
            _("It will not be sent any more."), *([history] if number else [])],
        "submit_label": "" if busy else _("Delete"), "danger": True,
        "back": mailing.get_absolute_url(), "crumb": mailing.message.subject,
    })


@require_POST
def mailing_toggle(request, pk):
    """Disable (`disabled=1`) or enable (`disabled=0`) a mailing, for managers."""
    mailing = for_reading(request.user, Mailing.objects.select_related("message"), pk)
    if not request.user.has_perm("mailings.disable_mailing"):
        raise PermissionDenied
    disabled = request.POST.get("disabled")
    if disabled not in ("0", "1"):
        return refused(request, _("Reload the page and try again."), to=mailing)
    mailing_disable(mailing=mailing, by=request.user, disabled=disabled == "1")
    text = _("Disabled: %(name)s") if disabled == "1" else _("Enabled: %(name)s")
    return done(request, text % {"name": mailing.message.subject}, to=mailing, changed=CHANGED)
