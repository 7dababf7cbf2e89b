"""Who of an address book is in a mailing, and has which fate there, as sieves of its list."""
from django.db.models import Q
from django.db.models.expressions import RawSQL

from apps.core.sieve import Sieve

from ..models import Delivery, Mailing
from ..picks.choice import is_member, members
from .fates import NOT_SENT

State = Delivery.State
# Recipients with a letter in one state, and whose address has one; the index of the state has them.
# Not the latest letters alone: what they tell is looked at for each.
IN_STATE = """
SELECT d.recipient_id FROM mailings_delivery d WHERE d.recipient_id IS NOT NULL
    AND d.run_id IN (SELECT id FROM mailings_run WHERE mailing_id = %s) AND {state}
UNION ALL
SELECT r.id FROM mailings_delivery d JOIN mailings_recipient r
    ON r.owner_id = %s AND LOWER(r.email) = LOWER(d.email) AND r.deleted_at IS NULL
WHERE d.run_id IN (SELECT id FROM mailings_run WHERE mailing_id = %s) AND {state}
"""
STATES = {  # as the conditions of the indexes are written: SQLite compares them as text
    **{state: f"d.state = '{state}'" for state in (
        State.PENDING, State.CLAIMED, State.RETRY, State.FAILED, State.UNKNOWN)},
    **{state: f"d.state = '{state}' AND d.state IN ('skipped', 'cancelled')"
       for state in Delivery.SET_ASIDE},
}


def of_mailing(mailing: Mailing) -> Sieve:
    """Return the sieve of an address book that keeps who is in `mailing`."""
    indexed = Q(pk__in=members(mailing.pk).values("recipient"))
    return Sieve(Q(is_member(mailing.pk)), indexed)


def of_fate(mailing: Mailing, fate: str) -> Sieve:
    """Return the sieve of `book_with_letters` that keeps who has `fate`."""
    if fate not in STATES:
        return Sieve(Q(fate=fate))
    parameters = [mailing.pk, mailing.owner_id, mailing.pk]
    return Sieve(Q(fate=fate), Q(pk__in=RawSQL(IN_STATE.format(state=STATES[fate]), parameters)))


def is_everybodys(fate: str, *, has_runs: bool) -> bool:
    """Return whether all who are in a mailing have `fate`, because nothing was sent."""
    return fate == NOT_SENT and not has_runs
