"""Whether a dump is being loaded into the database now: on PostgreSQL keys come after the rows."""
from django.db import OperationalError, connection
from django.db.models import Model

HAS_KEY = """
SELECT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = to_regclass(%s) AND indisprimary)
"""


class NotReady(OperationalError):
    """A dump is being loaded now. A row that is added meanwhile may come a second time with it."""


def wait_for_dump(model: type[Model]) -> None:
    """Raise NotReady while the rows of `model` are still being loaded."""
    if connection.vendor != "postgresql":
        return  # SQLite's database is replaced as a whole
    with connection.cursor() as cursor:
        cursor.execute(HAS_KEY, [model._meta.db_table])
        if not cursor.fetchone()[0]:
            raise NotReady("The database is not ready. Is it being restored?")
