"""The hot path of the ledger: claim letters, store their results, each group in one transaction.

A group of hundreds of letters is one UPDATE and one INSERT. A row is written only while it has the
writer's lease token, so that a worker which was taken for dead changes nothing that others have
decided. The same transaction adds a row with the changes of the run's figures (`counting.add`), so
that they always add up; `counting.fold` adds these rows to the run's counters later.
"""
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
from apps.mailings.models import Delivery, Run
from apps.mailings.services import recipients_bounce_mark
from apps.statistics import last_letters, tallies

from . import on_postgresql, on_sqlite
from .results import Claimed, Result, State
from .statements import GONE

LEASE = timedelta(seconds=30)
AT_ONCE = 5000  # ids in one statement
UTC_ZONE = "+00:00"
COUNTER = {
    State.SENT: "sent", State.FAILED: "failed", State.UNKNOWN: "unknown",
    State.SKIPPED: "skipped", State.CANCELLED: "skipped",
}
ON = {"sqlite": on_sqlite, "postgresql": on_postgresql}
GONE_NOW = f"""
SELECT id, {GONE} FROM mailings_delivery
WHERE id BETWEEN %s AND %s AND lease_token = %s AND state = 'claimed'
"""  # nosec B608 of constants


def claim(run_id: int, limit: int, token: str, after: int = 0,
          provider: str | None = None) -> list[Claimed]:
    """Claim up to `limit` pending deliveries of the run for `token`; return them in order.

    With a `provider`, those to its mailboxes alone. It claims those with an id up to `after` only
    if there are no others.
    """
    rows = ON[connection.vendor].claim(
        run_id, limit, token, after, provider, now=db_time(timezone.now()), lease=LEASE.seconds)
    if after and not rows:
        return claim(run_id, limit, token, 0, provider)
    return list(starmap(Claimed, sorted(rows)))


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


def as_rows(results: Iterable[Result]) -> dict[int, list[object]]:
    """Return results as `store_rows` takes them, by the delivery's id.

    Each is a list: id, state, tries, next try, answer, moment and code of a try.
    """
    rows = {}
    is_sqlite = connection.vendor == "sqlite"
    for result in results:
        outcome = result.outcome
        answer = result.reason
        at = None
        code = None
        if outcome:
            answer = outcome.reply
            at = moment_text(result.at, is_sqlite)
            code = outcome.code or None
        due = result.next_try_at
        pk = result.delivery.id
        rows[pk] = [pk, result.state.value, result.tries, due and moment_text(due, is_sqlite),
                    answer, at, code]
    return rows


def moment_text(moment: datetime, is_sqlite: bool) -> str:
    """Return a `moment` in UTC as the database reads it; Django's way takes three times as long.

    SQLite's moments are in UTC too, and have no zone.
    """
    text = str(moment)
    return text[:-len(UTC_ZONE)] if is_sqlite else text


def store_rows(run: Run, rows: dict[int, list[object]], token: str,
               state: Delivery.State) -> set[int]:
    """Write results to the deliveries in `state` that `token` holds, and add their attempts.

    `rows` are those of `as_rows`. Returns the ids of the deliveries that were written.
    """
    about = None if run.test else (run.mailing_id, run.owner_id)
    stored: set[int] = ON[connection.vendor].store(
        rows, token, state, now=db_time(timezone.now()), about=about)
    return stored


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
