"""Addresses that were known by a hash alone, and come into a book again."""
from collections.abc import Iterable

from django.db import transaction

from apps.users.models import User

from .hashing import hashed_address
from .models import Suppression


@transaction.atomic
def recognise(*, owner: User, emails: Iterable[str]) -> int:
    """Have the suppressions of these `emails` by the addresses themselves, not by their hashes.

    Call it in the transaction in which addresses come into a book, some thousands at a time: it
    is a look by an index, and 1.5 µs for each. Returns how many there were.
    """
    by_hash = {hashed_address(owner, email): email.lower() for email in emails}
    hashed = list(Suppression.objects.filter(owner=owner, email__in=by_hash))
    if not hashed:
        return 0
    plain = {one.email: one for one in Suppression.objects.filter(
        owner=owner, email__in=[by_hash[one.email] for one in hashed])}
    twice = [one for one in hashed if by_hash[one.email] in plain]
    wider = [plain[by_hash[one.email]].pk for one in twice if one.is_all]
    Suppression.objects.filter(pk__in=wider).update(scope=Suppression.Scope.ALL)
    Suppression.objects.filter(pk__in=[one.pk for one in twice]).delete()
    alone = [one for one in hashed if by_hash[one.email] not in plain]
    for one in alone:
        one.email = by_hash[one.email]
    Suppression.objects.bulk_update(alone, ["email"])
    return len(hashed)
