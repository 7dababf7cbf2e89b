"""What commands share that work on the database."""
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


class DatabaseCommand(BaseCommand):
    """A command that ends in one line where the database is away or not up to date."""

    requires_migrations_checks = True
    status_without_database = 1

    def check_migrations(self) -> None:
        """Raise CommandError unless the database is what the code was written for."""
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except (OperationalError, InterfaceError) as error:
            raise self.without_database(f"The database does not answer: {error}") from None
        if plan:
            raise self.without_database(
                "The database is not up to date. Run: manage.py migrate")

    def without_database(self, why: str) -> CommandError:
        return CommandError(" ".join(why.split()), returncode=self.status_without_database)
