"""Which runs may go on now, and have letters to send.

The statement is written by hand: each group of letters asks it, and the ORM would take longer to
write it than the database takes to answer.

Its order is fair by sender: first the one for which the fewest connections of all processes work,
the asking one left out. Of equal ones a connection stays with its own; once its slice is over, it
comes last. Then comes whose runs were served the least recently. The runs without a sender count
as one sender's.
"""
from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from apps.mailings.models import Run

from . import openings, throttle
from .doors import NOBODY, Room
from .ledger import db_time

OF_A_SENDER = 3  # runs, so that there is another when others have the last letters of one
RUNNABLE = """
WITH fit AS (
    SELECT r.id, COALESCE(r.sender_id, 0) AS sender, COALESCE(u.used, 0) AS used, r.updated_at,
        MIN(r.updated_at) OVER (PARTITION BY r.sender_id) AS served_at,
        ROW_NUMBER() OVER (PARTITION BY r.sender_id ORDER BY r.updated_at) AS place
    FROM mailings_run r JOIN mailings_mailing m ON m.id = r.mailing_id
    JOIN users_user o ON o.id = r.owner_id
    LEFT JOIN mailings_sender s ON s.id = r.sender_id
    LEFT JOIN {used} u ON COALESCE(u.sender_id, 0) = COALESCE(r.sender_id, 0)
    WHERE r.state = 'running' AND (r.hold_until IS NULL OR r.hold_until <= %(now)s)
        AND m.ends_at > %(now)s AND m.disabled_at IS NULL AND o.is_active
        AND s.deleted_at IS NULL
        AND (s.id IS NULL OR (s.preset = 'service') = (r.from_address = ''))
        AND (s.connections IS NULL OR COALESCE(u.used, 0) < s.connections)
        AND r.restores = COALESCE((
            SELECT g.restores FROM delivery_restoreguard g WHERE g.id = 1), 0)
        AND EXISTS (SELECT 1 FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'pending')
        AND NOT EXISTS (SELECT 1 FROM mailings_preparation p WHERE p.run_id = r.id AND p.unknown)
        AND {free} {only}
)
SELECT r.*, r.total - r.sent - r.failed - r.unknown - r.skipped - (
    SELECT COALESCE(SUM(i.sent + i.failed + i.unknown + i.skipped), 0)
    FROM mailings_increment i WHERE i.run_id = r.id) AS left_now
FROM fit JOIN mailings_run r ON r.id = fit.id WHERE fit.place <= {runs}
ORDER BY fit.used, CASE WHEN fit.sender = {own} THEN {turn} ELSE 1 END, fit.served_at, fit.sender,
    fit.updated_at LIMIT 10
"""
FIRST = 0
LAST = 2
NO_ONE = -1  # no sender has this id


def runs_with_letters(
        run_ids: Collection[int] | None = None, *, room: Room = Room(), token: str = "",
        own: int | None = NO_ONE, is_own_turn: bool = True,
        ahead: timedelta = throttle.AHEAD) -> list[tuple[Run, int]]:
    """Return some runs that may go on now and have letters queued, the next one first.

    With `run_ids`, only those. Each comes with how many of its letters have no outcome yet. `room`
    says which senders the process has room for. The asking connection is that of `token`, and
    works for the sender `own`; with `is_own_turn` it rather goes on with it. By the limits of its
    sender a run may go on so far `ahead`.
    """
    statement = RUNNABLE.format(
        used=openings.USED[connection.vendor], free=throttle.free_within(ahead)[connection.vendor],
        only=only(run_ids, room), runs=OF_A_SENDER, own=own or NOBODY,
        turn=FIRST if is_own_turn else LAST)
    runs = Run.objects.raw(statement, {"now": db_time(timezone.now()), "token": token})
    return [(run, vars(run)["left_now"]) for run in runs]


def only(run_ids: Collection[int] | None, room: Room) -> str:
    """Return further conditions: of these runs, and of senders that there is `room` for."""
    conditions = []
    if run_ids is not None:
        conditions.append(f"AND r.id IN ({listed(run_ids)})")
    if room.full:
        conditions.append(f"AND COALESCE(r.sender_id, 0) NOT IN ({listed(room.full)})")
    if room.only is not None:
        these = f"COALESCE(r.sender_id, 0) IN ({listed(room.only)})"
        if room.service:
            these = f"({these} OR r.sender_id IS NULL OR s.preset = 'service')"
        conditions.append(f"AND {these}")
    return " ".join(conditions)


def listed(ids: Iterable[int]) -> str:
    return ", ".join(map(str, ids)) or "NULL"
