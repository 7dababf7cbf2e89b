from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from apps.core.commands import DatabaseCommand
from apps.delivery.drivers.local import Busy, sending_lock
from apps.operations.moving.services import Moved, Refused, database_move

FIGURES = "{:<36} {:>10} {:>18}  {:016x}"
NEXT = """
Now, on this machine, with the same DATA_DIR and SECRET_KEY:
1. In .env set DATABASE_URL to the address that this command was given. For more than one web
   process or machine set CACHE_URL (Redis) too, for more than one machine STORAGE_URL.
2. manage.py check --database default
3. Start the service. The SQLite file stays as it is: keep it until you are content.
"""


class Command(DatabaseCommand):
    help = ("Move this service from SQLite to an empty PostgreSQL that has been migrated, and "
            "prove by counts, sums of ids and marks of every value that all is there. All or "
            "nothing: where it ends with an error, nothing was changed. Stop the service before.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="postgres://user:password@host:5432/name")
        parser.add_argument("--rehearse", action="store_true",
                            help="do it all, show the proof, keep nothing")

    def handle(self, *args: Any, url: str, rehearse: bool, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("DATABASE_URL is no SQLite database: there is nothing to move.")
        try:
            with sending_lock():
                proof = database_move(url=url, rehearse=rehearse, tell=self.tell)
        except Busy:
            raise CommandError("A sender is at work on this database. Stop the service "
                               "(serve, sender, jobs, gunicorn) first.") from None
        except Refused as why:
            raise CommandError(str(why)) from None
        self.show(proof)
        if rehearse:
            self.stdout.write("Rehearsed: all of it would be there. Nothing was kept.")
        else:
            self.stdout.write(self.style.SUCCESS("Moved: every row is there, each value the same."))
            self.stdout.write(NEXT)

    def tell(self, table: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{table:<60}", ending="")
            self.stderr.flush()

    def show(self, proof: list[Moved]) -> None:
        """Print what both databases have, table by table; tables without rows in one line."""
        if self.stderr.isatty():
            self.stderr.write("\r" + " " * 60 + "\r", ending="")
        self.stdout.write(f"{'table':<36} {'rows':>10} {'sum of ids':>18}  mark of all values")
        for one in proof:
            if one.here.rows:
                self.stdout.write(
                    FIGURES.format(one.table, one.here.rows, one.here.ids, one.here.mark))
        empty = sum(not one.here.rows for one in proof)
        self.stdout.write(f"{len(proof)} tables, {empty} of them without rows, "
                          f"{sum(one.here.rows for one in proof)} rows; both databases the same.")
