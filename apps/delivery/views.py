"""Start, pause, resume, stop, progress, and what to do about unknown outcomes."""
from collections.abc import Callable
from functools import partial, wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from apps.core.access import for_reading, for_writing, ids_in
from apps.core.htmx import FORM_METHODS, is_partial, refused, render_form, render_page, toast
from apps.mailings.mailings.figures import add_figures
from apps.mailings.mailings.story import add_stories
from apps.mailings.models import Mailing, Run

from . import services
from .audience import going_in
from .before_start import check_context
from .models import RestoreGuard
from .progress import progress_context
from .services import RunRefused

MOST_BARS = 200  # no list has so many
MAILINGS = Mailing.objects.select_related("message", "owner", "sender")


def of_own_mailing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call `view` with the user's own mailing `pk`; answer with the RunRefused that it raises."""

    @wraps(view)
    def with_mailing(request: HttpRequest, pk: int) -> HttpResponse:
        mailing = for_writing(request.user, MAILINGS, pk)
        try:
            return view(request, mailing)
        except RunRefused as reason:
            return refuse(request, mailing, reason)

    return with_mailing


@require_safe
def progress(request, pk):
    """Show the live panel; without htmx, the mailing's page."""
    return answer(request, for_reading(request.user, MAILINGS, pk))


@require_safe
def bars(request):
    """Show the bars of the mailings `id`, each for its place in a list; without htmx, the list."""
    if not is_partial(request):
        return redirect("mailings:mailing_list")
    asked = ids_in(request.GET.getlist("id"))[:MOST_BARS]
    runs = Run.objects.visible_to(request.user).newest().filter(
        mailing__in=asked, mailing__deleted_at=None).select_related("mailing")
    statuses = "statuses" in request.GET
    if statuses:
        add_stories([run.mailing for run in runs])
    add_figures([run.mailing for run in runs if not run.is_active])
    return render(request, "delivery/_bars.html", {"runs": runs, "statuses": statuses})


@FORM_METHODS
@of_own_mailing
def start(request, mailing):
    """Show what would be sent to whom; a POST sends it to the rest, or with `again` to everybody.

    A POST without `confirm` asks before the first-send time, and before sending again.
    """
    again = request.POST.get("again", request.GET.get("again")) == "1"
    early = mailing.waits_for_its_time(timezone.now())
    if must_ask(request, doubtful=again or early):
        return check_page(request, mailing, again)
    try:
        run = services.run_start(
            mailing=mailing, by=request.user, trigger=Run.Trigger.PAGE, again=again,
            expected=expected_number(request), seen=request.POST.get("seen", ""))
    except RunRefused as reason:
        return check_page(request, mailing, again, refused=str(reason))
    messages.success(request, started_words(run))
    return leave_for(request, mailing)


def started_words(run: Run) -> str:
    """Return what a person is told whose run has started; who is in a big one is not known yet."""
    if run.prepared_at is None:
        return _("It has started: the list of recipients is being made.")
    number = going_in(run)
    return ngettext(
        "Sending to %(n)s recipient.", "Sending to %(n)s recipients.", number) % {"n": number}


def expected_number(request):
    """Return how many recipients the button that was pressed named; None if it named none."""
    for number in ids_in([request.POST.get("expected", "")]):
        return number
    return None


def check_page(request, mailing, again, refused=""):
    """Show what is checked before letters leave; `refused` tells why they did not."""
    counted = request.method == "POST" or "counted" in request.GET
    context = {"refused": refused, **check_context(mailing, again=again, counted=counted)}
    return render_page(request, "delivery/start.html", context, partial="check",
                       status=409 if refused else 200)


def leave_for(request, mailing):
    """Lead to the mailing's page, also from a part of another page."""
    if not is_partial(request):
        return redirect(mailing)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = mailing.get_absolute_url()
    return response


def must_ask(request, *, doubtful):
    """Return whether to ask for a confirmation: on GET, and on POST if `doubtful` and unconfirmed.
    """
    return request.method != "POST" or (doubtful and request.POST.get("confirm") != "1")


@require_POST
@of_own_mailing
def pause(request, mailing):
    return control(request, mailing, services.run_pause, _("Paused."))


@FORM_METHODS
@of_own_mailing
def resume(request, mailing):
    """Go on with the paused run. After a restore it asks: some would get the letter twice."""
    run = mailing.runs.active().first()
    if must_ask(request, doubtful=run and run.reason == Run.Reason.RESTORE):
        if request.method == "POST" and is_partial(request):  # its page is from before the restore
            raise RunRefused(_("Reload the page: this is to be confirmed first."))
        return render_form(request, "delivery/resume.html", {
            "mailing": mailing, "run": run, "guard": RestoreGuard.objects.first(),
            "heading": _("Send what the backup has as unsent?")})
    return control(request, mailing, services.run_resume, _("Going on."))


@require_POST
@of_own_mailing
def count_unknown(request, mailing):
    """After a restore, mark as unknown what is unsent in the backup."""
    return control(request, mailing, partial(services.run_count_unknown, by=request.user),
                   _("Nobody gets the letter twice. Decide the unknown ones when you know more."))


@require_POST
@of_own_mailing
def stop(request, mailing):
    return control(
        request, mailing, services.run_stop, _("Stopped. What was not sent is cancelled."))


def control(request, mailing, service, text):
    """Do `service` to the active run of the mailing."""
    run = mailing.runs.active().select_related("mailing", "owner", "sender").first()
    if run is None:
        raise RunRefused(_("Nothing is being sent now."))
    service(run=run)
    return answer(request, mailing, text)


@require_POST
@of_own_mailing
def resolve(request, mailing):
    """Decide unknown outcomes of the mailing: all, or the `delivery` ids that were posted."""
    how = request.POST.get("how")
    ids = None
    if "delivery" in request.POST:
        ids = ids_in(request.POST.getlist("delivery"))
    if how not in services.RESOLUTIONS or not services.mailing_resolve(
            mailing=mailing, by=request.user, how=how, delivery_ids=ids):
        raise RunRefused(_("There is nothing to decide."))
    return answer(request, mailing, services.RESOLUTIONS[how])


def refuse(request, mailing, reason):
    """Say why not, with the panel as it is now: the one on the page is older than that."""
    if not is_partial(request):
        return refused(request, str(reason), to=mailing)
    response = answer(request, mailing)
    response.status_code = 409
    trigger_client_event(response, "modal:close")
    return toast(response, reason, level="danger")


def answer(request, mailing, text=""):
    """Show the panel as it is now, with a toast; without htmx a message and the mailing's page."""
    Mailing.objects.refresh_statuses(timezone.now())
    mailing.refresh_from_db(fields=["status", "disabled_at"])
    if not is_partial(request):
        if text:
            messages.success(request, text)
        return redirect(mailing)
    counted = "counted" in request.GET
    context = {**progress_context(mailing, request.user, counted=counted), "fragment": True,
               "switched": request.htmx.trigger == "mailing-refresh"}
    response = render(request, "delivery/_run.html", context)
    # What was done shows in the tabs too; and a panel asks by itself only while its run is active.
    if counted:
        trigger_client_event(response, "mailing:counted")
    elif request.method == "POST" or not context["active"]:
        trigger_client_event(response, "mailings:changed")
    if text:
        toast(response, text)
    return response
