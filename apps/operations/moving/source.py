"""The SQLite database that is moved, as it was at one moment."""
import sqlite3
from collections.abc import Iterator
from typing import Any

from .tables import Table

BATCH = 2000  # rows in memory


class Source:
    """A session that reads one state of the file `path`, whoever writes meanwhile."""

    def __init__(self, path: str) -> None:
        self.session = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self.session.execute("PRAGMA busy_timeout = 20000")
        self.version = self.number("PRAGMA data_version")
        self.session.execute("BEGIN")

    def number(self, statement: str, *values: Any) -> int:
        """Return the number that a statement answers with; 0 where it answers nothing."""
        row = self.session.execute(statement, values).fetchone()
        return int(row[0] or 0) if row else 0

    def was_written_to(self) -> bool:
        """End the reading; return whether anybody wrote since it began."""
        self.session.execute("ROLLBACK")
        return self.number("PRAGMA data_version") != self.version

    def columns(self, table: str) -> set[str]:
        rows = self.session.execute("SELECT name FROM pragma_table_info(?)", [table])
        return {name for name, in rows}

    def rows(self, table: Table) -> Iterator[list[tuple]]:
        """Yield the rows of `table`, by batches."""
        statement = f'SELECT {table.names} FROM "{table.name}"'  # nosec B608 names of our tables
        cursor = self.session.execute(statement)
        while batch := cursor.fetchmany(BATCH):
            yield batch

    def last_number(self, table: str) -> int:
        """Return the highest id that `table` ever had: one is never given twice."""
        return self.number("SELECT seq FROM sqlite_sequence WHERE name = ?", table)

    def close(self) -> None:
        self.session.close()
