"""Which runs may go on now, and have letters to send."""
from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.mailings.models import Delivery, Run
from apps.statistics.models import Increment

from .restore import GUARD

MOST = 10  # runs that one look brings


def runs_with_letters(run_ids: Collection[int] | None = None) -> list[tuple[Run, int]]:
    """Return up to MOST runs that may go on now and have letters queued, the least recent first.

    With `run_ids`, only those. Each comes with how many of its letters have no outcome yet.
    """
    now = timezone.now()
    queued = Delivery.objects.filter(run=OuterRef("pk"), state=Delivery.State.PENDING)
    added = Increment.objects.filter(run=OuterRef("pk")).order_by().values("run").values(
        number=Sum(F("sent") + F("failed") + F("unknown") + F("skipped")))
    runs = Run.objects.filter(
        Q(hold_until=None) | Q(hold_until__lte=now), Exists(queued), state=Run.State.RUNNING,
        mailing__ends_at__gt=now, mailing__disabled_at=None, owner__is_active=True,
        restores=Coalesce(Subquery(GUARD.values("restores")), 0))
    if run_ids is not None:
        runs = runs.filter(pk__in=run_ids)
    found = runs.select_related("mailing").order_by("updated_at").annotate(
        not_folded=Coalesce(Subquery(added), 0))
    return [(run, run.left - run.not_folded) for run in found[:MOST]]
