"""What SQLite's planner is told of the big tables: what ANALYZE would find of a million letters.

Without figures it takes an owner's or a run's rows for ten, and walks all of them where an index of
the recipient would do. With its own, plans would change as the tables grow.
"""
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

TABLES = ("mailings_attempt", "mailings_delivery", "mailings_mailing_recipients")
ROWS = 1_000_000
ROWS_OF_PARTIAL = 20_000  # an index of those in a rare state
SAME = {"owner_id": 200_000, "mailing_id": 100_000, "run_id": 100_000, "recipient_id": 5}
FIVE = 5  # of the rows of a partial index, one of so many has the same owner, mailing or run


def tell_sizes(using: str, **kwargs: Any) -> None:
    """Write the figures of each index, after each `migrate`; a receiver of `post_migrate`."""
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'")
        if cursor.fetchone() is None:  # a migration of the recipients makes it
            return
        for table in TABLES:
            cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl = %s", [table])
            for index, figures in figures_of(cursor, table):
                cursor.execute(
                    "INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", [table, index, figures])
        cursor.execute("ANALYZE sqlite_schema")  # reads them


def figures_of(cursor: CursorWrapper, table: str) -> list[tuple[str, str]]:
    """Return the figures of each index: its rows, how many have the same first column, first two …
    """
    cursor.execute("SELECT name, partial FROM pragma_index_list(%s)", [table])
    found = []
    for index, is_partial in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s)", [index])
        first, *others = [name for name, in cursor.fetchall()]
        rows = ROWS_OF_PARTIAL if is_partial else ROWS
        same = min(SAME.get(first, 1), rows // FIVE)
        found.append((index, " ".join(map(str, [rows, same, *[1 for _ in others]]))))
    return found
