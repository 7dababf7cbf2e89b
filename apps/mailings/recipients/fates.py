"""Filters of an address book by what became of the last letter to a person."""
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.sieve import Sieve
from apps.users.models import User

from ..bounces.models import BounceQuerySet
from ..models import Bounce, Delivery, Recipient

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
RETURNED = "returned"
RESTING = "resting"
BOUNCED = {
    "1": gettext_lazy("No such mailbox"),
    RETURNED: gettext_lazy("The last letter came back"),
    RESTING: gettext_lazy("Resting"),
}
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


def who_bounced(bounced: str, user: User) -> Sieve:
    """Return the sieve of those of BOUNCED that `user` sees; "" keeps everybody."""
    if bounced == RESTING:
        return Sieve(Q(resting_until__gt=timezone.now()))
    if bounced == RETURNED:
        return whose_last_came_back(user)
    return Sieve(Q(bounced_at__isnull=False)) if bounced else Sieve()


def whose_last_came_back(user: User) -> Sieve:
    bounces = Bounce.objects.returned().order_by()
    if not user.has_perm(Recipient.objects.all().permission):
        bounces = bounces.filter(owner=user)
    return Sieve(Q(Exists(of_last_letters(bounces).filter(recipient=OuterRef("pk")))),
                 Q(pk__in=bounces.values("recipient")))


def of_last_letters(bounces: BounceQuerySet) -> BounceQuerySet:
    """Return those `bounces` after which no other letter went to the recipient."""
    later = Delivery.objects.filter(
        recipient=OuterRef("recipient"), pk__gt=OuterRef("delivery")).exclude(state__in=SET_ASIDE)
    return bounces.filter(~Exists(later))


def add_last_fates(recipients: Iterable[Recipient]) -> None:
    """Give each of `recipients` the `fate_shown` of the last letter: what was taken may come back.
    """
    sent = [person.pk for person in recipients if person.last_fate == State.SENT]
    back: set[int | None] = set()
    if sent:
        bounces = Bounce.objects.returned().filter(recipient__in=sent).order_by()
        back = set(of_last_letters(bounces).values_list("recipient", flat=True))
    for person in recipients:
        person.fate_shown = RETURNED if person.pk in back else person.last_fate
