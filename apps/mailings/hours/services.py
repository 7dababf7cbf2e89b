"""Who writes the openings of mailings: whoever saves hours or a zone, and each worker as time goes.

Workers compare moments alone. Where an opening is not written, or is over, no letter leaves.
"""
import logging
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.users.middleware import zone_of
from apps.users.models import User

from ..models import Mailing, Run
from .opening import hours_of, opening_at

log = logging.getLogger("vestnik.mailings")
HAS_HOURS = Q(hours_from__isnull=False) | Q(hours_to__isnull=False) | ~Q(weekdays="")
HOURS = ("hours_from", "hours_to", "weekdays")
ASKED = (*HOURS, "opens_at", "closes_at", "owner__time_zone")
# In literals: SQLite uses no partial index for what is a parameter.
UNDER_WAY = "mailings_run.state IN ('running', 'paused')"
Moments = tuple[datetime | None, datetime | None]


def opening_moments(mailing: Mailing, now: datetime) -> Moments:
    """Return when the mailing's opening of `now`, or the next one, begins and ends.

    Both are None of a mailing without hours.
    """
    hours = hours_of(mailing)
    if hours is None:
        return None, None
    return opening_at(hours, zone_of(mailing.owner), now)


def has_hour_left(mailing: Mailing, now: datetime) -> bool:
    """Whether letters may leave at some hour between `now` and the end of sending."""
    opens, _closes = opening_moments(mailing, now)
    return opens is None or opens < mailing.ends_at


def opening_write(*, mailing: Mailing) -> None:
    """Write the opening that follows from the mailing's stored hours and its owner's zone.

    Call it in the transaction that has written either. Hours that leave nothing out are cleared.
    """
    rows = Mailing.all_objects.select_related("owner").only(*ASKED)
    stored = rows.get(pk=mailing.pk)
    if stored.has_hours or stored.closes_at:
        write(stored, timezone.now())
        for name in (*HOURS, "opens_at", "closes_at"):
            setattr(mailing, name, getattr(stored, name))


def owner_openings_write(*, owner: User) -> None:
    """Write the openings of all mailings of `owner` that are not over: their zone has changed."""
    mine = Mailing.objects.owned_by(owner).filter(HAS_HOURS, ends_at__gt=timezone.now())
    write_all(mine, timezone.now())


def openings_roll(*, now: datetime, every: bool = False) -> int:
    """Write the next opening of the mailings under way whose last one is over.

    With `every` it looks at all that are under way and have hours: a clock may have been set back,
    or the zones of this machine brought up to date. Any number of workers may call it at the same
    time. Returns how many were written.
    """
    runs = Run.objects.of_mailings().extra(where=[UNDER_WAY])  # nosec B610 of a constant
    if not every:
        runs = runs.filter(mailing__closes_at__lte=now)
    mailings = list(runs.order_by().values_list("mailing", flat=True))
    if not mailings:
        return 0
    return write_all(Mailing.all_objects.filter(HAS_HOURS, pk__in=mailings), now)


def write_all(mailings: QuerySet[Mailing], now: datetime) -> int:
    rows = mailings.select_related("owner").only(*ASKED).order_by("pk")
    return sum(write(mailing, now) for mailing in rows)


def write(mailing: Mailing, now: datetime) -> bool:
    """Write the opening of one mailing, if it differs. Returns whether it was written.

    Somebody may have saved other hours since it was read: then that is left alone.
    """
    names = (*HOURS, "opens_at", "closes_at")
    as_read = {name: getattr(mailing, name) for name in names}
    mailing.opens_at, mailing.closes_at = opening_moments(mailing, now)
    if mailing.closes_at is None:
        mailing.hours_from = None
        mailing.hours_to = None
        mailing.weekdays = ""
    as_it_is_to_be = {name: getattr(mailing, name) for name in names}
    if as_it_is_to_be == as_read:
        return False
    same = Mailing.all_objects.filter(pk=mailing.pk, **as_read)
    return bool(same.update(**as_it_is_to_be))
