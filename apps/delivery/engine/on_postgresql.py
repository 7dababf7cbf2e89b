"""How the hot path claims letters and stores results on PostgreSQL, where several write at a time.

Workers skip the rows that others are claiming. What is claimed is locked, so the places of these
rows (ctid) do not change, and no index is needed.
"""
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from .statements import COLUMNS, GONE, MORE_COLUMNS, NEXT, STORE, TELL, letters_of

ROWS = """(SELECT (value->>0)::bigint id, value->>1 state, (value->>2)::int tries,
    (value->>3)::timestamptz next_try_at, value->>4 answer, (value->>5)::timestamptz at,
    (value->>6)::int code FROM jsonb_array_elements(%s::jsonb)) AS v"""
# Leases go by the database's clock: the workers' machines may differ by hours.
CLAIM = f"""
UPDATE mailings_delivery SET state = 'claimed', lease_token = %s,
    lease_until = STATEMENT_TIMESTAMP() + %s * INTERVAL '1 second', updated_at = %s
WHERE ctid = ANY(ARRAY(SELECT ctid {NEXT} FOR UPDATE SKIP LOCKED))
RETURNING {COLUMNS}, {GONE}, {MORE_COLUMNS}
"""  # nosec B608
STORE_ALONE = f"{STORE.format(rows=ROWS)} RETURNING mailings_delivery.id"
STORE_AND_TELL = f"""
WITH stored AS ({STORE_ALONE}, mailings_delivery.run_id, mailings_delivery.recipient_id,
    mailings_delivery.email, v.at, v.state, v.code, v.answer),
told AS ({TELL.format(stored="stored")}) SELECT id FROM stored
"""  # nosec B608


def claim(run_id: int, limit: int, token: str, after: int, provider: str | None, *,
          now: Any, lease: int) -> list[Sequence[Any]]:
    """Claim as `ledger.claim` says, for `lease` seconds; return the rows in any order."""
    these, about = letters_of(run_id, provider)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(of_these=these), [
            token, lease, now, *about, after, limit, run_id, run_id, now])
        return list(cursor.fetchall())


def store(rows: dict[int, list[object]], token: str, state: str, *, now: Any,
          about: tuple[int | None, int] | None) -> set[int]:
    """Store `rows` as `ledger.store_rows` says, with attempts `about` a mailing and an owner.

    Returns the ids of the deliveries that were written.
    """
    params = [now, json.dumps(list(rows.values())), token, state]
    with connection.cursor() as cursor:
        if about:
            cursor.execute(STORE_AND_TELL, [*params, *about])
        else:
            cursor.execute(STORE_ALONE, params)
        return {row[0] for row in cursor.fetchall()}
