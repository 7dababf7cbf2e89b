"""The PostgreSQL database that a move fills: migrated, and empty."""
import io
from collections.abc import Iterator
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from .tables import MADE_BY_MIGRATE, Sums, Table, tables_of, texts_of

BATCH = 2000  # rows in memory
ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
SCHEMES = ("postgres://", "postgresql://")
WRONG = "The address must be postgres://user:password@host:5432/name."
SEQUENCE = "SELECT pg_get_serial_sequence(%s, 'id')"


def open_target(url: str) -> BaseDatabaseWrapper:
    """Return a connection to the database at `url`. Raises ValueError where it is no PostgreSQL."""
    if not url.startswith(SCHEMES):
        raise ValueError(WRONG)
    try:
        read = environ.Env.db_url_config(url)
    except (ImproperlyConfigured, ValueError):
        raise ValueError(WRONG) from None
    common = {name: value for name, value in connections["default"].settings_dict.items()
              if name not in ("OPTIONS", "TEST")}
    options = {"connect_timeout": 5, **read.pop("OPTIONS", {})}
    return DatabaseWrapper({**common, **read, "OPTIONS": options, "TEST": {}}, alias="target")


def is_migrated(target: BaseDatabaseWrapper) -> bool:
    """Return whether the database has the last migration of each app."""
    with target.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    return applied >= set(MigrationLoader(None).graph.leaf_nodes())


class Target:
    """The database at `connection`, within one transaction of the caller's."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        with connection.cursor() as cursor:
            self.tables = tables_of(cursor)

    def with_rows(self) -> list[str]:
        """Return the tables that have rows which no migration makes."""
        others = [table.name for table in self.tables if table.name not in MADE_BY_MIGRATE]
        with self.connection.cursor() as cursor:
            return [name for name in others if self.has_rows(cursor, name)]

    def has_rows(self, cursor: Any, table: str) -> bool:
        cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')  # nosec B608 a table of ours
        return bool(cursor.fetchone()[0])

    def clear(self) -> None:
        """Delete what the migrations have made: the source has its own."""
        with self.connection.cursor() as cursor:
            for name in reversed(MADE_BY_MIGRATE):
                cursor.execute(f'DELETE FROM "{name}"')  # nosec B608 a constant

    def write(self, table: Table, rows: list[list[str | None]]) -> None:
        lines = "".join("\t".join(map(field, row)) + "\n" for row in rows)
        with self.connection.cursor() as cursor, self.connection.wrap_database_errors:
            cursor.cursor.copy_expert(
                f'COPY "{table.name}" ({table.names}) FROM STDIN', io.StringIO(lines))

    def give_numbers_from(self, table: Table, last: int) -> None:
        """Have the next row of `table` get an id above `last` and above those that it has."""
        if table.number is None:
            return
        with self.connection.cursor() as cursor:
            cursor.execute(SEQUENCE, [table.name])
            sequence = cursor.fetchone()[0]
            cursor.execute(
                f'SELECT COALESCE(MAX(id), 0) FROM "{table.name}"')  # nosec B608 a table of ours
            highest = max(last, cursor.fetchone()[0])
            if sequence and highest:
                cursor.execute("SELECT setval(%s, %s)", [sequence, highest])

    def sums(self, table: Table) -> Sums:
        """Read the table back, and count it."""
        sums = Sums()
        texts = table.texts()
        for row in self.rows(table):
            sums.add(texts_of(row, texts), table.number)
        return sums

    def rows(self, table: Table) -> Iterator[tuple]:
        """Yield the rows of `table`, each value as PostgreSQL writes it."""
        columns = ", ".join(f'"{column.name}"::text' for column in table.columns)
        session = self.connection.connection
        with self.connection.wrap_database_errors, session.cursor(name="moved") as cursor:
            cursor.itersize = BATCH
            cursor.execute(
                f'SELECT {columns} FROM "{table.name}"')  # nosec B608 names of our tables
            yield from cursor

    def check_keys(self) -> None:
        """Have PostgreSQL check now that each row names rows that are there."""
        with self.connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def know_sizes(self) -> None:
        """Have PostgreSQL plan by what is there now. Call it after the transaction."""
        self.connection.set_autocommit(True)
        with self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def field(text: str | None) -> str:
    """Return a value as the text format of COPY has it."""
    return r"\N" if text is None else text.translate(ESCAPED)
