"""Recipients' `last_fate` and `last_letter_at` follow the ledger, a batch at a time.

Attempts and deliveries have ids in order, so what was added is found behind the place where the
last batch ended. What changes without an attempt is noted by whoever changes it (`note`). Only the
ledger tells a fate, and only rows that differ are written: to do a batch twice changes nothing.
"""
import json
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction
from django.db.models import Model

from apps.mailings.models import Attempt, Delivery, Recipient

from .models import LedgerPlace, StaleRecipient

BATCH = 4000
# A page of PostgreSQL's table has room for some new rows beside the old ones. While there is room
# no index changes, so a batch is written in shares, each of which takes a few rows of a page: the
# next share takes the place of the rows that the one before has replaced.
SHARES = {"sqlite": 1, "postgresql": 8}
# A letter that waits is queued until a try has failed for now, from then on it waits for another:
# whether a worker has it in hand changes many times a second, and nothing for who reads the list.
# The newest letter tells, also one that was skipped or cancelled: the list says what happened
# last, and who was passed over by the last mailing is whom its owner looks for.
NEW = """
SELECT r.id, COALESCE(CASE WHEN d.state NOT IN ('pending', 'claimed', 'retry') THEN d.state
    WHEN d.tries > 0 THEN 'retry' ELSE 'pending' END, '') AS fate, l.at,
    r.last_fate, r.last_letter_at
FROM mailings_recipient r
LEFT JOIN (
    SELECT recipient_id, MAX(id) AS id,
        MAX(CASE WHEN state IN ('sent', 'unknown') THEN updated_at END) AS at
    FROM mailings_delivery WHERE recipient_id {ids} GROUP BY recipient_id
) AS l ON l.recipient_id = r.id
LEFT JOIN mailings_delivery d ON d.id = l.id
WHERE r.id {ids}
"""
WRONG = """
SELECT id FROM ({new}) AS n WHERE last_fate <> fate OR last_letter_at {differs} at ORDER BY id
"""
CORRECT = """
UPDATE mailings_recipient SET last_fate = n.fate, last_letter_at = n.at FROM ({new}) AS n
WHERE mailings_recipient.id = n.id
"""
LOOKS = 3
PAUSE = 0.1  # seconds between them, longer than a worker writes
IDS = {"sqlite": "IN (SELECT value FROM json_each(%s))", "postgresql": "= ANY(%s)"}
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
LOOK = """
SELECT COALESCE((SELECT number FROM statistics_ledgerplace WHERE name = %s), 0),
    COALESCE((SELECT MAX(id) FROM {table}), 0), {writers}
"""
# Other transactions that are writing to the table: its lock is theirs before they get an id.
WRITERS = {
    "sqlite": "NULL",  # one writes at a time
    "postgresql": """ARRAY(
        SELECT virtualtransaction FROM pg_locks
        WHERE relation = '{table}'::regclass AND mode = 'RowExclusiveLock' AND granted
        AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))""",
}


def note(recipients: Iterable[int | None]) -> None:
    """Have these recipients' last letter be told anew: it changed without an attempt.

    Call it in the transaction of the change.
    """
    rows = [StaleRecipient(recipient_id=pk) for pk in recipients if pk]
    StaleRecipient.objects.bulk_create(rows, batch_size=BATCH)


def wrong_ones(recipients: Collection[int]) -> list[int]:
    """Return those of `recipients` of whom the ledger tells something else than their row."""
    if not recipients:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*statement(WRONG, recipients))
        return [pk for pk, in cursor.fetchall()]


def correct(recipients: Sequence[int]) -> bool:
    """Write what the ledger tells of `recipients`. Returns whether that was done for all of them.

    They are in the order of their ids.
    """
    shares = SHARES[connection.vendor]
    return all([write(recipients[first::shares]) for first in range(shares)])


