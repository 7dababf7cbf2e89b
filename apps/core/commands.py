"""What commands share that work on the database."""
from collections.abc import Callable

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from .outage import AWAY, steadily

OUT_OF_DATE = "The database is not up to date. Run: manage.py migrate"


def is_up_to_date() -> bool:
    """Return whether the database has every migration that the code was written for."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def wait_for_database(rest: Callable[[float], object]) -> None:
    """Wait until the database answers, with `rest` between tries, as `steadily` does.

    Raises CommandError where it is not up to date.
    """
    if steadily(is_up_to_date, rest=rest) is False:
        raise CommandError(OUT_OF_DATE)
    connection.close()  # who only keeps others running needs none


class DatabaseCommand(BaseCommand):
    """A command that ends in one line where the database is away or not up to date."""

    requires_migrations_checks = True
    status_without_database = 1

    def check_migrations(self) -> None:
        try:
            if not is_up_to_date():
                raise self.without_database(OUT_OF_DATE)
        except AWAY as error:
            raise self.without_database(f"The database does not answer: {error}") from None

    def without_database(self, why: str) -> CommandError:
        return CommandError(" ".join(why.split()), returncode=self.status_without_database)
