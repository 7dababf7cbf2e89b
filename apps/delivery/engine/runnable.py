"""Which runs may go on now, and have letters to send.

The statement is written by hand: each group of letters asks it, and the ORM would take longer to
write it than the database takes to answer.
"""
from collections.abc import Collection

from django.utils import timezone

from apps.mailings.models import Run

from .ledger import db_time

RUNNABLE = """
SELECT r.*, r.total - r.sent - r.failed - r.unknown - r.skipped - (
    SELECT COALESCE(SUM(i.sent + i.failed + i.unknown + i.skipped), 0)
    FROM mailings_increment i WHERE i.run_id = r.id) AS left_now
FROM mailings_run r JOIN mailings_mailing m ON m.id = r.mailing_id
JOIN users_user o ON o.id = r.owner_id
WHERE r.state = 'running' AND (r.hold_until IS NULL OR r.hold_until <= %(now)s)
    AND m.ends_at > %(now)s AND m.disabled_at IS NULL AND o.is_active
    AND r.restores = COALESCE((SELECT g.restores FROM delivery_restoreguard g WHERE g.id = 1), 0)
    AND EXISTS (SELECT 1 FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'pending')
    AND NOT EXISTS (SELECT 1 FROM mailings_preparation p WHERE p.run_id = r.id AND p.unknown)
    {only} ORDER BY r.updated_at LIMIT 10
"""


def runs_with_letters(run_ids: Collection[int] | None = None) -> list[tuple[Run, int]]:
    """Return up to 10 runs that may go on now and have letters queued, the least recent first.

    With `run_ids`, only those. Each comes with how many of its letters have no outcome yet.
    """
    only = ""
    if run_ids is not None:
        only = f"AND r.id IN ({', '.join(map(str, run_ids)) or 'NULL'})"
    runs = Run.objects.raw(RUNNABLE.format(only=only), {"now": db_time(timezone.now())})
    return [(run, vars(run)["left_now"]) for run in runs]
