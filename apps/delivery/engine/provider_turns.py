"""To the mailboxes of which providers a run's letters may leave now.

While nothing holds a sender's letters to any provider, they leave as they come. Once its owner has
limited one, or one has asked to go slower, or the sender is being warmed up, each group is of one
provider's letters, and the letters of all others go on.
"""
import random
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from django.db import connection

from apps.mailings.deliveries import PENDING_BY_PROVIDER
from apps.mailings.models import Run
from apps.mailings.providers.families import FAMILIES, NOT_KNOWN
from apps.mailings.providers.warm_up import DAYS, most_today

from . import throttle

KEYS = ", ".join(f"('{key}')" for key in [NOT_KNOWN, *(family.key for family in FAMILIES)])
# A run r has letters to a provider p queued, of which one may leave. As many connections may have
# letters of a provider as its row says, that of %(token)s left out.
OF_SENDER = "(t.sender_id = r.sender_id OR t.sender_id IS NULL AND r.sender_id IS NULL)"
USED = """SELECT COUNT(*) FROM delivery_openconnection c WHERE c.until > {now}
    AND c.token <> %(token)s AND c.provider = p.key
    AND (c.sender_id = r.sender_id OR c.sender_id IS NULL AND r.sender_id IS NULL)"""
HAS_LETTERS = f"""(SELECT d.id FROM mailings_delivery d WHERE d.run_id = r.id
    AND {PENDING_BY_PROVIDER} AND d.provider = p.key LIMIT 1) IS NOT NULL"""  # nosec B608
MAY_GO = f"""{HAS_LETTERS} AND NOT EXISTS (
    SELECT 1 FROM delivery_throttle t WHERE {OF_SENDER} AND t.provider = p.key
    AND (({throttle.HELD}) OR t.connections <= ({USED})))"""  # nosec B608 of constants
PACED_FIRST = 0.75  # of the times: else those without a pace might never have their turn
# Whether the run's letters leave by provider, and if so, whether any may now.
BY_PROVIDER = f"""(s.warm_since > %(warm_from)s OR EXISTS (
    SELECT 1 FROM delivery_throttle t WHERE {OF_SENDER} AND t.provider <> ''))"""  # nosec B608
FREE = f"""(NOT COALESCE({BY_PROVIDER}, FALSE) OR EXISTS (
    WITH p(key) AS (VALUES {KEYS}) SELECT 1 FROM p WHERE {MAY_GO}))"""  # nosec B608
TURNS = f"""
WITH p(key) AS (VALUES {KEYS})
SELECT p.key, l.connections, l.per_connection, COALESCE(l.per_minute IS NOT NULL
    OR l.slow_rate IS NOT NULL, FALSE), l.slow_rate IS NOT NULL
FROM mailings_run r CROSS JOIN p LEFT JOIN mailings_sender s ON s.id = r.sender_id
LEFT JOIN delivery_throttle l ON l.provider = p.key
    AND (l.sender_id = r.sender_id OR l.sender_id IS NULL AND r.sender_id IS NULL)
WHERE r.id = %(run)s AND {MAY_GO}
"""  # nosec B608


@dataclass(frozen=True, slots=True)
class Turn:
    """A provider whose letters may leave now, and what limits them; None: nothing."""

    provider: str
    connections: int | None = None
    per_connection: int | None = None
    is_booked: bool = False  # each letter needs its time in the throttle's row
    is_slowed: bool = False  # it has asked to go slower

    @property
    def noted(self) -> str:
        """The provider that the database is to know, where it counts connections."""
        return "" if self.connections is None else self.provider


ANY = Turn("")  # letters as they come, to any provider


def warm_from(today: date) -> date:
    """Return the day since when a sender that is warmed up is still on its ramp."""
    return today - timedelta(days=DAYS)


def free(ahead: timedelta) -> str:
    """Return the condition: by its providers' limits, a letter of the run may leave so soon."""
    return placed(FREE, ahead)


def placed(statement: str, ahead: timedelta) -> str:
    vendor = connection.vendor
    return statement.format(
        later=throttle.later(ahead, vendor), now=throttle.later(timedelta(), vendor))


def turns_of(run: Run, token: str, today: date) -> list[Turn]:
    """Return the providers that the connection of `token` may send the run's letters to now.

    They come in any order, so that connections do not all ask for the same one; mostly those that
    are paced come first, for their slots are lost when nobody takes them.
    """
    warm_since = run.sender.warm_since if run.sender else None
    with connection.cursor() as cursor:
        cursor.execute(placed(TURNS, throttle.AHEAD), {"run": run.pk, "token": token})
        turns = [
            Turn(key, connections, per_connection, bool(key) and (
                bool(is_booked) or most_today(key, warm_since, today) is not None),
                bool(is_slowed))
            for key, connections, per_connection, is_booked, is_slowed in cursor.fetchall()]
    random.shuffle(turns)
    if random.random() < PACED_FIRST:
        turns.sort(key=attrgetter("is_booked"), reverse=True)
    return turns
