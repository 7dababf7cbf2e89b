"""What SQLite's planner is told of the big tables: what ANALYZE would find of a million rows.

Without figures it takes an owner's or a run's rows for ten, and walks all of them where an index of
the recipient would do. With its own, plans would change as the tables grow.
"""
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

TABLES = ("mailings_recipient", "mailings_mailing_recipients", "mailings_delivery",
          "mailings_attempt", "mailings_tagging")
ROWS = 1_000_000
ROWS_OF_RARE = 20_000  # in an index of those in a rare state
SAME = {"owner_id": 200_000, "mailing_id": 100_000, "run_id": 100_000, "recipient_id": 5,
        "tag_id": 100_000}
FIVE = 5  # one of so many rows, at the most, has the same owner, mailing or run


def tell_sizes(using: str, **kwargs: Any) -> None:
    """Write the figures of each index, after each `migrate`; a receiver of `post_migrate`."""
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("ANALYZE sqlite_schema")  # makes the table of figures where there is none
        for table in TABLES:
            cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl = %s", [table])
            for index, figures in figures_of(cursor, table):
                cursor.execute(
                    "INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", [table, index, figures])
        cursor.execute("ANALYZE sqlite_schema")  # reads them


def figures_of(cursor: CursorWrapper, table: str) -> list[tuple[str, str]]:
    """Return the figures of each index: its rows, how many have the same first column, first two …
    """
    cursor.execute("SELECT name, sql FROM pragma_index_list(%s) JOIN sqlite_schema USING (name)",
                   [table])
    found = []
    for index, statement in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s)", [index])
        first, *others = [name for name, in cursor.fetchall()]
        rows = ROWS_OF_RARE if is_of_rare(statement) else ROWS
        same = min(SAME.get(first, 1), rows // FIVE)
        found.append((index, " ".join(map(str, [rows, same, *[1 for _ in others]]))))
    return found


def is_of_rare(statement: str | None) -> bool:
    """Return whether an index has few of the rows: not all, nor all that were not deleted."""
    _all, _where, condition = (statement or "").partition(" WHERE ")
    return condition not in ("", '"deleted_at" IS NULL')
