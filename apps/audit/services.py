"""Write the audit trail. What is recorded commits, or is rolled back, with the change itself.

An own table of events rather than a library of field differences: "resumed" and "decided 3 unknown
outcomes" are what a manager asks about, and no letter's text may slip in by a field's name.
"""
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar

from django.contrib.auth.models import AbstractUser
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse

from apps.core.addresses import mentions, shown

from .models import Entry

Action = Entry.Action
Via = Entry.Via
View = Callable[[HttpRequest], HttpResponse]
request_var: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


def remember_request(get_response: View) -> View:
    """Middleware: entries that are recorded in a request name its user as who did it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = request_var.set(request)
        try:
            return get_response(request)
        finally:
            request_var.reset(token)

    return middleware


def record(action: str, *, on: Model | None = None, by: AbstractUser | None = None,
           via: str = "", label: str = "", details: object = "") -> Entry:
    """Add an entry and return it: `by` did `action` to the model instance `on`.

    Without `by` it is the request's user, and without a request the command line, which is
    nobody. `label` is what the object is called, if not by its `str()`.
    """
    request = request_var.get()
    user = by or getattr(request, "user", None)
    entry = Entry(action=action, via=via or Via.PAGE, details=str(details)[:300])
    if not (via or request):
        entry.via = Via.COMMAND
    if user and user.is_authenticated:
        entry.who_id = user.pk
        entry.who_label = user.email
    if on:
        entry.object_type = on._meta.label_lower
        entry.object_id = on.pk
        label = label or str(on)
    entry.object_label = label[:300].replace("\x00", "")
    entry.save()
    return entry


def entries_forget(*, on: Collection[Model], by: AbstractUser, hidden: Mapping[str, str],
                   label: str) -> None:
    """Name these objects no more in what was done to them, but by `label`.

    Nor the addresses in `hidden`, each with what stands in its place, in what `by` or nobody has
    done.
    """
    who = Q(who=by.pk) | Q(who=None, object_id=None)
    for one in on:
        Entry.objects.filter(object_type=one._meta.label_lower, object_id=one.pk).update(
            object_label=label, details="")
    for address, instead in hidden.items():
        for form in {address, shown(address)}:
            said = Q(object_label__icontains=form) | Q(details__icontains=form)
            for entry in Entry.objects.filter(who, said):
                if mentions(entry.object_label, form):
                    entry.object_label = instead
                if mentions(entry.details, form):
                    entry.details = ""
                entry.save(update_fields=["object_label", "details"])
