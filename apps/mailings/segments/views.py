"""Segments: list, detail with its people, create, edit, copy, delete, and the live count."""
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_reading, for_writing
from apps.core.htmx import (
    FORM_METHODS,
    Request,
    done,
    is_partial,
    refused,
    render_form,
    render_list,
)
from apps.core.listing import search_text, sorted_page
from apps.users.models import User

from ..recipients.same_reply import add_same_reply
from ..search import with_words
from ..recipients.fates import add_last_fates
from ..suppression.marks import add_suppressions
from ..whom.uses import NEEDED, mailings_using
from . import services
from .book import Book
from .conditions import sieve_of
from .finding import book_of, counted_members, counted_people, is_broken
from .forms import SegmentForm, being_written
from .models import Segment
from .problems import problems_in
from .reading import conditions_in, is_step
from .words import words_of

CHANGED = "segments:changed"
SORTS = {"name": "name"}
PEOPLE_SORTS = {"name": "sort_name", "added": "created_at"}


@require_safe
def segment_list(request: Request) -> HttpResponse:
    """The person's segments, in words; how many are in each follows when the page is shown."""
    q = search_text(request)
    rows = Segment.objects.owned_by(request.user)
    if q:
        rows = rows.filter(name__icontains=q)
    listing = sorted_page(request, rows, SORTS, "name")
    book = Book(cast(User, request.user).pk)
    for segment in listing["page"]:
        segment.in_words = words_of(segment.conditions, book)
    return render_list(request, "mailings/segment_list.html", {**listing, "q": q})


@require_safe
def segment_detail(request: Request, pk: int) -> HttpResponse:
    """A segment in words, and who is in it now."""
    segment = for_reading(request.user, Segment.objects, pk)
    q = search_text(request)
    now = timezone.now()
    sieve = sieve_of(segment.conditions, owner_id=segment.owner_id, now=now) & with_words(q)
    listing = sorted_page(request, book_of(segment.owner_id), PEOPLE_SORTS, "name", sieve=sieve)
    add_same_reply(listing["page"], request.user)
    add_suppressions(listing["page"], request.user)
    add_last_fates(listing["page"])
    return render_list(request, "mailings/segment_detail.html", {
        **listing, "segment": segment, "q": q, "is_broken": is_broken(segment),
        "words": words_of(segment.conditions, Book(segment.owner_id)),
        "mailings": services.mailings_of(segment)[:10]})


@require_safe
def segment_count(request: Request, pk: int) -> HttpResponse:
    """How many are in a segment, for its row of the list."""
    segment = for_reading(request.user, Segment.objects, pk)
    if not is_partial(request):
        return redirect(segment)
    return render(request, "mailings/segment_list.html#members", {
        "segment": segment, "number": counted_members(segment)})


@FORM_METHODS
def segment_create(request: Request) -> HttpResponse:
    return form_page(request, Segment(owner=cast(User, request.user)), _("New segment"))


@FORM_METHODS
def segment_edit(request: Request, pk: int) -> HttpResponse:
    return form_page(request, for_writing(request.user, Segment.objects, pk), _("Edit segment"))


def form_page(request: Request, segment: Segment, heading: str) -> HttpResponse:
    """Show the form, take a step of it, or save."""
    owner = cast(User, request.user)
    context: dict[str, Any] = {"heading": heading, "segment": segment}
    if is_step(request.POST):
        form = being_written(request.POST, owner, segment)
        context["fits"] = fitting(form.conditions, form.book) if "_count" in request.POST else None
        return render(request, "mailings/segment_form.html", {**context, "form": form})
    form = SegmentForm(request.POST or None, owner=owner, instance=segment)
    if request.method == "POST" and saved(form):
        text = _("Saved: %(name)s") % {"name": segment.name}
        return done(request, text, to=segment, changed=CHANGED)
    status = 422 if form.errors else 200
    return render(request, "mailings/segment_form.html", {**context, "form": form}, status=status)


def saved(form: SegmentForm) -> bool:
    """Save the segment; False when the form is not valid, or another window was quicker."""
    if not form.is_valid():
        return False
    try:
        return form.saved(services.segment_save, segment=form.instance)
    except ValidationError as taken:
        form.add_error(None, taken)
        return False


@require_POST
def segment_conditions(request: Request) -> HttpResponse:
    """The conditions of the form, after a step: one more, one less, another thing to ask."""
    owner = cast(User, request.user)
    form = being_written(request.POST, owner, Segment(owner=owner))
    return render(request, "mailings/segment_form.html#conditions", {"form": form})


@require_POST
def segment_fits(request: Request) -> HttpResponse:
    """How many the conditions of the form fit, as they are written."""
    book = Book(cast(User, request.user).pk)
    fits = fitting(conditions_in(request.POST, book), book)
    return render(request, "mailings/segment_form.html#fits", {"fits": fits})


def fitting(conditions: Any, book: Book) -> dict[str, Any]:
    """Return how many the conditions fit, and what they say; less while something is missing."""
    if problems_in(conditions, book):
        return {"number": None}
    number = counted_people(conditions, book.owner_id)
    return {"number": number, "words": words_of(conditions, book)}


@require_POST
def segment_copy(request: Request, pk: int) -> HttpResponse:
    """Make a segment with the same conditions, and open its form."""
    segment = for_writing(request.user, Segment.objects, pk)
    copy = services.segment_copy(segment=segment)
    text = _("Copied: %(name)s") % {"name": copy.name}
    return done(request, text, to=reverse("mailings:segment_edit", args=[copy.pk]),
                changed=CHANGED)


@FORM_METHODS
def segment_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a segment after a question, or say which mailings use it."""
    segment = for_writing(request.user, Segment.objects, pk)
    back = reverse("mailings:segment_list")
    if request.method == "POST":
        try:
            services.segment_delete(segment=segment)
        except services.SegmentRefused as reason:
            return refused(request, str(reason), to=segment)
        return done(request, _("Deleted: %(name)s") % {"name": segment.name}, to=back,
                    changed=CHANGED)
    context = {"form": None, "danger": True, "heading": _("Delete segment?"),
               "intro": segment.name, "submit_label": _("Delete"), "back": back,
               "crumb": _("Segments"),
               "consequences": [_("Its people stay in the book."), _("There is no way back.")]}
    if refusal := services.deletion_refusal(segment):
        context |= {"intro": refusal, "consequences": [], "submit_label": "",
                    "needed_by": mailings_using(segment=segment)[:NEEDED]}
    return render_form(request, "ui/form_page.html", context)
