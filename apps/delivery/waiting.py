"""The runs that have letters to send now, read by one statement written by hand.

Each group of letters asks for them: the ORM needs longer to write it than all else of the exchange.
"""
from functools import cache

from django.db import connection
from django.utils import timezone

from apps.mailings.models import Mailing, Run

from . import ready
from .ledger import db_time

WINDOW_END = Mailing._meta.get_field("ends_at")
MOST = 10  # runs that one look brings
RUNNABLE = """
SELECT m.ends_at, (SELECT COALESCE(SUM(i.sent + i.failed + i.unknown + i.skipped), 0)
    FROM mailings_increment i WHERE i.run_id = r.id), {columns}
FROM mailings_run r JOIN mailings_mailing m ON m.id = r.mailing_id
JOIN users_user o ON o.id = r.owner_id
WHERE r.state = 'running' AND (r.hold_until IS NULL OR r.hold_until <= %(now)s)
    AND m.ends_at > %(now)s AND m.disabled_at IS NULL AND o.is_active
    AND r.restores = COALESCE((SELECT g.restores FROM delivery_restoreguard g WHERE g.id = 1), 0)
    AND EXISTS (SELECT 1 FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'pending')
    {only} ORDER BY r.updated_at LIMIT {most}
"""


def runs_with_letters(run_ids=None):
    """Return up to MOST Runs that may go on now and have letters waiting, the least recent first.

    With `run_ids`, only those. Each Run has `ends_at`, the end of its mailing's window, and
    `left_now`, how many letters are left, those that are not folded into its figures counted.
    """
    only, values = "", {"now": db_time(timezone.now())}
    if run_ids is not None:
        names = [f"run{number}" for number in range(len(run_ids))]
        values.update(zip(names, run_ids))
        only = f"AND r.id IN ({', '.join(f'%({name})s' for name in names) or 'NULL'})"
    with connection.cursor() as cursor:
        cursor.execute(statement(only), values)
        return [run_of(*row) for row in cursor.fetchall()]


def run_of(window_end, not_folded, *row):
    run = ready.instance(Run, row)
    run.ends_at = ready.value(WINDOW_END, window_end)
    run.left_now = run.left - not_folded
    return run


@cache
def statement(only):
    return RUNNABLE.format(columns=ready.columns(Run, "r"), only=only, most=MOST)
