"""A mailing's page under its story: its recipients and their fates, runs, attempts, the letter."""
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import FORM_METHODS, Request, is_partial, render_form, render_page
from apps.core.listing import choice, search_text, sorted_page
from apps.core.numbers import MANY, Number
from apps.core.sieve import Sieve

from ..models import Delivery, Mailing
from ..recipients.forms import AddressForm
from ..recipients.views import add_marks, form_valid
from ..hours.words import hours_words
from ..search import with_words
from ..whom.rules import remember_whom, whom_of
from ..whom.shown import shown_in
from ..whom.words import add_words
from .fates import NOT_SENT, RETURNED, Fates, add_letters, book_with_letters, with_letters
from .known import counted_fates, known_fates
from .sieves import is_everybodys, of_fate
from .story import add_stories

State = Delivery.State
SORTS = {"name": "sort_name"}
DETAIL = "mailings/mailing_detail.html"
TABS = {
    "recipients": gettext_lazy("Recipients"), "runs": gettext_lazy("Runs"),
    "attempts": gettext_lazy("Attempts"), "letter": gettext_lazy("Letter"),
}
FATES = {**dict(Delivery.State.choices), RETURNED: pgettext_lazy("letter", "Came back"),
         NOT_SENT: gettext_lazy("Not sent yet")}
# What of the page takes the place of which element: the rows move while a run goes.
PARTIALS = {"mailing-rows": "rows", "mailing-count": "count", "mailing-fates": "pills"}
MOVING = 4  # seconds after which the rows are asked for again


@require_safe
def mailing_detail(request: Request, pk: int) -> HttpResponse:
    Mailing.objects.refresh_statuses(timezone.now())
    mailing = for_reading(request.user, Mailing.objects.select_related(
        "message", "owner", "disabled_by", "sender"), pk)
    add_stories([mailing])
    remember_whom(mailing)
    whom = whom_of(mailing)
    if whom.has_rests or not whom.is_stored_picks:
        add_words([mailing])
    tab = choice(request, "tab", TABS, "recipients")
    run = mailing.last_run
    context = {
        "mailing": mailing, "tab": tab, "tabs": TABS.items(), "hours": hours_words(mailing),
        "every": MOVING if tab != "letter" and run and (run.is_active or run.is_ending) else 0,
        **tab_context(request, mailing, tab),
    }
    partial = PARTIALS.get(request.htmx.target, "tab")
    return render_page(request, DETAIL, context, partial=partial)


def tab_context(request: Request, mailing: Mailing, tab: str) -> dict[str, object]:
    if tab == "recipients":
        return recipients_and_fates(request, mailing)
    if tab == "runs":
        return {"runs": mailing.runs.select_related("started_by")[:50]}
    if tab == "attempts":
        return {"attempts": mailing.attempts.select_related("recipient", "owner")[:50]}
    return {"written": mailing.runs.order_by("-pk").first() or mailing.message}


def recipients_and_fates(request: Request, mailing: Mailing) -> dict[str, object]:
    """Return the mailing's recipients by what is searched for, each with its latest fate."""
    q = search_text(request)
    fate = choice(request, "fate", FATES)
    known = counted_fates(mailing) if "counted" in request.GET else known_fates(mailing)
    has_runs = mailing.last_run is not None
    rows = book_with_letters(mailing)
    whom = shown_in(mailing)
    if fate and number_of(known, fate) == 0:
        rows = rows.none()
    elif fate and not is_everybodys(fate, has_runs=has_runs):
        whom = Sieve(whom.keeps) & of_fate(mailing, fate)  # letters are fewer than members
    listing = sorted_page(request, rows, SORTS, "name", sieve=whom & with_words(q))
    add_letters(listing["page"])
    add_marks(listing["page"], request.user)
    return {**listing, "q": q, "fate": fate, **pills_context(known, fate, has_runs=has_runs)}


def pills_context(known: Fates | None, fate: str, *, has_runs: bool) -> dict[str, object]:
    """Return the fates that there may be, each with its words and its number if that is known."""
    shown = [(name, words, number) for name, words in FATES.items()
             if has_runs or name in (NOT_SENT, fate)
             for number in [number_of(known, name)] if number != 0 or name == fate]
    recipients: object = Number(MANY + 1)
    if known and not known.rough:
        recipients = Number(known.total, exact=True)
    return {"fates": shown, "recipients": recipients,
            "fates_counting": known is None or known.rough}


def number_of(known: Fates | None, fate: str) -> int | None:
    """Return how many have `fate`; None where that is not known."""
    if known is None:
        return None
    if not known.rough or fate in (State.SENT, State.FAILED, State.UNKNOWN, RETURNED):
        return known.of(fate)
    if fate in Delivery.SET_ASIDE and known.skipped or fate in Delivery.OPEN and known.left:
        return None
    return 0


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
        add_marks([recipient], request.user)
        return render(request, f"{DETAIL}#row", context)
    form = AddressForm(request.POST or None, owner=request.user, instance=recipient)
    if response := form_valid(request, form):
        return response
    return render_form(request, DETAIL, {**context, "form": form}, partial="form_row")
