"""The managers' page of the audit trail."""
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.db.models import Exists, OuterRef, Q
from django.views.decorators.http import require_safe

from apps.core.htmx import render_page
from apps.core.listing import choice, day, newest_first, number, search_text, within

from .models import Entry

OFFERED = 200  # people whom the filter offers
LOOKED_THROUGH = 10_000  # entries in which a text is looked for: no index has it


@require_safe
@permission_required("users.view_all_users", raise_exception=True)
def entry_list(request):
    """Who did what and when, newest first, by person, action, day and text."""
    entries = Entry.objects.select_related("who")
    q = search_text(request)
    who = number(request, "who")
    what = choice(request, "what", Entry.Action.values)
    if who:
        entries = entries.filter(who=who)
    if what:
        entries = entries.filter(action=what)
    edge = None
    if q:
        entries = within(entries, "happened_at", day(request, "from"), day(request, "to"))
        entries, edge = searched(entries, q)
    listing = newest_first(request, entries, "happened_at")
    add_pages(listing["page"])
    return render_page(request, "audit/entry_list.html", {
        **listing, "q": q, "who": who, "what": what,
        "edge": edge, "looked_through": LOOKED_THROUGH,
        "filtered": q or who or what or listing["since"] or listing["until"],
        "actions": Entry.Action.choices, "people": people(),
    })


def searched(entries, text):
    """Return which of the newest entries have `text`, and when the last of these was.

    The moment is None where these are all.
    """
    edge = entries.order_by("-happened_at", "-pk").values_list(
        "happened_at", flat=True)[LOOKED_THROUGH:].first()
    if edge:
        entries = entries.filter(happened_at__gt=edge)
    return entries.filter(Q(object_label__icontains=text) | Q(who_label__icontains=text)
                          | Q(details__icontains=text)), edge


def add_pages(entries):
    """Give each entry the `page` of what it tells of; "" where that has none, or is gone."""
    ids = {}
    for entry in entries:
        ids.setdefault(entry.object_type, set()).add(entry.object_id)
    found = {name: objects_of(name, those) for name, those in ids.items()}
    for entry in entries:
        shown = found[entry.object_type].get(entry.object_id)
        entry.page = shown.get_absolute_url() if shown else ""


def objects_of(name, ids):
    """Return {id: object} of a model, by its label, whose objects have pages."""
    try:
        model = apps.get_model(name)
    except (LookupError, ValueError):
        return {}
    if not hasattr(model, "get_absolute_url"):
        return {}
    return model.objects.in_bulk(ids - {None})


def people():
    """Return whom the filter offers: those who did something."""
    theirs = Entry.objects.filter(who=OuterRef("pk"))
    return get_user_model().objects.filter(Exists(theirs)).order_by("email")[:OFFERED]
