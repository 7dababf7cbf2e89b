"""Tags: the list, add, rename, merge, delete; and those of one recipient."""
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.core.access import for_writing, ids_in
from apps.core.htmx import FORM_METHODS, Request, done, refused, render_form, render_list
from apps.core.listing import search_text, sorted_page
from apps.core.numbers import MANY
from apps.jobs.models import Job
from apps.users.models import User

from ..models import Recipient, Tag
from ..segments.finding import segments_naming
from ..whom.uses import NEEDED, mailings_using
from . import ends, services
from .forms import MergeForm, NamesField, TagForm
from .models import key_of
from .names import clean_name
from .pills import add_people

SORTS = {"name": "key"}
CHANGED = "recipients:changed"  # they show it
NAMED = 5  # segments in a question


@require_safe
def tag_list(request: Request) -> HttpResponse:
    """The person's tags, and how many people have each."""
    q = search_text(request)
    rows = Tag.objects.owned_by(request.user)
    if q:
        rows = rows.filter(key__contains=key_of(q))
    listing = sorted_page(request, rows, SORTS, "name")
    add_people(listing["page"], MANY)
    jobs = ends.jobs_of_tags(cast(User, request.user).pk)
    for tag in listing["page"]:
        tag.job = jobs.get(tag.pk)
    return render_list(request, "mailings/tag_list.html", {**listing, "q": q})


@FORM_METHODS
def tag_create(request: Request) -> HttpResponse:
    tag = Tag(owner=cast(User, request.user))
    form = TagForm(request.POST if request.method == "POST" else None, instance=tag)
    if saved(form):
        return tag_done(request, _("Saved: %(name)s") % {"name": tag.name})
    return form_page(request, form, _("New tag"), _("Add tag"))


@FORM_METHODS
def tag_edit(request: Request, pk: int) -> HttpResponse:
    """Rename a tag, give it a colour; a name that another tag has is an offer to merge them."""
    tag = for_writing(request.user, Tag.objects, pk)
    form = TagForm(request.POST if request.method == "POST" else None, instance=tag)
    if saved(form):
        return tag_done(request, _("Saved: %(name)s") % {"name": tag.name})
    namesake = namesake_of(form)
    if namesake and "_more" in request.POST:
        return merge(request, Tag.objects.get(pk=pk), namesake)
    more = {}
    if namesake:
        more = {"more_label": _("Merge with “%(name)s”") % {"name": namesake.name},
                "intro": _("Whoever has one of the two will have “%(name)s”. This can not be "
                           "undone.") % {"name": namesake.name}}
    return form_page(request, form, _("Edit tag"), _("Save"), **more)


@FORM_METHODS
def tag_merge(request: Request, pk: int) -> HttpResponse:
    """Merge a tag into another one, after a question."""
    tag = for_writing(request.user, Tag.objects, pk)
    form = MergeForm(request.POST if request.method == "POST" else None, tag=tag,
                     owner=cast(User, request.user))
    if form.is_valid():
        return merge(request, tag, form.cleaned_data["into"])
    return form_page(
        request, form, _("Merge “%(name)s” into another tag") % {"name": tag.name}, _("Merge"),
        consequences=[
            ngettext("%(n)s recipient gets the other tag instead.",
                     "%(n)s recipients get the other tag instead.", people(tag)) % {
                         "n": tag.people_words},
            _("So do mailings, imports and segments that name it."),
            _("This can not be undone.")])