@transaction.atomic
def write(recipients: Sequence[int]) -> bool:
    """Write a share of a batch. Returns whether that was done for all of it.

    Rows that somebody else is writing are left out: nobody is waited for.
    """
    if not recipients:
        return True
    rows = Recipient.all_objects.filter(pk__in=recipients).order_by("pk")
    free = list(rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    if free:
        with connection.cursor() as cursor:
            cursor.execute(*statement(CORRECT, free))
    return len(free) == len(recipients)


def statement(sql: str, recipients: Collection[int]) -> tuple[str, list[object]]:
    """Return one of the statements above about `recipients`, and its parameters."""
    vendor = connection.vendor
    sql = sql.format(new=NEW.format(ids=IDS[vendor]), differs=DIFFERS[vendor])
    ids: object = list(recipients)
    if vendor == "sqlite":
        ids = json.dumps(ids)
    return sql, [ids, ids]


@dataclass
class Seen:
    """A table of the ledger at one moment."""

    place: int  # up to which id it was followed
    end: int  # its highest id
    writers: list[str] | None  # transactions that may have got lower ids


class Added:
    """The recipients of the rows that are added to a table of the ledger."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.name = str(model._meta.model_name)
        self.before: Seen | None = None

    def step(self) -> bool:
        """Follow the next batch of rows. Returns whether there was any, and all of it was done."""
        seen = self.look()
        end = self.settled_end(seen)
        if end <= seen.place:
            return False
        rows = self.model._default_manager.filter(pk__gt=seen.place, pk__lte=end).order_by("pk")
        added = dict(rows.values_list("pk", "recipient")[:BATCH])
        if len(added) == BATCH:
            end = max(added)
        if not correct(wrong_ones(set(filter(None, added.values())))):
            return False
        LedgerPlace.objects.get_or_create(name=self.name)
        # Unless another process was quicker.
        LedgerPlace.objects.filter(name=self.name, number=seen.place).update(number=end)
        return True

    def look(self) -> Seen:
        table = self.model._meta.db_table
        writers = WRITERS[connection.vendor].format(table=table)
        with connection.cursor() as cursor:
            cursor.execute(LOOK.format(table=table, writers=writers), [self.name])
            return Seen(*cursor.fetchone())

    def settled_end(self, now: Seen) -> int:
        """Return the id up to which nobody adds rows any more.

        Ids are given out in order, but their transactions end in any order: all ids up to the
        highest of an earlier look are there when those who were writing then have ended.
        """
        before = self.before
        if before is None or not now.place < before.end <= now.end:  # done, or restored
            self.before = before = now
        if set(before.writers or ()) & set(now.writers or ()):
            return now.place
        return before.end


class Noted:
    """The recipients whose letters changed without an attempt."""

    def step(self) -> bool:
        """Follow the next batch of notes. Returns whether there was any, and all of it was done."""
        rows = StaleRecipient.objects.order_by("pk")
        notes = dict(rows.values_list("pk", "recipient_id")[:BATCH])
        if not notes or not correct(wrong_ones(set(notes.values()))):
            return False
        StaleRecipient.objects.filter(pk__in=notes).delete()
        return True


def followers() -> list[Added | Noted]:
    return [Added(Attempt), Added(Delivery), Noted()]


def follow_all(those: Sequence[Added | Noted] = ()) -> None:
    """Follow all that nobody is writing just now; `those` are followers of an earlier call."""
    those = those or followers()
    while any([follower.step() for follower in those]):
        pass


def recount(*, repair: bool) -> int:
    """Return how many recipients' last letter the ledger contradicts; `repair` puts it right."""
    those = followers()
    number = 0
    ids = Recipient.all_objects.order_by("pk").values_list("pk", flat=True).iterator()
    while batch := list(islice(ids, BATCH)):
        wrong = lasting(wrong_ones(batch), those)
        number += len(wrong)
        if repair:
            correct(wrong)
    return number


def lasting(wrong: list[int], those: Sequence[Added | Noted]) -> list[int]:
    """Return those of the `wrong` who stay wrong: others follow what is written now in seconds."""
    for _look in range(LOOKS):
        follow_all(those)
        wrong = wrong_ones(wrong)
        if not wrong:
            break
        time.sleep(PAUSE)
    return wrong
