"""How soon a page asks again about the runs that it shows: often while they move."""
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from .models import Delivery, Run

MOVING = 2  # seconds
QUIET = 15


def seconds_between(runs: Iterable[Run | None], moving: int = MOVING) -> int:
    """Return after how many seconds to ask again about `runs`; 0 when none is active.

    A rest that ends within QUIET does not make a run quiet: its page shows the end in time.
    """
    now = timezone.now()
    active = [run for run in runs if run and run.is_active]
    if not active:
        return 0
    if not all(waits(run, now) for run in active):
        return moving
    if Delivery.objects.filter(run__in=active, state=Delivery.State.CLAIMED).exists():
        return moving
    return QUIET


def waits(run: Run, now: datetime) -> bool:
    """Return whether an active run is paused, rests for long, or has not changed for a while."""
    if run.prepared_at is None:
        return False
    is_held = run.hold_until is not None and not is_soon(run.hold_until, now)
    has_stood = run.updated_at < now - timedelta(seconds=QUIET)
    return run.state == Run.State.PAUSED or is_held or has_stood


def is_soon(moment: datetime, now: datetime) -> bool:
    """Return whether `moment` comes before a page that asks every QUIET seconds asks again."""
    return moment <= now + timedelta(seconds=QUIET)
