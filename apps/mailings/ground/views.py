"""On what grounds people are written to: all of them, and that of one recipient."""
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Q
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_writing
from apps.core.htmx import FORM_METHODS, Request, done, refused, render_form, render_page
from apps.users.models import User

from ..models import Ground, Recipient
from ..owned_form import owned_done
from ..services import UNDO_FOR
from . import services
from .forms import GroundChoiceForm, GroundForm
from .uses import deletion_refusal, given_words

CHANGED = "recipients:changed"  # they show it
DELETED = "grounds_deleted"  # in the session: what may be brought back yet


@require_safe
def ground_list(request: Request) -> HttpResponse:
    """The person's grounds, each with how many people are on it. It reads the book once."""
    counts = Recipient.objects.owned_by(request.user).order_by().values_list("ground").annotate(
        number=Count("pk"), written=Count("pk", filter=Q(last_letter_at__isnull=False)))
    people = {ground: number for ground, number, _written in counts}
    missing = sum(written for ground, _number, written in counts if ground is None)
    grounds = list(Ground.objects.owned_by(request.user))
    for ground in grounds:
        ground.people = people.get(ground.pk, 0)
    return render_page(request, "mailings/ground_list.html", {
        "grounds": grounds, "missing": missing})


@FORM_METHODS
def ground_create(request: Request) -> HttpResponse:
    ground = Ground(owner=cast(User, request.user))
    form = GroundForm(posted(request), instance=ground)
    if form.is_valid():
        services.ground_write(ground=ground)
        return ground_done(request, _("Saved: %(name)s") % {"name": ground})
    return ground_page(request, form, heading=_("New ground"), submit_label=_("Add ground"))


@FORM_METHODS
def ground_edit(request: Request, pk: int) -> HttpResponse:
    """Correct a ground; what people have agreed to stays, and another text is a new version."""
    ground = for_writing(request.user, Ground.objects, pk)
    form = GroundForm(posted(request), instance=ground)
    if form.is_valid() and saved(form, as_new="_more" in request.POST):
        return ground_done(request, _("Saved: %(name)s") % {"name": ground})
    context = {"heading": _("Edit ground"), "submit_label": _("Save")}
    if words := given_words(ground):
        context |= {"intro": words, "more_label": _("Save as a new version")}
    return ground_page(request, form, **context)


def saved(form: GroundForm, *, as_new: bool) -> bool:
    """Save what a valid form says of a ground; False, with the reason beside, where it may not."""
    ground = form.instance
    if as_new and not set(form.changed_data).intersection(services.AGREED):
        form.add_error("text", _("A new version says another thing than this one. Change the text "
                                 "or its version first."))
        return False
    try:
        services.ground_write(ground=ground, as_new=as_new)
    except services.GroundGiven as given:
        for name in given.changed:
            form.add_error(name, _("People have agreed to what stood here. Save it as a new "
                                   "version, or put it back."))
        return False
    except Ground.DoesNotExist:  # deleted meanwhile
        raise Http404 from None
    return True


@FORM_METHODS
def ground_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a ground that nobody has, after a question."""
    ground = for_writing(request.user, Ground.objects, pk)
    if request.method == "POST":
        return deleted(request, ground)
    context: dict[str, Any] = {
        "intro": ground, "danger": True, "submit_label": _("Delete"),
        "consequences": [_("Nobody is written to on it.")]}
    if refusal := deletion_refusal(ground):
        context |= {"submit_label": "", "consequences": [refusal]}
    return ground_page(request, None, heading=_("Delete ground?"), **context)


def deleted(request: Request, ground: Ground) -> HttpResponse:
    pk = ground.pk
    try:
        services.ground_delete(ground=ground)
    except services.GroundRefused as reason:
        return refused(request, str(reason), to=reverse("mailings:ground_list"))
    kept = {key: one for key, one in request.session.get(DELETED, {}).items() if not is_late(one)}
    kept[str(pk)] = {**services.said_of(ground), "at": timezone.now().isoformat()}
    request.session[DELETED] = kept
    return ground_done(request, _("Deleted: %(name)s") % {"name": ground},
                       undo=reverse("mailings:ground_restore", args=[pk]))


@require_POST
def ground_restore(request: Request, pk: int) -> HttpResponse:
    """Bring back a ground that was deleted a moment ago, in this session."""
    said = request.session.get(DELETED, {}).get(str(pk))
    if said is None:
        raise Http404
    if is_late(said):
        return refused(request, _("The minute for bringing it back is over."),
                       to=reverse("mailings:ground_list"))
    ground = services.ground_restore(owner=cast(User, request.user), pk=pk, said=said)
    return ground_done(request, _("It is back: %(name)s") % {"name": ground})


def is_late(said: dict[str, Any]) -> bool:
    return timezone.now() - datetime.fromisoformat(said["at"]) > UNDO_FOR


@FORM_METHODS
def recipient_ground(request: Request, pk: int) -> HttpResponse:
    """Choose one of the person's grounds for a recipient, or write a new one."""
    recipient = for_writing(request.user, Recipient.objects, pk)
    form = GroundChoiceForm(posted(request), owner=cast(User, request.user))
    if form.is_valid():
        services.recipient_ground_set(recipient=recipient, ground=form.chosen())
        return owned_done(request, recipient, _("Saved: %(name)s"))
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": _("On what ground"), "intro": str(recipient),
        "submit_label": _("Save"), "back": recipient.get_absolute_url(),
        "crumb": recipient.title})


def ground_done(request: Request, text: str, undo: str = "") -> HttpResponse:
    return done(request, text, to=reverse("mailings:ground_list"), changed=CHANGED, undo=undo)


def ground_page(request: Request, form: GroundForm | None, **context: Any) -> HttpResponse:
    return render_form(request, "ui/form_page.html", {
        "form": form, "back": reverse("mailings:ground_list"), "crumb": _("Grounds"), **context})


def posted(request: Request) -> QueryDict | None:
    """Return what was sent, also when it is nothing; None of a page that is only looked at."""
    return request.POST if request.method == "POST" else None
