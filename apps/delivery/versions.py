"""The versions of the fragments that pages ask for again and again: two small queries each.

Whatever `panel.py` and its templates show must be in here, or the page stands still.
"""
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from apps.core.access import for_reading
from apps.core.caching import fragment_etag
from apps.core.htmx import is_partial
from apps.mailings.models import Delivery, Mailing, Run

from .panel import rests
from .sender import living_senders

COUNTERS = ("total", "sent", "failed", "unknown", "skipped")
SHOWN = ("pk", "state", "reason", "hold_until", "server_words", "updated_at", *COUNTERS)


def progress_etag(request, pk):
    """The ETag of `views.progress` for htmx; None while a run moves, and for a full page."""
    if not is_partial(request):
        return None
    now = timezone.now()
    mailing = for_reading(request.user, Mailing.objects.select_related(
        "owner", "disabled_by").annotate(alive=Exists(living_senders(now))), pk)
    if "cell" in request.GET:
        run = mailing.runs.order_by("-id").values_list("pk", "state", *COUNTERS).first()
        return fragment_etag(request, "cell", pk, run)
    runs = list(looked_at(mailing.runs.order_by("-id")))
    if runs and moves(runs[0], mailing.alive, now):
        return None
    return fragment_etag(
        request, "panel", pk, mailing.status, mailing.disabled_at, str(mailing.disabled_by),
        mailing.starts_at > now, mailing.ends_at > now, mailing.owner.is_active,
        mailing.owner.version, mailing.alive, *(shown(run, now) for run in runs))


def looked_at(runs):
    """Give runs `at_hand` (letters wait for their turn, or leave now) and `next_try`."""
    State, letters = Delivery.State, Delivery.objects.filter(run=OuterRef("pk"))
    # Two looks: each has an index of its own.
    there = Exists(letters.filter(state=State.PENDING)) | Exists(
        letters.filter(state=State.CLAIMED))
    retries = letters.filter(state=State.RETRY).order_by("next_try_at")
    return runs.defer("subject", "body").annotate(
        at_hand=Case(When(Q(state=Run.State.RUNNING) & there, then=Value(True)),
                     default=Value(False)),
        next_try=Subquery(retries.values("next_try_at")[:1]))


def moves(run, alive, now):
    """Whether the latest run shows something new each time: its rate, the time left."""
    if run.state != Run.State.RUNNING or rests(run, now) or not alive:
        return False
    return run.at_hand or run.next_try is None


def shown(run, now):
    return (*(getattr(run, name) for name in SHOWN), rests(run, now), run.next_try)
