"""What was found out of domains, told to letters that wait in runs under way."""
from django.db import connection, transaction

from ..deliveries import PENDING_BY_PROVIDER
from ..runs import Run
from .families import OTHER
from .in_sql import domain_of

AT_ONCE = 2_000  # letters
# The states and the family are constants, so that SQLite takes their own index.
WAITING = f"""run_id = %s AND {PENDING_BY_PROVIDER} AND provider = '{OTHER}' AND id > %s"""
NEXT = f"""
SELECT MAX(id) FROM (
    SELECT id FROM mailings_delivery WHERE {WAITING} ORDER BY id LIMIT %s) AS following
"""  # nosec B608 of constants
# PostgreSQL skips what a worker is claiming just now: neither waits for the other.
TELL = f"""
UPDATE mailings_delivery SET provider = looked.provider FROM mailings_maildomain looked
WHERE looked.domain = {{domain}} AND looked.provider NOT IN ('', '{OTHER}')
    AND mailings_delivery.id IN (
        SELECT id FROM mailings_delivery WHERE {WAITING} AND id <= %s {{lock}})
"""  # nosec B608
LOCK = {"sqlite": "", "postgresql": "FOR UPDATE SKIP LOCKED"}


def runs_to_tell() -> list[int]:
    """Return the ids of the runs whose letters may wait."""
    return list(Run.objects.active().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def letters_tell(run_id: int, place: int) -> tuple[int, int]:
    """Give the next waiting letters of a run their family, those with an id above `place`.

    Returns the last id that was looked at, 0 where there are no more, and how many have another
    family now.
    """
    vendor = connection.vendor
    tell = TELL.format(domain=domain_of("mailings_delivery.email", vendor), lock=LOCK[vendor])
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [run_id, place, AT_ONCE])
        last = cursor.fetchone()[0]
        if last is None:
            return 0, 0
        cursor.execute(tell, [run_id, place, last])
        return last, cursor.rowcount
