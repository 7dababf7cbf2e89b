"""The editor of a letter's HTML or MJML, its source as a file, and what is to be told of it."""
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.access import for_reading
from apps.core.htmx import Request

from ..drafts.places import asked_for
from ..fields.values import labels_of
from ..models import Message
from ..owned_form import form_page, opened, owned_done
from . import services
from .html.build import built
from .html.complaints import known_in, places_with_braces, unknown_in_html
from .html.faults import at_line
from .merge_fields import nearest, offered
from .preview.services import preview_of
from .raw_form import RawForm

RAW = (Message.Kind.HTML, Message.Kind.MJML)
TOLD = 20  # faults of one source


def kind_asked_for(request: Request, message: Message) -> str:
    """Return the kind of a new message: of the form, of the draft, or as the address says."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if draft := asked_for(request, message):
        kind = draft.fields.get("kind", "")
    return kind if kind in RAW else Message.Kind.TEXT


def raw_editor(request: Request, message: Message, heading: str,
               submit_label: str) -> HttpResponse:
    """Save a valid form; else show the source, with the letter beside it."""
    form = opened(RawForm, request, message)
    if form.is_valid() and form.saved(services.message_save, message=message):
        return owned_done(request, message, _("Saved: %(name)s"))
    return form_page(
        request, form, heading, submit_label, keeps_drafts=True, template="mailings/raw_form.html",
        form_body="mailings/_raw_form.html", merge_fields=offered(form.own_fields),
        message=message, preview=preview_of(request.user, message), unsaved=True,
        kind=message.kind, faults=[] if request.POST else source_faults(message))


def source_faults(message: Message) -> list[str]:
    """Return what of a raw source is left out, can not be made, or is not filled, by its lines."""
    if message.kind not in RAW or not message.source:
        return []
    faults = list(built(message.kind, message.source, message.preheader).faults)
    own = labels_of(message.owner)
    wrong = wrong_fields(message.source, own)
    faults += told(message.source, wrong[:TOLD], own)
    more = len(faults) + len(wrong[TOLD:]) - TOLD
    if more > 0:
        faults[TOLD:] = [_("And %(number)d more.") % {"number": more}]
    return faults


class WrongField(NamedTuple):
    """Where a field stands that is not filled, how it was typed, and whether there is one."""

    at: int
    typed: str
    is_known: bool


def wrong_fields(source: str, own: Collection[str]) -> list[WrongField]:
    """Return the fields that nobody can fill, and those that stand astray, in order."""
    wrong = [WrongField(at, typed, False) for typed, at in unknown_in_html(source, own).items()]
    for place in places_with_braces(source):
        if place.piece(source, own) is None:
            wrong += [WrongField(at, typed, True) for typed, at in known_in(source, place, own)]
    return sorted(wrong)


def told(source: str, wrong: Iterable[WrongField], own: Mapping[str, str]) -> Iterator[str]:
    """Yield what is to be told of fields, with their lines."""
    for field in wrong:
        near = "" if field.is_known else nearest(field.typed, own)
        words = _("there is no field %(field)s")
        if field.is_known:
            words = _("%(field)s is not filled here")
        elif near:
            words = _("there is no field %(field)s; did you mean %(nearest)s")
        yield at_line(source, field.at, words % {"field": field.typed, "nearest": near})


@require_safe
def message_source(request: Request, pk: int) -> HttpResponse:
    """The source of a letter as the file that it was."""
    message = for_reading(request.user, Message.objects.filter(kind__in=RAW), pk)
    response = HttpResponse(message.source.encode(), content_type="text/plain; charset=utf-8")
    name = slugify(message.subject, allow_unicode=False)[:60] or "letter"
    response["Content-Disposition"] = f'attachment; filename="{name}.{message.kind}"'
    return response
