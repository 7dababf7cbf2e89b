"""What is done with many recipients at once: the question, the deed, and its undo.

The address says who they are (see `chosen`), and what is to be done: `do`.
"""
from dataclasses import dataclass
from typing import cast

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from apps.core.access import for_writing
from apps.core.htmx import FORM_METHODS, Request, done, is_partial, refused, render_form
from apps.core.numbers import Number
from apps.jobs.kinds import Failed
from apps.jobs.models import Job
from apps.users.models import User

from ..ground.forms import GroundChoiceForm
from ..recipients.filters import Filters
from . import services
from .chosen import Chosen, chosen_in
from .forms import Asked, FieldForm, GiveTagsForm, SuppressForm, TakeTagForm
from .job import KEY

CHANGED = "recipients:changed"
EXPORT = "export"


@dataclass(frozen=True)
class Question:
    """How a deed is asked for."""

    form: type[Asked] | type[GroundChoiceForm]
    heading: Promise
    submit: Promise
    lines: tuple[Promise, ...] = ()
    danger: bool = False


QUESTIONS = {
    "tag": Question(GiveTagsForm, gettext_lazy("Give a tag"), gettext_lazy("Give")),
    "untag": Question(TakeTagForm, gettext_lazy("Take a tag off"), gettext_lazy("Take off")),
    "field": Question(FieldForm, gettext_lazy("Fill in a field"), gettext_lazy("Fill in")),
    "ground": Question(
        GroundChoiceForm, gettext_lazy("Write the ground down"), gettext_lazy("Write down")),
    "suppress": Question(
        SuppressForm, gettext_lazy("Stop writing to them?"), gettext_lazy("Stop writing"), (
            gettext_lazy("Letters to them are skipped, in mailings that are being sent now too."),
            gettext_lazy("They stay on the list “Not written to” when they are deleted or added "
                         "anew."))),
    "delete": Question(
        Asked, gettext_lazy("Delete recipients?"), gettext_lazy("Delete"), (
            gettext_lazy("They are taken out of mailings. Past attempts stay in the history."),
            gettext_lazy("For ten minutes they can be brought back.")), danger=True),
}


@FORM_METHODS
def bulk(request: Request) -> HttpResponse:
    """Ask how, then do it; without a `do`, ask what."""
    chosen = chosen_in(request.GET, cast(User, request.user))
    do = request.GET.get("do", "")
    if not chosen.first_ids:
        return nobody(request)
    if do == EXPORT and export_url():
        return export(request, chosen)
    if do not in QUESTIONS:
        return what(request, chosen)
    question = QUESTIONS[do]
    form = question.form(request.POST if request.method == "POST" else None, owner=chosen.owner)
    if form.is_valid():
        return start(request, chosen, do, form)
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": question.heading, "submit_label": question.submit,
        "intro": people(chosen.number), "consequences": question.lines,
        "danger": question.danger, "back": list_url(request), "crumb": _("Recipients")})


def start(request: Request, chosen: Chosen, do: str,
          form: Asked | GroundChoiceForm) -> HttpResponse:
    try:
        return begun(request, services.bulk_start(chosen=chosen, do=do, given=form.given()))
    except Failed as failure:
        return refused(request, _(failure.words), to=list_url(request))


@require_POST
def bulk_undo(request: Request, pk: int) -> HttpResponse:
    """Bring back whom a job has deleted."""
    job = for_writing(request.user, Job.objects.all(), pk)
    if job.kind != KEY:
        raise Http404
    try:
        return begun(request, services.bulk_undo(job=job))
    except services.TooLate:
        return refused(request, _("The ten minutes for bringing them back are over."), to=job)


def begun(request: Request, job: Job) -> HttpResponse:
    """Say what came of a job that was done at once; lead to the page of one that goes on."""
    if job.is_active:
        return elsewhere(request, job.get_absolute_url())
    return done(request, job.outcome, to=list_url(request), changed=CHANGED, undo=job.undo_url)


def nobody(request: Request) -> HttpResponse:
    if request.method == "POST":
        return refused(request, _("None of them is in your book any more."), to=list_url(request))
    return render_form(request, "ui/form_page.html", {
        "form": None, "heading": _("Nobody is ticked"), "submit_label": "",
        "intro": _("Tick somebody in the list, or choose all that are found."),
        "back": list_url(request), "crumb": _("Recipients")})


def what(request: Request, chosen: Chosen) -> HttpResponse:
    """Ask what is to be done with those who are chosen, on a page."""
    if is_partial(request):
        return elsewhere(request, request.get_full_path())
    deeds = {key: question.heading for key, question in QUESTIONS.items()}
    if export_url():
        deeds[EXPORT] = gettext_lazy("Export")
    return render(request, "mailings/bulk.html", {
        "deeds": [(label, f"?{with_do(request.GET, key)}") for key, label in deeds.items()],
        "people": people(chosen.number), "back": list_url(request)})


def with_do(asked: QueryDict, do: str) -> str:
    asked = asked.copy()
    asked["do"] = do
    return asked.urlencode()


def export(request: Request, chosen: Chosen) -> HttpResponse:
    """Lead to the page of exports, for the same people."""
    query = chosen.query
    if chosen.ids is not None:
        query = "ids=" + ",".join(map(str, chosen.ids))
    return elsewhere(request, f"{export_url()}?{query}")


def export_url() -> str:
    try:
        return reverse("mailings:export")
    except NoReverseMatch:
        return ""


def elsewhere(request: Request, address: str) -> HttpResponse:
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def list_url(request: Request) -> str:
    """Return the list with the filters from which the person came."""
    query = Filters(request.GET, cast(User, request.user)).query
    return f"{reverse('mailings:recipient_list')}?{query}".rstrip("?")


def people(number: Number) -> str:
    """Return how many are chosen, in words."""
    return ngettext("%(n)s recipient", "%(n)s recipients", number.count) % {"n": number}
