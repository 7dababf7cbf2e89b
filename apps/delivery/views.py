"""Start, pause, resume, stop, progress, and what to do about unknown outcomes."""
from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from apps.core.access import for_reading, for_writing, ids_in
from apps.core.htmx import is_partial, refused, render_form, toast
from apps.mailings.models import Mailing, Run

from . import services
from .models import RestoreGuard
from .progress import progress_context
from .services import RunRefused

CHANGED = "mailings:changed"
MOST_BARS = 200  # no list has so many


@require_safe
def progress(request, pk):
    """The live progress_context; without htmx, the mailing's page."""
    mailing = for_reading(request.user, Mailing.objects.select_related("message", "owner"), pk)
    return answer(request, mailing)


@require_safe
def bars(request):
    """The thin bars of the mailings `id`, each for its place in a list; without htmx, the list."""
    if not is_partial(request):
        return redirect("mailings:mailing_list")
    asked = ids_in(request.GET.getlist("id"))[:MOST_BARS]
    return render(request, "delivery/_bars.html", {
        "runs": Run.objects.visible_to(request.user).newest().filter(
            mailing__in=asked, mailing__deleted_at=None)})


@require_http_methods(["GET", "HEAD", "POST"])
def start(request, pk):
    """Send to the rest, or with `again` to everybody.

    Asks once before the first-send time, and always before sending again.
    """
    mailing = for_writing(request.user, Mailing.objects.select_related("message", "owner"), pk)
    again = request.POST.get("again", request.GET.get("again")) == "1"
    doubtful = again or mailing.starts_at > timezone.now()
    confirmed = request.POST.get("confirm") == "1" or not doubtful
    if request.method != "POST" or not (confirmed or is_partial(request)):
        return confirm_start(request, mailing, again)
    if not confirmed:  # a progress_context from before the mailing was moved
        return refuse(request, mailing, _("Reload the page: this is to be confirmed first."))
    try:
        run = services.run_start(
            mailing=mailing, by=request.user, trigger=Run.Trigger.PAGE, again=again)
    except RunRefused as reason:
        return refuse(request, mailing, reason)
    return answer(request, mailing, ngettext(
        "Sending to %(n)s recipient.", "Sending to %(n)s recipients.",
        run.total) % {"n": run.total})


def confirm_start(request, mailing, again):
    """Ask before a letter goes out that cannot be taken back."""
    return render_form(request, "delivery/start.html", {
        "form": None, "mailing": mailing, "again": again,
        "number": services.who_gets_it(mailing, again=again),
        "has_it": services.who_has_it(mailing) if again else 0,
        "early": mailing.starts_at > timezone.now(),
        "reason": services.refusal(mailing, timezone.now()),
        "heading": _("Send to everybody again?") if again else _("Send now?"),
    })


@require_POST
def pause(request, pk):
    return control(request, pk, services.run_pause, _("Paused."))


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request, pk):
    """Go on with the paused run. After a restore it asks: some would get the letter twice."""
    mailing = for_writing(request.user, Mailing.objects.select_related("message", "owner"), pk)
    run = mailing.runs.active().first()
    restored = run is not None and run.reason == Run.Reason.RESTORE
    confirmed = request.POST.get("confirm") == "1" or not restored
    if request.method == "POST" and not confirmed and is_partial(request):
        return refuse(request, mailing, _("Reload the page: this is to be confirmed first."))
    if request.method != "POST" or not confirmed:
        return render_form(request, "delivery/resume.html", {
            "form": None, "mailing": mailing, "run": run, "guard": RestoreGuard.objects.first(),
            "heading": _("Send what the backup has as unsent?")})
    return control(request, pk, services.run_resume, _("Going on."))


@require_POST
def count_unknown(request, pk):
    """After a restore: take what the backup has as unsent for unknown."""
    return control(request, pk, partial(services.run_count_unknown, by=request.user),
                   _("Nobody gets the letter twice. Decide the unknown ones when you know more."))


@require_POST
def stop(request, pk):
    return control(request, pk, services.run_stop, _("Stopped. What was not sent is cancelled."))


def control(request, pk, service, text):
    """Do `service` to the active run of the mailing."""
    mailing = for_writing(request.user, Mailing.objects.select_related("message", "owner"), pk)
    run = mailing.runs.active().select_related("mailing", "owner").first()
    try:
        if run is None:
            raise RunRefused(_("Nothing is being sent now."))
        service(run=run)
    except RunRefused as reason:
        return refuse(request, mailing, reason)
    return answer(request, mailing, text)


@require_POST
def settle(request, pk):
    """Decide unknown outcomes of the mailing: all, or the `delivery` ids that were posted."""
    mailing = for_writing(request.user, Mailing.objects.select_related("message", "owner"), pk)
    how = request.POST.get("how")
    ids = None
    if "delivery" in request.POST:
        ids = ids_in(request.POST.getlist("delivery"))
    number = 0
    try:
        if how in services.RESOLUTIONS:
            number = services.mailing_resolve(
                mailing=mailing, by=request.user, how=how, delivery_ids=ids)
    except RunRefused as reason:
        return refuse(request, mailing, reason)
    if not number:
        return refuse(request, mailing, _("There is nothing to decide."))
    return answer(request, mailing, services.RESOLUTIONS[how])


def refuse(request, mailing, reason):
    """Say why not; with the panel as it is now, for the one on the page is older than that."""
    if not is_partial(request):
        return refused(request, str(reason), to=mailing)
    response = answer(request, mailing)
    response.status_code = 409
    trigger_client_event(response, "modal:close", {})
    return toast(response, reason, level="danger")


def answer(request, mailing, text=""):
    """The panel as it is now, with a toast; without htmx a message and the mailing's page."""
    Mailing.objects.refresh_statuses(timezone.now())
    mailing.refresh_from_db(fields=["status", "disabled_at"])
    if not is_partial(request):
        if text:
            messages.success(request, text)
        return redirect(mailing)
    context = {**progress_context(mailing, request.user), "fragment": True}
    response = render(request, "delivery/_run.html", context)
    # What was done shows in the tabs too; and a panel asks by itself only while its run is active.
    if request.method == "POST" or not context["active"]:
        trigger_client_event(response, CHANGED)
    return toast(response, text) if text else response
