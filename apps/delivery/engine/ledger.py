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

from apps.mailings.attempts.faults import Fault
from apps.mailings.bounces.rests import recipients_rest
from apps.mailings.deliveries import PENDING_BY_PROVIDER
from apps.mailings.models import Delivery, Run
from apps.mailings.services import recipients_bounce_mark
from apps.statistics import last_letters, tallies

from .results import Claimed, Result, State

LEASE = timedelta(seconds=30)
AT_ONCE = 5000  # ids in one statement
UTC_ZONE = "+00:00"
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
# Why a recipient gets no letter; "" or NULL: they do. Who has left advertising gets other letters.
# Its parameters are the run's id, twice, and the time.
GONE = """COALESCE((
    SELECT 'suppressed' FROM mailings_suppression s
    WHERE s.owner_id = (SELECT n.owner_id FROM mailings_run n WHERE n.id = %s AND NOT n.test)
        AND s.email = LOWER(mailings_delivery.email)
        AND (s.scope = 'all' OR 'advertising' = (SELECT n.kind FROM mailings_run n WHERE n.id = %s))
), (
    SELECT CASE WHEN r.deleted_at IS NOT NULL THEN 'deleted'
        WHEN r.bounced_at IS NOT NULL THEN 'bounced'
        WHEN r.resting_until > %s THEN 'resting' ELSE '' END
    FROM mailings_recipient r WHERE r.id = mailings_delivery.recipient_id))"""
GONE_NOW = f"""
SELECT id, {GONE} FROM mailings_delivery
WHERE id BETWEEN %s AND %s AND lease_token = %s AND state = 'claimed'
"""  # nosec B608 of constants
# `id > …` skips what was claimed before: on PostgreSQL these are dead index entries until a vacuum.
# There the rows are locked, so their places (ctid) do not change, and no index is needed.
CLAIM_OF = """
UPDATE mailings_delivery SET state = 'claimed', lease_token = %s, lease_until = {lease},
    updated_at = %s
WHERE {these} (
    SELECT {place} FROM mailings_delivery
    WHERE run_id = %s AND {{of_these}} AND id > %s ORDER BY id LIMIT %s {lock}
){end} RETURNING id, email, full_name, recipient_id, tries, crashes, {gone}, "values", provider
"""
OF_ANY = "state = 'pending'"
OF_PROVIDER = f"{PENDING_BY_PROVIDER} AND provider = %s"
# Leases go by the database's clock: the workers' machines may differ by hours.
CLAIM = {
    "sqlite": CLAIM_OF.format(
        lease=f"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{LEASE.seconds} seconds')",
        these="id IN", place="id", lock="", end="", gone=GONE),
    "postgresql": CLAIM_OF.format(
        lease=f"STATEMENT_TIMESTAMP() + INTERVAL '{LEASE.seconds} seconds'",
        these="ctid = ANY(ARRAY", place="ctid", lock="FOR UPDATE SKIP LOCKED", end=")",
        gone=GONE),
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


def claim(run_id: int, limit: int, token: str, after: int = 0,
          provider: str | None = None) -> list[Claimed]:
    """Claim up to `limit` pending deliveries of the run for `token`; return them in order.

    With a `provider`, those to its mailboxes alone. It claims those with an id up to `after` only
    if there are no others.
    """
    now = db_time(timezone.now())
    these = OF_ANY if provider is None else OF_PROVIDER
    about = [run_id] if provider is None else [run_id, provider]
    with connection.cursor() as cursor:
        cursor.execute(CLAIM[connection.vendor].format(of_these=these), [
            token, now, *about, after, limit, run_id, run_id, now])
        rows = sorted(cursor.fetchall())
    if after and not rows:
        return claim(run_id, limit, token, 0, provider)
    return list(starmap(Claimed, rows))


def gone_now(run_id: int, token: str, first: int, last: int) -> dict[int, str]:
    """Return, of the run's deliveries between two ids that `token` holds, who gets no letter."""
    now = db_time(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(GONE_NOW, [run_id, run_id, now, first, last, token])
        return {pk: why for pk, why in cursor.fetchall() if why}


def store(run: Run, results: Iterable[Result],
          token: str) -> tuple[Counter[str], dict[tuple, tuple]]:
    """Store `results` of deliveries that `token` still holds, with an Attempt for each try.

    A test has no attempts, and its tries are counted nowhere. A delivery that recovery had given
    up as unknown gets its real outcome. Returns what `counting.add` takes, to be called in the
    same transaction.
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
    refused_for_now = []
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
        if result.state is not State.FAILED or not delivery.recipient_id:
            continue
        verdict = result.outcome.verdict(delivery.email)
        if verdict.marks:
            bounced[delivery.recipient_id] = delivery.email, result.outcome.reply
        elif verdict.fault is Fault.RECIPIENT:
            refused_for_now.append(delivery.recipient_id)
    if bounced:
        recipients_bounce_mark(replies=bounced)
    if refused_for_now:
        recipients_rest(ids=refused_for_now)
    if untold:
        last_letters.note(untold)
    return counts, {} if run.test else tallies.of_results(tries)


def as_rows(results: Iterable[Result]) -> dict[int, dict[str, object]]:
    """Return results as ROWS reads them: dicts by the delivery's id."""
    rows = {}
    is_sqlite = connection.vendor == "sqlite"
    for result in results:
        outcome = result.outcome
        row = {
            "id": result.delivery.id, "state": result.state.value, "tries": result.tries,
            "answer": result.reason,
        }
        if outcome:
            row["answer"] = outcome.reply
            row["code"] = outcome.code or None
            row["at"] = moment_text(result.at, is_sqlite)
        if result.next_try_at:
            row["next_try_at"] = moment_text(result.next_try_at, is_sqlite)
        rows[result.delivery.id] = row
    return rows


def moment_text(moment: datetime, is_sqlite: bool) -> str:
    """Return a `moment` in UTC as ROWS reads it; Django's way takes three times as long.

    SQLite's moments are in UTC too, and have no zone.
    """
    text = str(moment)
    return text[:-len(UTC_ZONE)] if is_sqlite else text


def store_rows(run: Run, rows: dict[int, dict[str, object]], token: str,
               state: Delivery.State) -> set[int]:
    """Write results to the deliveries in `state` that `token` holds, and add their attempts.

    `rows` are those of `as_rows`. Returns the ids of the deliveries that were written.
    """
    reader = ROWS[connection.vendor]
    about = [run.mailing_id, run.owner_id]
    in_json = json.dumps(list(rows.values()))
    params = [db_time(timezone.now()), in_json, token, state]
    with connection.cursor() as cursor:
        if run.test:
            cursor.execute(STORE.format(rows=reader), params)
            return {row[0] for row in cursor.fetchall()}
        if connection.vendor == "postgresql":
            cursor.execute(STORE_AND_TELL.format(rows=reader), [*params, *about])
            return {row[0] for row in cursor.fetchall()}
        cursor.execute(STORE.format(rows=reader), params)
        moved = {row[0] for row in cursor.fetchall()}
        if len(moved) < len(rows):
            in_json = json.dumps([rows[pk] for pk in moved])
        cursor.execute(TELL.format(stored=STORED.format(rows=reader)), [*about, in_json])
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
