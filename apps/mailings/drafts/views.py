"""Keep what is being written, and throw a kept draft away."""
import re

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.access import for_writing
from apps.core.htmx import Request, is_partial

from ..models import Mailing, Message
from ..versions import moment_in
from .models import ENDED, Draft
from .places import KEY, PLACE, address_of, offers
from .services import DraftRefused, TooLong, draft_discard, draft_save

MODELS: dict[str, type[Mailing] | type[Message]] = {"mailing": Mailing, "message": Message}
FIELD = re.compile("[a-z_]{1,40}")
OURS = ("csrfmiddlewaretoken", "_place", "_user", "_draft", "_draft_at")


@require_POST
def draft_keep(request: Request) -> HttpResponse:
    """Keep the fields that were sent, of the form `_place`, as the draft of one window."""
    place = PLACE.fullmatch(request.POST.get("_place", ""))
    key = request.POST.get("_draft", "")
    if not place or not KEY.fullmatch(key):
        return HttpResponse(status=422)
    if request.POST.get("_user") != str(request.user.pk):
        raise PermissionDenied  # somebody else has logged in since that page came
    if place["pk"] != "new":
        for_writing(request.user, MODELS[place["noun"]].objects, int(place["pk"]))
    try:
        draft = draft_save(owner=request.user, place=place[0], key=key, data=typed(request),
                           seen=moment_in(request.POST.get("_draft_at", "")))
    except TooLong:
        return HttpResponse(status=413)
    except DraftRefused:
        return HttpResponse(status=409)
    # A mailing has a button that makes it a draft: what is only typed is called otherwise there.
    text = _("Draft saved at %(time)s")
    if place["noun"] == "mailing":
        text = _("What you typed is kept, %(time)s")
    text %= {"time": draft.time}
    return JsonResponse({"text": text, "at": draft.stamp})


def typed(request: Request) -> dict[str, list[str]]:
    """Return what was typed in fields that forms have; PostgreSQL's JSON takes no NUL."""
    return {name: [value.replace("\0", "") for value in values]
            for name, values in request.POST.lists() if name not in OURS and FIELD.fullmatch(name)}


@require_POST
def draft_drop(request: Request, key: str) -> HttpResponse:
    """Throw a draft away, and show what else is kept of the same form."""
    drafts = Draft.objects.owned_by(request.user).exclude(place=ENDED)
    draft = get_object_or_404(drafts, key=key)
    draft_discard(owner=request.user, key=key)
    if is_partial(request):
        return render(request, "ui/_drafts.html", {"drafts": offers(request, draft.place)})
    return redirect(address_of(draft.place))
