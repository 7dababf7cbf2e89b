"""Who of an address book is in a mailing, and has which fate there, as sieves of its list."""
import re

from django.db.models import Q
from django.db.models.expressions import RawSQL

from apps.core.sieve import Sieve

from ..models import Delivery, Mailing
from ..picks.choice import is_member, members
from .fates import NOT_SENT

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
LETTERS_OF = {
    State.SENT: SENT,
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
WITHOUT_LETTERS = """
SELECT m.recipient_id FROM mailings_mailing_recipients m
WHERE m.mailing_id = %(mailing)s AND NOT EXISTS (
    SELECT 1 FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
    WHERE n.mailing_id = %(mailing)s AND d.recipient_id = m.recipient_id)
"""


def of_mailing(mailing: Mailing) -> Sieve:
    """Return the sieve of an address book that keeps who is in `mailing`."""
    indexed = Q(pk__in=members(mailing.pk).values("recipient"))
    return Sieve(Q(is_member(mailing.pk)), indexed)


def of_fate(mailing: Mailing, fate: str) -> Sieve:
    """Return the sieve of `book_with_letters` that keeps who has `fate`."""
    statement = WITHOUT_LETTERS
    if fate != NOT_SENT:
        statement = PEOPLE.format(LETTERS_OF[State(fate)])
    return Sieve(Q(fate=fate), Q(pk__in=RawSQL(*by_place(statement, mailing))))  # nosec B611


def by_place(statement: str, mailing: Mailing) -> tuple[str, list[int]]:
    """Return a statement with named parameters as Django takes it, by place."""
    values = {"mailing": mailing.pk, "owner": mailing.owner_id}
    names = NAME.findall(statement)
    return NAME.sub("%s", statement), [values[name] for name in names]


def is_everybodys(fate: str, *, has_runs: bool) -> bool:
    """Return whether all who are in a mailing have `fate`, because nothing was sent."""
    return fate == NOT_SENT and not has_runs
