"""Letters that nobody holds are moved to another state, so many in one short transaction.

A million of them are moved by calling it again and again. The statement is written by hand: only
with the state as a constant SQLite finds that state's own index.
"""
from django.db import connection
from django.utils import timezone

from apps.mailings.models import Delivery
from apps.statistics import last_letters

from .ledger import db_time

# PostgreSQL skips what a worker is claiming or storing just now: neither waits for the other.
MOVE = """
UPDATE mailings_delivery SET state = '{to}', answer = CASE WHEN %s = '' THEN answer ELSE %s END,
    lease_token = '', lease_until = NULL, next_try_at = NULL, updated_at = %s
WHERE id IN (
    SELECT id FROM mailings_delivery WHERE run_id = %s AND state = '{state}' LIMIT %s {lock})
RETURNING recipient_id
"""
LOCK = {"sqlite": "", "postgresql": "FOR UPDATE SKIP LOCKED"}


def move(run_id: int, state: Delivery.State, to: Delivery.State, limit: int,
         answer: str = "") -> int:
    """Move up to `limit` letters of the run from `state` to the state `to`. Returns how many.

    With an `answer` that becomes theirs.
    """
    statement = MOVE.format(state=state.value, to=to.value, lock=LOCK[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(statement, [answer, answer, db_time(timezone.now()), run_id, limit])
        recipients = [row[0] for row in cursor.fetchall()]
    last_letters.note(recipients)
    return len(recipients)
