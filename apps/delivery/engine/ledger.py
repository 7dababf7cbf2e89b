"""The hot path of the ledger: claim letters, store their results, each group in one transaction.

A group of hundreds of letters is one UPDATE and one INSERT. A row is written only while it has the
writer's lease token, so that a worker which was taken for dead changes nothing that others have
decided. The same transaction adds a row with the changes of the run's figures (`counting.add`), so
that they always add up; `counting.fold` adds these rows to the run's counters later.
"""
import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import islice, starmap
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from apps.mailings.models import Delivery, Run
from apps.mailings.services import recipients_bounce_mark
from apps.statistics import last_letters, tallies

from .results import Claimed, Result, State

LEASE = timedelta(seconds=30)
AT_ONCE = 5000  # ids in one statement
COUNTER = {
    State.SENT: "sent", State.FAILED: "failed", State.UNKNOWN: "unknown",
    State.SKIPPED: "skipped", State.CANCELLED: "skipped",
}
# A list in JSON as rows: SQLite's json_each gives one column, PostgreSQL's recordset many.
ROWS = {
    "sqlite": """(SELECT value->>'id' id, value->>'state' state, value->>'tries' tries,
        value->>'next_try_at' next_try_at, value->>'answer' answer, value->>'at' at,
        value->>'code' code FROM json_each(%s)) AS v""",
    "postgresql": """json_to_recordset(%s::json) AS v(id bigint, state text, tries int,
        next_try_at timestamptz, answer text, at timestamptz, code int)""",
}
# `id > …` skips what was claimed before: on PostgreSQL these are dead index entries until a vacuum.
# There the rows are locked, so their places (ctid) do not change, and no index is needed.
CLAIM_OF = """
UPDATE mailings_delivery SET state = 'claimed', lease_token = %s, lease_until = {lease},
    updated_at = %s
WHERE {these} (
    SELECT {place} FROM mailings_delivery WHERE run_id = %s AND state = 'pending' AND id > %s
    ORDER BY id LIMIT %s {lock}
){end} RETURNING id, email, full_name, recipient_id, tries, crashes, COALESCE((
    SELECT 'suppressed' FROM mailings_suppression s
    WHERE s.owner_id = (SELECT n.owner_id FROM mailings_run n WHERE n.id = %s)
        AND s.email = LOWER(mailings_delivery.email)
), (
    SELECT CASE WHEN r.deleted_at IS NOT NULL THEN 'deleted'
        WHEN r.bounced_at IS NOT NULL THEN 'bounced' ELSE '' END
    FROM mailings_recipient r WHERE r.id = mailings_delivery.recipient_id)), "values"
"""
# Leases go by the database's clock: the workers' machines may differ by hours.
CLAIM = {
    "sqlite": CLAIM_OF.format(
        lease=f"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{LEASE.seconds} seconds')",
        these="id IN", place="id", lock="", end=""),
    "postgresql": CLAIM_OF.format(
        lease=f"STATEMENT_TIMESTAMP() + INTERVAL '{LEASE.seconds} seconds'",
        these="ctid = ANY(ARRAY", place="ctid", lock="FOR UPDATE SKIP LOCKED", end=")"),
}
# CASE hides the conditions from PostgreSQL's planner. It thinks that few rows meet them, and would
# join the table with the group row by row: 120 ms instead of 8 for 500 letters.
STORE = """
UPDATE mailings_delivery SET state = v.state, tries = v.tries, next_try_at = v.next_try_at,
    answer = CASE WHEN v.answer = '' THEN mailings_delivery.answer ELSE v.answer END,
    lease_token = '', lease_until = NULL, updated_at = %s
FROM {rows}
WHERE mailings_delivery.id = v.id AND CASE WHEN mailings_delivery.lease_token = %s
    AND mailings_delivery.state = %s AND mailings_delivery.settled_at IS NULL
    THEN TRUE ELSE FALSE END
RETURNING mailings_delivery.id
"""
TELL = """
INSERT INTO mailings_attempt (mailing_id, owner_id, run_id, recipient_id, email, attempted_at,
    status, outcome_unknown, code, server_response)
SELECT %s, %s, run_id, recipient_id, email, at,
    CASE state WHEN 'sent' THEN 'Успешно' ELSE 'Не успешно' END, state = 'unknown', code, answer
FROM {stored} WHERE at IS NOT NULL ORDER BY at, id
"""
# PostgreSQL does both in one statement; SQLite reads the stored rows again. Constants only.
STORE_AND_TELL = f"""
WITH stored AS ({STORE}, mailings_delivery.run_id, mailings_delivery.recipient_id,
    mailings_delivery.email, v.at, v.state, v.code, v.answer),
told AS ({TELL.format(stored="stored")}) SELECT id FROM stored
"""  # nosec B608
STORED = """(SELECT v.id, v.at, v.state, v.code, v.answer, d.run_id, d.recipient_id, d.email
    FROM {rows} JOIN mailings_delivery d ON d.id = v.id)"""


