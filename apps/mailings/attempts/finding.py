"""Attempts by whom they were made to. Their table has no index of text: it would cost each letter
more than a search is worth, so they are found through the recipients and the ledger."""
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from apps.core.keyset import MANY

from ..models import Attempt, Delivery, Recipient, Run
from ..owned import HistoryQuerySet

NEWEST = 1000  # runs in whose ledgers a former address is looked for


def found_by(attempts: QuerySet[Attempt], text: str, user: Any) -> QuerySet[Attempt]:
    """Filter those to recipients in whom `text` is, and those to `text` as a whole address.

    The first are found by their address of today, also when they were deleted; the second had
    another one then.
    """
    people = Recipient.all_objects.all()
    if not user.has_perm(HistoryQuerySet.permission):
        people = people.owned_by(user)
    found = people.matching(text).order_by()
    ids = list(found.values_list("pk", flat=True)[:MANY + 1])
    erased = Q(recipient=None, email__icontains=text)
    if len(ids) > MANY:  # so many that the newest attempts have some of them
        return attempts.filter(Q(recipient__in=found) | erased)
    return attempts.filter(Q(recipient__in=[*ids, *once_at(text, user)]) | erased)


def once_at(address: str, user: Any) -> list[int]:
    """Return whom letters to this address were for, as the newest ledgers tell."""
    if "@" not in address:
        return []
    runs = Run.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True)[:NEWEST]
    letters = Delivery.objects.alias(address=Lower("email")).filter(
        run__in=list(runs), address=address.lower(), recipient__isnull=False)
    return list(letters.values_list("recipient", flat=True).distinct()[:MANY])
