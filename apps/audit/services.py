"""Write the audit trail. What is recorded commits, or is rolled back, with the change itself.

An own table of events rather than a library of field differences: "resumed" and "decided 3 unknown
outcomes" are what a manager asks about, and no letter's text may slip in by a field's name.
"""
from contextvars import ContextVar

from .models import Entry

Action, Via = Entry.Action, Entry.Via
request_var = ContextVar("audit_request", default=None)


def remember_request(get_response):
    """Middleware: whoever asks is who did what is recorded meanwhile."""

    def middleware(request):
        token = request_var.set(request)
        try:
            return get_response(request)
        finally:
            request_var.reset(token)

    return middleware


def record(action, *, on=None, by=None, via="", label="", details=""):
    """Add an entry and return it: `by` did `action` to the model instance `on`.

    Without `by` it is the request's user, and without a request the command line, which is
    nobody. `label` is what the object is called, if not by its `str()`.
    """
    request = request_var.get()
    user = by or getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    return Entry.objects.create(
        action=action, who=user if known else None, who_label=user.email if known else "",
        via=via or (Via.PAGE if request else Via.COMMAND),
        object_type=on._meta.label_lower if on is not None else "",
        object_id=on.pk if on is not None else None,
        object_label=(label or (str(on) if on is not None else ""))[:300].replace("\x00", ""),
        details=str(details)[:300])
