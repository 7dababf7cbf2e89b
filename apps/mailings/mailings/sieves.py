"""Who of an address book has which fate in a mailing, as sieves of its list."""
import re
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from apps.core.sieve import Sieve

from ..models import Delivery, Mailing
from ..whom.audience import members
from ..whom.rules import whom_of
from ..whom.tables import Table, table_of
from .fates import NOT_SENT, RETURNED

State = Delivery.State
NAME = re.compile(r"%\((\w+)\)s")
# Letters of a mailing in one state, by its index. SQLite compares its condition as text.
LETTERS = """
SELECT d.recipient_id, d.email FROM mailings_delivery d
WHERE d.run_id IN (SELECT id FROM mailings_run WHERE mailing_id = %(mailing)s) AND {}
"""
# No index has the sent ones: attempts tell of them, and people's decisions.
SENT = """
SELECT a.recipient_id, a.email FROM mailings_attempt a
WHERE a.mailing_id = %(mailing)s AND a.status = 'Успешно'
UNION ALL
SELECT d.recipient_id, d.email FROM mailings_delivery d
WHERE d.run_id IN (SELECT id FROM mailings_run WHERE mailing_id = %(mailing)s)
    AND d.settled_at IS NOT NULL AND d.state = 'sent'
"""
BACK = """
SELECT d.recipient_id, d.email FROM mailings_bounce b
JOIN mailings_delivery d ON d.id = b.delivery_id
WHERE b.run_id IN (SELECT id FROM mailings_run WHERE mailing_id = %(mailing)s)
    AND b.outcome <> 'complaint'
"""
LETTERS_OF: dict[str, str] = {
    State.SENT: SENT, RETURNED: BACK,
    **{state: LETTERS.format(f"d.state = '{state}'") for state in (
        State.PENDING, State.CLAIMED, State.RETRY, State.FAILED, State.UNKNOWN)},
    **{state: LETTERS.format(f"d.state = '{state}' AND d.state IN ('skipped', 'cancelled')")
       for state in Delivery.SET_ASIDE},
}
# To whom they went, and who has the address of one that was deleted. Whether a letter is the one
# that tells the fate is looked at for each.
PEOPLE = """
WITH letters AS ({})
SELECT recipient_id FROM letters WHERE recipient_id IS NOT NULL
UNION ALL
SELECT r.id FROM letters l JOIN mailings_recipient r
    ON r.owner_id = %(owner)s AND LOWER(r.email) = LOWER(l.email) AND r.deleted_at IS NULL
LEFT JOIN mailings_recipient o ON o.id = l.recipient_id AND o.deleted_at IS NULL
WHERE o.id IS NULL
"""
PICKED = """(
    SELECT recipient_id AS id FROM mailings_mailing_recipients
    WHERE mailing_id = %(mailing)s) AS r"""
WITHOUT_LETTERS = """
SELECT r.id FROM {} WHERE NOT EXISTS (
    SELECT 1 FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
    WHERE n.mailing_id = %(mailing)s AND d.recipient_id = r.id)
"""


def of_fate(mailing: Mailing, fate: str) -> Sieve:
    """Return the sieve of `book_with_letters` that keeps who has `fate`."""
    values = {"mailing": mailing.pk, "owner": mailing.owner_id}
    if fate == NOT_SENT:
        inside = inside_of(mailing)
        statement = WITHOUT_LETTERS.format(inside.sql)
        values |= inside.values
    else:
        statement = PEOPLE.format(LETTERS_OF[fate])
    return Sieve(Q(fate=fate), Q(pk__in=RawSQL(*by_place(statement, values))))  # nosec B611


def inside_of(mailing: Mailing) -> Table:
    """Return who is in `mailing`, as a table."""
    whom = whom_of(mailing)
    if whom.is_stored_picks:
        return Table(PICKED, {})
    return table_of(members(whom, now=timezone.now()), "id")


def by_place(statement: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return a statement with named parameters as Django takes it, by place."""
    names = NAME.findall(statement)
    return NAME.sub("%s", statement), [values[name] for name in names]


def is_everybodys(fate: str, *, has_runs: bool) -> bool:
    """Return whether all who are in a mailing have `fate`, because nothing was sent."""
    return fate == NOT_SENT and not has_runs
