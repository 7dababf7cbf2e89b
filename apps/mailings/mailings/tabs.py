"""A mailing's page under its story: its recipients and their fates, runs, attempts, the letter."""
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, Request, is_partial, render_form, render_page
from apps.core.listing import choice, page_of, search_text

from ..models import Delivery, Mailing
from ..recipients.forms import AddressForm
from ..recipients.views import add_same_reply, form_valid
from .fates import NOT_SENT, add_letters, fates_of, with_letters
from .story import add_stories

DETAIL = "mailings/mailing_detail.html"
TABS = {
    "recipients": gettext_lazy("Recipients"), "runs": gettext_lazy("Runs"),
    "attempts": gettext_lazy("Attempts"), "letter": gettext_lazy("Letter"),
}
FATES = {**dict(Delivery.State.choices), NOT_SENT: gettext_lazy("Not sent yet")}
ROWS = "mailing-rows"  # what moves while a run goes
MOVING = 4  # seconds after which the rows are asked for again


@require_safe
def mailing_detail(request: Request, pk: int) -> HttpResponse:
    Mailing.objects.refresh_statuses(timezone.now())
    mailing = for_reading(request.user, Mailing.objects.select_related(
        "message", "owner", "disabled_by"), pk)
    add_stories([mailing])
    tab = choice(request, "tab", TABS, "recipients")
    context = {
        "mailing": mailing, "tab": tab, "tabs": TABS.items(),
        "every": MOVING if mailing.last_run and mailing.last_run.is_active else 0,
        **tab_context(request, mailing, tab),
    }
    partial = "tab"
    if request.htmx.target == ROWS:
        partial = "rows"
    return render_page(request, DETAIL, context, partial=partial)


def tab_context(request: Request, mailing: Mailing, tab: str) -> dict[str, object]:
    if tab == "recipients":
        return recipients_and_fates(request, mailing)
    if tab == "runs":
        return {"runs": mailing.runs.select_related("started_by")[:50]}
    if tab == "attempts":
        return {"attempts": mailing.attempts.select_related("recipient", "owner")[:50]}
    return {}


def recipients_and_fates(request: Request, mailing: Mailing) -> dict[str, object]:
    """Return the mailing's recipients by what is searched for, each with its latest fate."""
    q = search_text(request)
    fate = choice(request, "fate", FATES)
    rows = with_letters(mailing).order_by("sort_name", "pk")
    if q:
        rows = rows.matching(q)
    if fate:
        rows = rows.filter(fate=fate)
    page = page_of(request, rows)
    add_letters(page)
    add_same_reply(page, request.user)
    fates = fates_of(mailing)
    shown = [(name, words, fates.of(name)) for name, words in FATES.items()
             if fates.of(name) or name == fate]
    return {"page": page, "q": q, "fate": fate, "fates": shown, "recipients": fates.total}


@FORM_METHODS
def mailing_recipient(request: Request, pk: int, recipient_pk: int) -> HttpResponse:
    """The row of one recipient of a mailing: as it is, or to correct the address in place."""
    mailing = for_writing(request.user, Mailing.objects.select_related("message"), pk)
    recipient = get_object_or_404(with_letters(mailing), pk=recipient_pk)
    if not is_partial(request) and request.method != "POST":
        return redirect(recipient.url("edit", recipient.pk))
    context = {"mailing": mailing, "recipient": recipient}
    if request.method != "POST" and "edit" not in request.GET:
        add_letters([recipient])
        add_same_reply([recipient], request.user)
        return render(request, f"{DETAIL}#row", context)
    form = AddressForm(request.POST or None, owner=request.user, instance=recipient)
    if response := form_valid(request, form):
        return response
    return render_form(request, DETAIL, {**context, "form": form}, partial="form_row")
