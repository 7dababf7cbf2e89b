"""Who rests: whom other mailings of the owner have written to lately, or with the same message.

A letter counts that was sent, or may have been, or is on its way; to the person, or to the address
by way of another recipient. One that came back does not: nobody has it. `run_moment_in_turn` has
two runs of one owner see each other.
"""
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from ..bounces.models import came_back
from ..models import Delivery, Run
from ..preparations import RunAudience
from .rules import Whom

State = Delivery.State
ARRIVED = Q(~came_back(), state__in=[State.SENT, State.UNKNOWN])
# By one state each: so PostgreSQL finds them by their indexes, and need not read all letters.
ON_ITS_WAY = Q(state=State.PENDING) | Q(state=State.CLAIMED) | Q(state=State.RETRY)
# An outcome may be written some time after its run was called finished.
LATE = timedelta(days=1)
MOMENT = 0x4D4F  # a number that no other advisory lock has


def letters_of_late(whom: Whom, now: datetime) -> list[Exists]:
    """Return what tells that a letter went to a recipient in the last `quiet_days`."""
    if not whom.quiet_days:
        return []
    since = now - timedelta(days=whom.quiet_days)
    runs = runs_of_others(whom).filter(Q(finished_at=None) | Q(finished_at__gte=since - LATE))
    return letters_of(runs, ON_ITS_WAY, ARRIVED & Q(updated_at__gte=since))


def same_letters(whom: Whom) -> list[Exists]:
    """Return what tells that a recipient has the message from another mailing."""
    if not whom.skip_same:
        return []
    runs = runs_of_others(whom).filter(mailing__message=whom.message)
    return letters_of(runs, ON_ITS_WAY, ARRIVED)


def runs_of_others(whom: Whom) -> QuerySet[Run]:
    return Run.objects.owned_by(whom.owner).exclude(mailing=whom.mailing).order_by()


def letters_of(runs: QuerySet[Run], *kinds: Q) -> list[Exists]:
    """Return what tells, each alone, that a recipient has such a letter of `runs`, or gets one.

    The runs are named: by them databases know how few letters the small ones have. Each kind of
    letter is asked for by itself: within an OR, PostgreSQL looks for what came back one by one.
    """
    prepared_at = dict(runs.values_list("pk", "prepared_at"))
    if not prepared_at:
        return []
    found = []
    for kind in kinds:
        letters = Delivery.objects.filter(kind, run__in=list(prepared_at)).order_by()
        found += [to_person(letters), to_address(letters)]
    in_preparation = [pk for pk, prepared in prepared_at.items() if prepared is None]
    if in_preparation:
        coming = RunAudience.objects.filter(run__in=in_preparation)
        found += [to_person(coming), to_address(coming)]
    return found


def to_person(letters: QuerySet) -> Exists:
    return Exists(letters.filter(recipient=OuterRef("pk")))


def to_address(letters: QuerySet) -> Exists:
    """Return whether a recipient's address has one of `letters`, whoever had it then."""
    by_address = letters.alias(address=Lower("email"))
    return Exists(by_address.filter(address=Lower(OuterRef("email"))))


def run_moment_in_turn(owner_id: int, *, alone: bool) -> None:
    """Have the moment of a run wait for others of the owner's that are being fixed now.

    It holds until the transaction ends. One that asks who rests is `alone`; others may go at once.
    SQLite has one writer.
    """
    if connection.vendor != "postgresql":
        return
    share = "" if alone else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{share}(%s, %s)", [MOMENT, owner_id])
