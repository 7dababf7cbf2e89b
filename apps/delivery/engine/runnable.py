"""Which runs may go on now, and have letters to send.

The statement is written by hand, and its rows are read by hand: each group of letters asks it, and
the ORM would take longer to write it, and to read a whole run, than the database takes to answer.

Its order is fair by sender: first the one for which the fewest connections of all processes work,
the asking one left out. Of equal ones a connection stays with its own; once its slice is over, it
comes last. Then comes whose runs were served the least recently. The runs without a sender count
as one sender's. A sender whose pace another connection keeps comes after all: one is enough, as
long as no slot goes by.
"""
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from apps.mailings.models import Mailing, Run
from apps.mailings.runs import TEST_FOR

from . import openings, provider_turns, throttle
from .doors import NOBODY, Room
from .ledger import db_time

RUNS = 10  # that one look finds at the most
OF_A_SENDER = 3  # runs, so that there is another when others have the last letters of one
RUNNABLE = """
WITH fit AS (
    SELECT r.id, COALESCE(r.sender_id, 0) AS sender, COALESCE(u.used, 0) AS used, r.updated_at,
        MIN(r.updated_at) OVER (PARTITION BY r.sender_id) AS served_at,
        ROW_NUMBER() OVER (PARTITION BY r.sender_id ORDER BY r.updated_at) AS place,
        CASE WHEN u.used > 0 AND s.per_minute IS NOT NULL AND r.sender_id <> {own} AND EXISTS (
            SELECT 1 FROM delivery_throttle t WHERE t.sender_id = s.id AND t.provider = ''
            AND t.free_at > {now}) THEN 1 ELSE 0 END AS kept
    FROM mailings_run r LEFT JOIN mailings_mailing m ON m.id = r.mailing_id
    JOIN users_user o ON o.id = r.owner_id
    LEFT JOIN mailings_sender s ON s.id = r.sender_id
    LEFT JOIN {used} u ON COALESCE(u.sender_id, 0) = COALESCE(r.sender_id, 0)
    WHERE r.state = 'running' AND (r.hold_until IS NULL OR r.hold_until <= %(now)s)
        AND (m.ends_at > %(now)s OR r.test AND r.started_at > %(tests_since)s)
        AND {open} AND m.disabled_at IS NULL AND o.is_active
        AND s.deleted_at IS NULL
        AND (s.id IS NULL OR (s.preset = 'service') = (r.from_address = ''))
        AND (s.connections IS NULL OR COALESCE(u.used, 0) < s.connections)
        AND r.restores = COALESCE((
            SELECT g.restores FROM delivery_restoreguard g WHERE g.id = 1), 0)
        AND (SELECT d.id FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'pending'
            ORDER BY d.id LIMIT 1) IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM mailings_preparation p WHERE p.run_id = r.id AND p.unknown)
        AND {free} AND {free_provider} {only}
)
SELECT {by_provider}, fit.used, s.updated_at, s.limits_at, {columns},
    r.total - r.sent - r.failed - r.unknown - r.skipped - (
    SELECT COALESCE(SUM(i.sent + i.failed + i.unknown + i.skipped), 0)
    FROM mailings_increment i WHERE i.run_id = r.id) AS left_now
FROM fit JOIN mailings_run r ON r.id = fit.id
LEFT JOIN mailings_mailing m ON m.id = r.mailing_id
LEFT JOIN mailings_sender s ON s.id = r.sender_id WHERE fit.place <= {runs}
ORDER BY fit.kept, fit.used, CASE WHEN fit.sender = {own} THEN {turn} ELSE 1 END, fit.served_at,
    fit.sender, fit.updated_at LIMIT {most}
"""
# Within its mailing's hours. One that has hours and no opening yet waits for it.
OPEN = """(m.opens_at <= %(now)s AND m.closes_at > %(now)s
    OR m.opens_at IS NULL AND m.closes_at IS NULL AND m.hours_from IS NULL AND m.hours_to IS NULL
    AND COALESCE(m.weekdays, '') = '')"""
FIRST = 0
LAST = 2
# What each group asks of its run. The rest is read once; see `prefetch.letter_loaded`.
ASKED = ("id", "mailing_id", "owner_id", "sender_id", "test", "seed", "from_name", "from_address",
         "reply_to", "has_return_path", "holds")
IN_ORDER = [field.attname for field in Run._meta.concrete_fields if field.attname in ASKED]
# Of its mailing: when letters may leave. `from_db` takes values in the order of the model's fields.
MOMENTS = [field.attname for field in Mailing._meta.concrete_fields
           if field.attname in ("ends_at", "opens_at", "closes_at")]
COLUMNS = ", ".join([f"m.{name}" for name in MOMENTS] + [f"r.{name}" for name in IN_ORDER])
NO_ONE = -1  # no sender has this id


class Queued(NamedTuple):
    """A run that may go on, how many of its letters have no outcome yet, and how they leave."""

    run: Run
    left: int
    by_provider: bool  # each group is of one provider's letters
    others: int  # connections of all processes that work for its sender, the asking one left out
    sender_version: tuple[Any, Any]  # as long as it is the same, so is the sender


def runs_with_letters(
        run_ids: Collection[int] | None = None, *, room: Room = Room(), token: str = "",
        own: int | None = NO_ONE, is_own_turn: bool = True,
        ahead: timedelta = throttle.AHEAD) -> list[Queued]:
    """Return some runs that may go on now and have letters queued, the next one first.

    With `run_ids`, only those. `room` says which senders the process has room for. The asking
    connection is that of `token`, and works for the sender `own`; with `is_own_turn` it rather goes
    on with it. By the limits of its sender a run may go on so far `ahead`.
    """
    statement = RUNNABLE.format(
        columns=COLUMNS, used=openings.USED[connection.vendor],
        now=throttle.later(timedelta(), connection.vendor),
        free=throttle.FREE.format(later=throttle.later(ahead, connection.vendor)),
        free_provider=provider_turns.free(ahead), by_provider=provider_turns.BY_PROVIDER,
        only=only(run_ids, room), open=OPEN,
        runs=OF_A_SENDER, most=RUNS, own=own or NOBODY, turn=FIRST if is_own_turn else LAST)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(statement, {
            "now": db_time(now), "tests_since": db_time(now - TEST_FOR), "token": token,
            "warm_from": str(provider_turns.warm_from(now.date()))})
        return [
            Queued(run_of(asked), left, bool(by_provider), others, (changed_at, limits_at))
            for by_provider, others, changed_at, limits_at, *asked, left in cursor.fetchall()]


def run_of(asked: list[Any]) -> Run:
    """Return a Run that knows what is asked of it, and its mailing's MOMENTS."""
    number = len(MOMENTS)
    run = Run.from_db(connection.alias, IN_ORDER, asked[number:])
    if run.mailing_id:
        aware = [moment and moment_of(moment) for moment in asked[:number]]
        run.mailing = Mailing.from_db(
            connection.alias, ("id", *MOMENTS), (run.mailing_id, *aware))
    return run


def moment_of(value: datetime) -> datetime:
    """Return a moment as it comes from SQL with its zone, which SQLite's lack."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


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
