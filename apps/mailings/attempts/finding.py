"""Attempts by whom they were made to. Their table has no index of text: it would cost each letter
more than a search is worth, so they are found through the recipients and the ledger."""
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from apps.core.numbers import MANY
from apps.core.sieve import Sieve, Sifted

from ..models import Delivery, Recipient, Run
from ..owned import HistoryQuerySet
from ..search import with_words

NEWEST = 1000  # runs in whose ledgers a former address is looked for


def found_by(rows: QuerySet[Any], text: str, user: Any = None) -> QuerySet[Any]:
    """Filter attempts, or letters, to recipients in whom `text` is, or to it as a whole address.

    The first are found by their address of today, also when they were deleted; the second had
    another one then. They are of the recipients whom `user` may see, or of all.
    """
    sieve = with_words(text)
    if not sieve:  # nothing but signs that nobody sees
        return rows
    people = Recipient.all_objects.all()
    runs = Run.objects.all()
    if user and not user.has_perm(HistoryQuerySet.permission):
        people = people.owned_by(user)
        runs = runs.owned_by(user)
    ids = Sifted(people.filter(deleted_at=None), sieve).ids
    erased = Q(recipient=None, email__icontains=text)
    if len(ids) > MANY:  # so many that the newest rows have some of them
        keeps = Q(*((f"recipient__{name}", word) for name, word in sieve.keeps.children))
        return rows.filter(keeps | erased)
    ids += deleted(people, sieve)
    return rows.filter(Q(recipient__in=[*ids, *once_at(text, runs)]) | erased)


def deleted(people: QuerySet[Recipient], sieve: Sieve) -> list[int]:
    """Return which of the last that were deleted the sieve keeps: no index has their texts."""
    last = people.filter(deleted_at__isnull=False).order_by("-deleted_at").values("pk")[:MANY]
    return list(people.filter(sieve.keeps, pk__in=last).values_list("pk", flat=True))


def once_at(address: str, runs: QuerySet[Run]) -> list[int]:
    """Return whom letters to this address were for, as the newest of these ledgers tell."""
    if "@" not in address:
        return []
    newest = list(runs.order_by("-pk").values_list("pk", flat=True)[:NEWEST])
    letters = Delivery.objects.alias(address=Lower("email")).filter(
        run__in=newest, address=address.lower(), recipient__isnull=False)
    return list(letters.values_list("recipient", flat=True).distinct()[:MANY])