@FORM_METHODS
def tag_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a tag, after a question that says who has it and what names it."""
    tag = for_writing(request.user, Tag.objects, pk)
    if request.method != "POST":
        heading = _("Delete the tag “%(name)s”?") % {"name": tag.name}
        if refusal := ends.deletion_refusal(tag):
            return form_page(request, None, heading, "", intro=refusal,
                             needed_by=mailings_using(tag=tag)[:NEEDED])
        return form_page(request, None, heading, _("Delete"), danger=True,
                         consequences=losses(tag))
    try:
        job = ends.tag_delete(tag=tag)
    except ValidationError as busy:
        return refused(request, str(busy.message), to=tag)
    return ended(request, job, _("Deleted: %(name)s") % {"name": tag.name})


@require_POST
def recipient_tag(request: Request, pk: int) -> HttpResponse:
    """Give tags to one recipient by their names, or take one off."""
    recipient = for_writing(request.user, Recipient.objects, pk)
    if "remove" in request.POST:
        return untagged(request, recipient)
    try:
        names = NamesField(required=True).clean(request.POST.get("names", ""))
        tags = services.tags_named(owner=recipient.owner, names=names)
    except ValidationError as wrong:
        return refused(request, " ".join(wrong.messages), to=recipient)
    for tag in tags:
        services.recipients_tag(recipients=[recipient.pk], tag=tag)
    text = _("Tags added: %(names)s") % {"names": ", ".join(tag.name for tag in tags)}
    return done(request, text, to=recipient, changed=CHANGED)


def untagged(request: Request, recipient: Recipient) -> HttpResponse:
    [pk, *_others] = ids_in([request.POST["remove"]]) or [0]
    tag = for_writing(request.user, Tag.objects, pk)
    services.recipients_untag(recipients=[recipient.pk], tag=tag)
    text = _("Tag taken off: %(name)s") % {"name": tag.name}
    return done(request, text, to=recipient, changed=CHANGED)


def saved(form: TagForm) -> bool:
    """Save a form's tag if it is valid, and nobody took its name meanwhile."""
    if not form.is_valid():
        return False
    try:
        services.tag_save(tag=form.instance)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def namesake_of(form: TagForm) -> Tag | None:
    """Return the tag that has the name that was typed already."""
    try:
        return form.namesake(clean_name(form.data.get("name", "")))
    except ValidationError:
        return None


def merge(request: Request, tag: Tag, into: Tag) -> HttpResponse:
    try:
        job = ends.tags_merge(tag=tag, into=into)
    except ValidationError as busy:
        return refused(request, str(busy.message), to=tag)
    return ended(request, job, _("“%(old)s” is merged into “%(new)s”") % {
        "old": tag.name, "new": into.name})


def ended(request: Request, job: Job | None, text: str) -> HttpResponse:
    if job:
        text = _("Many people have this tag, so it takes a while. You may go on meanwhile.")
    return tag_done(request, text)


def tag_done(request: Request, text: str) -> HttpResponse:
    return done(request, text, to=reverse("mailings:tag_list"), changed=CHANGED)


def form_page(request: Request, form: Any, heading: str, submit_label: str,
              **context: Any) -> HttpResponse:
    return render_form(request, "ui/form_page.html", {
        "form": form, "heading": heading, "submit_label": submit_label, **context,
        "back": reverse("mailings:tag_list"), "crumb": _("Tags")})


def losses(tag: Tag) -> list[str]:
    """Return what goes with a tag that is deleted, and what names it."""
    lines = [ngettext("%(n)s recipient loses it, and stays in the book.",
                      "%(n)s recipients lose it, and stay in the book.", people(tag)) % {
                          "n": tag.people_words}]
    if segments := segments_naming(tag.owner_id, "tags", tag.pk):
        lines.append(_("Segments that ask for it find nobody by it: %(names)s.") % {
            "names": listed([segment.name for segment in segments])})
    return [*lines, _("This can not be undone.")]


def people(tag: Tag) -> int:
    """Return how many have the tag, for plurals; its `people_words` are there then."""
    add_people([tag], MANY)
    return min(tag.people, MANY)


def listed(names: list[str]) -> str:
    """Return the first names in quotes."""
    said = ", ".join(_("“%(name)s”") % {"name": name} for name in names[:NAMED])
    return f"{said}, …" if len(names) > NAMED else said
