"""What the page of a preview shows, as its address asks for it."""
import re
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from apps.core.htmx import Request, is_partial
from apps.core.listing import choice, number, search_text
from apps.users.models import User

from ...fields.models import Field
from ...fields.values import fields_of
from ...models import Message
from ..merge_fields import Field as MergeField
from .documents import has_dark_colours
from .lacking import Lacking, Missing, used_fields
from .people import People
from .services import MORE_VIEWS, VIEWS, html_to, preview_of
from .sizes import size_of

LINE_END = re.compile(r"\r\n|\r|\n")
MOST_LINES = 5000
MOST_CHARACTERS = 300_000


def page_context(request: Request, user: User, message: Message) -> dict[str, Any]:
    """Return the context of the page; what is dear to count only where it is asked for."""
    own = fields_of(message.owner_id)
    used = used_fields(message, own) if asks_for_fields(request) else []
    views = views_of(message)
    view = choice(request, "view", views, next(iter(views)))
    empty = empty_in(request, used)
    search = "" if empty else search_text(request)
    preview = preview_of(
        user, message, number(request, "to"), view=view, search=search,
        lacking=Lacking([field.name for field in empty], own) if empty else None)
    context = {
        "message": message, "preview": preview, "q": search, "used": used, "empty": empty,
        "empty_words": ", ".join(map(named, empty)), "views": views.items(),
        **view_context(message, preview),
    }
    if "counted" in request.GET:
        context["missing"] = missing_of(user, message, used, own)
    return context


def asks_for_fields(request: Request) -> bool:
    """Whether it matters which fields the letter has: to find them takes long in a long one."""
    return not is_partial(request) or "empty" in request.GET or "counted" in request.GET


def views_of(message: Message) -> dict[str, Any]:
    """Return the ways to look at a message's letters: a plain text has but few."""
    if message.kind == Message.Kind.TEXT:
        return {"text": VIEWS["letter"], "size": MORE_VIEWS["size"]}
    return {**VIEWS, **MORE_VIEWS}


def empty_in(request: Request, used: list[MergeField]) -> list[MergeField]:
    """Return the fields of which the address asks for those who lack one: one, or any."""
    asked = request.GET.get("empty", "")
    if asked == "1":
        return used
    return [field for field in used if field.name == asked]


def view_context(message: Message, preview: dict[str, Any]) -> dict[str, Any]:
    """Return what the view that is asked for shows beside the frame."""
    if preview["view"] == "dark":
        return {"dark_words": dark_words(message.html)}
    if preview["view"] == "source":
        return {"source": source_of(html_to(preview["to"], message))}
    if preview["view"] == "size":
        attached = list(message.attachments.values_list("size", flat=True))
        html = html_to(preview["to"], message)
        return {"size": size_of(html, preview["text"], attached), "attached": len(attached)}
    return {}


def dark_words(html: str) -> str:
    """Return whose colours a letter has where the screen is dark."""
    if has_dark_colours(html):
        return _("The letter has dark colours of its own. Apple Mail and Thunderbird take them; "
                 "Gmail and Outlook may change colours as they like.")
    return _("The letter has no dark colours of its own: some programs show it like this, "
             "others, as Gmail and Outlook, change its colours themselves.")


class Source(NamedTuple):
    """The lines of a letter's HTML; of a very long one the first."""

    lines: list[str]
    is_all: bool


def source_of(html: str) -> Source:
    lines = LINE_END.split(html[:MOST_CHARACTERS])
    is_all = len(html) <= MOST_CHARACTERS and len(lines) <= MOST_LINES
    return Source(lines[:MOST_LINES], is_all)


class MissingField(NamedTuple):
    """For how many a field is empty: its name, how it was typed, and their number."""

    name: str
    typed: str
    people: int


class MissingFields(NamedTuple):
    """For whom something of a letter is empty, as the page tells it."""

    total: Missing
    fields: list[MissingField]


def missing_of(user: User, message: Message, used: list[MergeField],
               own: list[Field]) -> MissingFields:
    people = People(user, message.owner_id, own)
    rows = people.book.order_by(*people.order.names())
    total = Lacking([field.name for field in used], own).counted(rows)
    fields = [MissingField(field.name, named(field), total.fields[field.name]) for field in used]
    return MissingFields(total, [field for field in fields if field.people])


def named(field: MergeField) -> str:
    """Return a field as it was typed, without its fallback."""
    return "{" + field.typed.strip("{}").partition("|")[0] + "}"
