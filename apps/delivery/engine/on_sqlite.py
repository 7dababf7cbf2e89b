"""How the hot path claims letters and stores results on SQLite, which has one writer at a time.

For each row that SQLite gives back Python's lock changes hands, and the threads of the other
connections want it too: so a group's rows come back as one, in JSON. Nobody else writes between
the statements of a transaction.
"""
import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from .statements import COLUMNS, GONE, MORE_COLUMNS, NEXT, STORE, TELL, letters_of

# An object's keys would be looked for in each row, at twice the cost.
ROWS = """(SELECT value->>0 id, value->>1 state, value->>2 tries, value->>3 next_try_at,
    value->>4 answer, value->>5 at, value->>6 code FROM json_each(%s)) AS v"""
LISTED = "id IN (SELECT value FROM json_each(%s))"
LOOK = f"""
SELECT json_group_array(json_array({COLUMNS}, {GONE}, {MORE_COLUMNS}))
FROM (SELECT {COLUMNS}, {MORE_COLUMNS} {NEXT}) AS mailings_delivery
"""  # nosec B608
# Leases go by the database's clock.
CLAIM = f"""
UPDATE mailings_delivery SET state = 'claimed', lease_token = %s,
    lease_until = STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+' || %s || ' seconds'),
    updated_at = %s
WHERE {LISTED}
"""  # nosec B608
HELD = f"""
SELECT json_group_array(id) FROM mailings_delivery
WHERE {LISTED} AND lease_token = %s AND state = %s AND settled_at IS NULL
"""  # nosec B608
STORED = f"""(SELECT v.id, v.at, v.state, v.code, v.answer, d.run_id, d.recipient_id, d.email
    FROM {ROWS} JOIN mailings_delivery d ON d.id = v.id)"""  # nosec B608


def claim(run_id: int, limit: int, token: str, after: int, provider: str | None, *,
          now: Any, lease: int) -> list[Sequence[Any]]:
    """Claim as `ledger.claim` says, for `lease` seconds; return the rows in any order."""
    these, about = letters_of(run_id, provider)
    with connection.cursor() as cursor:
        cursor.execute(LOOK.format(of_these=these), [run_id, run_id, now, *about, after, limit])
        rows: list[Sequence[Any]] = json.loads(cursor.fetchone()[0])
        if rows:
            cursor.execute(CLAIM, [token, lease, now, json.dumps([row[0] for row in rows])])
    return rows


def store(rows: dict[int, list[object]], token: str, state: str, *, now: Any,
          about: tuple[int | None, int] | None) -> set[int]:
    """Store `rows` as `ledger.store_rows` says, with attempts `about` a mailing and an owner.

    Returns the ids of the deliveries that were written.
    """
    with connection.cursor() as cursor:
        cursor.execute(HELD, [json.dumps(list(rows)), token, state])
        held = set(json.loads(cursor.fetchone()[0]))
        in_json = json.dumps(of_these(rows, held))
        cursor.execute(STORE.format(rows=ROWS), [now, in_json, token, state])
        if about:
            cursor.execute(TELL.format(stored=STORED), [*about, in_json])
    return held


def of_these(rows: dict[int, list[object]], ids: Collection[int]) -> list[list[object]]:
    if len(ids) == len(rows):
        return list(rows.values())
    return [row for pk, row in rows.items() if pk in ids]
