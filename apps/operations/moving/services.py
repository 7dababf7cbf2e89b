"""Moves the SQLite database of this service into an empty PostgreSQL, and proves that all is there.

Everything happens in one transaction of PostgreSQL: all of it is there in the end, or nothing.
"""
from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from .source import Source
from .tables import Sums, Table, texts_of
from .target import Target, is_migrated, open_target

MIGRATE = "The database there is not up to date. Run: DATABASE_URL={} manage.py migrate"
NOT_EMPTY = "The database there is not empty, and nothing was changed: {} have rows."
NAMED = 5  # tables in a sentence
LONGEST = 300  # characters of a database's words


class Refused(Exception):
    """The move can not be made; the text says why. Nothing was changed anywhere."""


@dataclass
class Moved:
    """What a table had, and what has come of it."""

    table: str
    there: Sums
    here: Sums

    @property
    def is_equal(self) -> bool:
        return self.there == self.here


def database_move(*, url: str, rehearse: bool = False, tell: Callable[[str], None]) -> list[Moved]:
    """Copy the default database, SQLite, into the PostgreSQL at `url`; return the proof.

    `rehearse`: do it all and keep nothing. `tell` is called with each table's name. Raises Refused.
    """
    try:
        wrapper = open_target(url)
    except ValueError as error:
        raise Refused(str(error)) from None
    source = Source(str(connection.settings_dict["NAME"]))
    try:
        return copied(source, wrapper, rehearse, tell)
    except Error as error:
        raise Refused(in_a_line(error)) from error
    finally:
        source.close()
        wrapper.close()


def copied(source: Source, wrapper: BaseDatabaseWrapper, rehearse: bool,
           tell: Callable[[str], None]) -> list[Moved]:
    if not is_migrated(wrapper):
        raise Refused(MIGRATE.format("postgres://…"))
    wrapper.set_autocommit(False)
    target = Target(wrapper)
    if full := target.with_rows():
        raise Refused(NOT_EMPTY.format(", ".join(full[:NAMED])))
    target.clear()
    proof = [moved(source, target, table, tell) for table in target.tables]
    target.check_keys()
    for one in proof:
        if not one.is_equal:
            raise Refused(f"{one.table} is not the same there: {one.here} and {one.there}.")
    last = {table: source.last_number(table.name) for table in target.tables}
    if source.was_written_to():
        raise Refused("Somebody wrote to the database meanwhile. Stop the service (serve, sender, "
                      "jobs, gunicorn), and do it again.")
    if rehearse:
        wrapper.rollback()
        return proof
    for table, number in last.items():
        target.give_numbers_from(table, number)
    wrapper.commit()
    target.know_sizes()
    return proof


def moved(source: Source, target: Target, table: Table, tell: Callable[[str], None]) -> Moved:
    """Copy a table, read it back, and return both sums. Raises Refused."""
    tell(table.name)
    columns = {column.name for column in table.columns}
    if source.columns(table.name) != columns:
        raise Refused(f"{table.name} has other columns there than here.")
    try:
        here = copy_rows(source, target, table)
    except (Error, ValueError) as error:
        raise Refused(f"{table.name}: {in_a_line(error)}") from error
    return Moved(table.name, there=target.sums(table), here=here)


def in_a_line(error: Exception) -> str:
    return " ".join(str(error).split())[:LONGEST]


def copy_rows(source: Source, target: Target, table: Table) -> Sums:
    """Copy a table's rows; return their sums."""
    sums = Sums()
    texts = table.texts()
    for batch in source.rows(table):
        rows = [texts_of(row, texts) for row in batch]
        for row in rows:
            sums.add(row, table.number)
        target.write(table, rows)
    return sums
