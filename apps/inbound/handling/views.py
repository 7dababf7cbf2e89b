"""What came in for a person to see: letters of people, and what was not understood."""
from typing import Any, cast

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_writing
from apps.core.addresses import shown
from apps.core.htmx import Request, done, refused, render_page
from apps.core.listing import choice, sorted_page
from apps.users.models import User

from ..models import InboundLetter
from . import services
from .models import InboundLetterQuerySet
from .shown import address_of, rows_of

SORTS = {"came": "received_at"}
CHANGED = "incoming:changed"
RECIPIENTS_CHANGED = "recipients:changed"
LIST = "inbound:incoming_list"
LONG = [f"delivery__run__{name}" for name in ("body", "html", "attachments")] + [
    f"delivery__run__mailing__message__{name}" for name in ("body", "html", "source", "blocks")]


@require_safe
def incoming_list(request: Request) -> HttpResponse:
    """The person's letters of one kind, newest first: replies, what is unclear, what is done."""
    user = cast(User, request.user)
    show = choice(request, "show", ("unclear", "done"))
    letters = InboundLetter.objects.owned_by(user)
    rows = of_kind(letters, show).select_related(
        "recipient", "mailbox", "delivery__run__mailing__message").defer(*LONG)
    listing = sorted_page(request, rows, SORTS, "-came")
    return render_page(request, "inbound/incoming_list.html", {
        **listing, "show": show, "rows": rows_of(listing["page"], user), **figures(letters)})


def of_kind(letters: InboundLetterQuerySet, show: str) -> InboundLetterQuerySet:
    if show == "unclear":
        return letters.not_understood().to_do()
    if show == "done":
        return letters.exclude(kind=InboundLetter.Kind.AUTO).exclude(done_at=None)
    return letters.of_people().to_do()


def figures(letters: InboundLetterQuerySet) -> dict[str, Any]:
    """Return how many letters of each kind there are."""
    return {
        "replies": letters.of_people().to_do().count(),
        "unclear": letters.not_understood().to_do().count(),
        "automatic": letters.filter(kind=InboundLetter.Kind.AUTO).count(),
        "is_empty": not letters.exists(),
    }


@require_POST
def incoming_done(request: Request, pk: int) -> HttpResponse:
    """Put a letter away: it was read, or it is of no interest."""
    letter = for_writing(request.user, InboundLetter.objects, pk)
    services.letter_put_away(letter=letter)
    return done(request, _("Put away: %(title)s") % {"title": letter.title}, to=reverse(LIST),
                changed=CHANGED, undo=reverse("inbound:incoming_back", args=[pk]))


@require_POST
def incoming_back(request: Request, pk: int) -> HttpResponse:
    """Show a letter again that was put away."""
    letter = for_writing(request.user, InboundLetter.objects, pk)
    services.letter_bring_back(letter=letter)
    return done(request, _("Here again: %(title)s") % {"title": letter.title}, to=reverse(LIST),
                changed=CHANGED)


@require_POST
def incoming_leave(request: Request, pk: int) -> HttpResponse:
    """Write no more to who wrote a letter, as they ask in it."""
    letter = for_writing(
        request.user, InboundLetter.objects.select_related("recipient", "delivery__run"), pk)
    email = address_of(letter)
    if not email:
        return refused(request, _("It is not known whose letter this is."), to=reverse(LIST))
    lifting = services.letter_leave(letter=letter, email=email, by=cast(User, request.user))
    undo = reverse("mailings:suppression_lift", args=[lifting]) if lifting else ""
    text = _("We no longer write to %(email)s") % {"email": shown(email)}
    return done(request, text, to=reverse(LIST), changed=RECIPIENTS_CHANGED, undo=undo)