def claim(run_id: int, limit: int, token: str, after: int = 0) -> list[Claimed]:
    """Claim up to `limit` pending deliveries of the run for `token`; return them in order.

    It claims those with an id up to `after` only if there are no others.
    """
    now = db_time(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(CLAIM[connection.vendor], [token, now, run_id, after, limit, run_id])
        rows = sorted(cursor.fetchall())
    if after and not rows:
        return claim(run_id, limit, token)
    return list(starmap(Claimed, rows))


def store(run: Run, results: Iterable[Result],
          token: str) -> tuple[Counter[str], dict[tuple, tuple]]:
    """Store `results` of deliveries that `token` still holds, with an Attempt for each try.

    A delivery that recovery had given up as unknown gets its real outcome. Returns what
    `counting.add` takes, to be called in the same transaction.
    """
    rows = as_rows(results)
    stored = store_rows(run, rows, token, State.CLAIMED)
    counts: Counter[str] = Counter()
    late: set[int] = set()
    if len(stored) < len(rows):
        for pk in stored:
            del rows[pk]
        late = store_rows(run, rows, token, State.UNKNOWN)
        counts["unknown"] -= len(late)
        stored |= late
    tries = []
    untold = []  # whose letter changes without an attempt
    bounced: dict[int, tuple[str, str]] = {}
    for result in results:
        delivery = result.delivery
        if delivery.id not in stored:
            continue
        if result.state in COUNTER:
            counts[COUNTER[result.state]] += 1
        if result.outcome is None:
            if result.state is State.SKIPPED or delivery.id in late:
                untold.append(delivery.recipient_id)
            continue
        tries.append(result)
        gone = result.state is State.FAILED and result.outcome.verdict(delivery.email).marks
        if gone and delivery.recipient_id:
            bounced[delivery.recipient_id] = delivery.email, result.outcome.reply
    if bounced:
        recipients_bounce_mark(replies=bounced)
    if untold:
        last_letters.note(untold)
    return counts, tallies.of_results(tries)


def as_rows(results: Iterable[Result]) -> dict[int, dict[str, object]]:
    """Return results as ROWS reads them: dicts by the delivery's id."""
    rows = {}
    moment = connection.ops.adapt_datetimefield_value
    for result in results:
        outcome = result.outcome
        row = {
            "id": result.delivery.id, "state": result.state.value, "tries": result.tries,
            "answer": result.reason,
        }
        if outcome:
            row["answer"] = outcome.reply
            row["code"] = outcome.code or None
            row["at"] = str(moment(result.at))
        if result.next_try_at:
            row["next_try_at"] = str(moment(result.next_try_at))
        rows[result.delivery.id] = row
    return rows


def store_rows(run: Run, rows: dict[int, dict[str, object]], token: str,
               state: Delivery.State) -> set[int]:
    """Write results to the deliveries in `state` that `token` holds, and add their attempts.

    `rows` are those of `as_rows`. Returns the ids of the deliveries that were written.
    """
    reader = ROWS[connection.vendor]
    about = [run.mailing_id, run.owner_id]
    params = [db_time(timezone.now()), json.dumps(list(rows.values())), token, state]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(STORE_AND_TELL.format(rows=reader), [*params, *about])
            return {row[0] for row in cursor.fetchall()}
        cursor.execute(STORE.format(rows=reader), params)
        moved = {row[0] for row in cursor.fetchall()}
        cursor.execute(TELL.format(stored=STORED.format(rows=reader)),
                       [*about, json.dumps([rows[pk] for pk in moved])])
        return moved


def db_time(moment: datetime) -> datetime | str:
    """Return an aware `moment` as a parameter of SQL: text for SQLite."""
    value = connection.ops.adapt_datetimefield_value(moment)
    return value  # type: ignore[return-value]  # the stubs know None, and not PostgreSQL's


@transaction.atomic
def rehearse(token: str) -> None:
    """Claim and store for a run that does not exist, so that the first real group is quick."""
    claim(0, 1, token)
    store_rows(Run(pk=0), {}, token, State.CLAIMED)


def unlocked(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return those of `deliveries` that nobody holds, for an update in this transaction.

    It skips those that a worker is storing or claiming just now: neither waits for the other.
    """
    rows = deliveries.select_for_update(skip_locked=True, of=("self",))
    return Delivery.objects.filter(pk__in=rows.values("pk"))


def change(deliveries: QuerySet[Delivery], **columns: Any) -> int:
    """Write these columns of deliveries that change without an attempt. Returns of how many.

    Call it in a transaction, with a queryset that locks its rows.
    """
    recipients = dict(deliveries.values_list("pk", "recipient"))
    ids = iter(recipients)
    while some := list(islice(ids, AT_ONCE)):
        Delivery.objects.filter(pk__in=some).update(**columns)
    last_letters.note(recipients.values())
    return len(recipients)


@transaction.atomic
def abandon(token: str, known: Collection[int]) -> None:
    """Give back what `token` holds except the `known` ids.

    Call it when the answer to a commit was lost: the commit may have claimed other deliveries.
    """
    lost = Delivery.objects.filter(state=State.CLAIMED, lease_token=token).exclude(pk__in=known)
    lost.update(state=State.PENDING, lease_token="", lease_until=None)


@transaction.atomic
def renew(token: str) -> int:
    """Renew the lease of what `token` holds. Returns of how many deliveries.

    It skips rows whose results are being stored now: to wait for them could end in a deadlock.
    """
    held = Delivery.objects.filter(state=State.CLAIMED, lease_token=token)
    return unlocked(held).update(lease_until=Now() + LEASE)
