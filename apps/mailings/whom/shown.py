"""Whom a mailing's page shows: who is in it now, and who has a letter of it."""
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.core.sieve import Sieve

from ..models import Delivery, Mailing
from ..picks.choice import is_member
from ..picks.choice import members as picked
from .audience import member_sieve, members
from .rules import whom_of


def shown_in(mailing: Mailing) -> Sieve:
    """Return the sieve of an address book that keeps whom the page of `mailing` shows."""
    whom = whom_of(mailing)
    now = timezone.now()
    if whom.is_stored_picks:
        rows = picked(mailing.pk).values("recipient")
        return Sieve(Q(is_member(mailing.pk)), Q(pk__in=rows))
    inside = member_sieve(whom, now=now)
    if not inside:
        return inside
    letters = Delivery.objects.filter(run__mailing=mailing, recipient__isnull=False).order_by()
    keeps = inside.keeps | Q(Exists(letters.filter(recipient=OuterRef("pk"))))
    if whom.everyone:
        return Sieve(keeps)
    both = members(whom, now=now).values("pk").union(letters.values("recipient"), all=True)
    return Sieve(keeps, Q(pk__in=both))
