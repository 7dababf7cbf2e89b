"""The versions of the fragments that pages ask for again and again.

Whatever `panel.py` and its templates show must be in here, or the page stands still. One query
written by hand: to have the ORM write it takes longer than all the rest of a 304.
"""
from django.db import connection
from django.utils import timezone

from apps.core.access import for_reading, ids_in
from apps.core.caching import fragment_etag
from apps.core.htmx import is_partial
from apps.mailings.models import Mailing, Run

from .ledger import db_time
from .sender import ALIVE

MOST_BARS = 200
BARS = """
SELECT m.owner_id, r.id, r.state, r.total, r.sent, r.failed, r.unknown, r.skipped
FROM mailings_mailing m JOIN mailings_run r
    ON r.id = (SELECT MAX(id) FROM mailings_run WHERE mailing_id = m.id)
WHERE m.id IN ({ids}) AND m.deleted_at IS NULL ORDER BY m.id
"""
# Letters at hand are looked for by state: each has an index of its own.
PANEL = """
SELECT m.owner_id, r.id, r.state, r.hold_until > %(now)s,
    EXISTS (SELECT 1 FROM delivery_sender s WHERE s.seen_at >= %(alive)s),
    CASE WHEN r.state = 'running' THEN
        EXISTS (SELECT 1 FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'pending')
        OR EXISTS (SELECT 1 FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'claimed')
    END,
    CASE WHEN r.state = 'running' THEN (SELECT MIN(d.next_try_at) FROM mailings_delivery d
        WHERE d.run_id = r.id AND d.state = 'retry') END,
    r.total, r.sent, r.failed, r.unknown, r.skipped, r.reason, r.hold_until, r.server_words,
    r.updated_at, m.status, m.starts_at > %(now)s, m.ends_at > %(now)s, o.is_active, o.version,
    m.disabled_at, b.email, b.first_name, b.last_name
FROM mailings_mailing m JOIN users_user o ON o.id = m.owner_id
LEFT JOIN users_user b ON b.id = m.disabled_by_id
LEFT JOIN mailings_run r ON r.mailing_id = m.id
WHERE m.id = %(mailing)s AND m.deleted_at IS NULL ORDER BY r.id DESC
"""


def progress_etag(request, pk):
    """The ETag of `views.progress` for htmx; None while a run moves, and for a full page."""
    if not is_partial(request) or pk.bit_length() > 63:  # no id is longer: the view says 404
        return None
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(PANEL, {"mailing": pk, "now": db_time(now), "alive": db_time(now - ALIVE)})
        rows = cursor.fetchall()
    if not rows or rows[0][0] != request.user.pk:  # not one's own: 404, or a manager's
        for_reading(request.user, Mailing.objects, pk)
    if moves(*rows[0][2:7]):
        return None
    return fragment_etag(request, pk, rows)


def bars_asked(request):
    """Return the ids of the mailings whose bars a list asks for: no list has MOST_BARS."""
    return ids_in(request.GET.getlist("id"))[:MOST_BARS]


def bars_etag(request):
    """The ETag of `views.bars` for htmx; None for who asks for none."""
    ids = bars_asked(request)
    if not ids or not is_partial(request):
        return None
    with connection.cursor() as cursor:
        cursor.execute(BARS.format(ids=", ".join(["%s"] * len(ids))), ids)
        rows = cursor.fetchall()
    own = [row for row in rows if row[0] == request.user.pk]
    if len(own) < len(rows) and not request.user.has_perm("mailings.view_all_mailings"):
        rows = own
    return fragment_etag(request, ids, rows)


def moves(state, rests, alive, at_hand, next_try):
    """Whether the latest run shows something new each time: its rate, the time left."""
    if state != Run.State.RUNNING or rests or not alive:
        return False
    return bool(at_hand) or next_try is None
