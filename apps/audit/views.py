"""The managers' page of the audit trail."""
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import permission_required
from django.db.models import Exists, OuterRef, Q
from django.views.decorators.http import require_safe

from apps.core.htmx import render_page
from apps.core.listing import choice, newest_first, number, search_text

from .models import Entry

OFFERED = 200  # people whom the filter offers


@require_safe
@permission_required("users.view_all_users", raise_exception=True)
def entry_list(request):
    """Who did what and when, newest first, by person, action, day and text."""
    entries = Entry.objects.select_related("who")
    q = search_text(request)
    who = number(request, "who")
    what = choice(request, "what", Entry.Action.values)
    if q:
        entries = entries.filter(
            Q(object_label__icontains=q) | Q(who_label__icontains=q) | Q(details__icontains=q))
    if who:
        entries = entries.filter(who=who)
    if what:
        entries = entries.filter(action=what)
    listing = newest_first(request, entries, "happened_at")
    add_pages(listing["page"])
    return render_page(request, "audit/entry_list.html", {
        **listing, "q": q, "who": who, "what": what,
        "filtered": q or who or what or listing["since"] or listing["until"],
        "actions": Entry.Action.choices, "people": people(),
    })


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
