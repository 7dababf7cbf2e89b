"""Filters of an address book by what became of the last letter to a person."""
from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.sieve import Sieve
from apps.users.models import User

from ..models import Delivery, Recipient

State = Delivery.State
NONE = "none"  # no letter yet
SET_ASIDE = [State.SKIPPED, State.CANCELLED]
FATES = {
    State.SENT.value: State.SENT.label,
    State.FAILED.value: State.FAILED.label,
    State.UNKNOWN.value: State.UNKNOWN.label,
    State.PENDING.value: State.PENDING.label,
    State.RETRY.value: State.RETRY.label,
    State.SKIPPED.value: State.SKIPPED.label,
    State.CANCELLED.value: State.CANCELLED.label,
    NONE: pgettext_lazy("letter", "None yet"),
}
BOUNCED = {"1": gettext_lazy("No such mailbox")}
# The states that an index of the ledger has, each alone or in this list. No index has the fates
# themselves: to write them must stay cheap.
INDEXED = {
    State.FAILED.value: Q(state=State.FAILED),
    State.UNKNOWN.value: Q(state=State.UNKNOWN),
    State.SKIPPED.value: Q(state__in=SET_ASIDE),
    State.CANCELLED.value: Q(state__in=SET_ASIDE),
}


def with_fate(fate: str, user: User) -> Sieve:
    """Return the sieve of those of FATES that `user` sees; "" keeps everybody."""
    if not fate:
        return Sieve()
    keeps = Q(last_fate="" if fate == NONE else fate)
    if fate not in INDEXED:
        return Sieve(keeps)
    letters = Delivery.objects.filter(INDEXED[fate]).order_by()
    if not user.has_perm(Recipient.objects.all().permission):
        letters = letters.filter(run__owner=user)
    return Sieve(keeps, Q(pk__in=letters.values("recipient")))


def who_bounced(bounced: str) -> Sieve:
    """Return the sieve of those whose address a mail server did not know; "" keeps everybody."""
    return Sieve(Q(bounced_at__isnull=False)) if bounced else Sieve()
