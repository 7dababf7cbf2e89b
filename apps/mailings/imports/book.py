"""What an owner's book says of some thousands of addresses, one statement for each question."""
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from ..models import Recipient, Suppression, Tagging
from ..picks.choice import among
from ..suppression.services import LIST


@dataclass(slots=True)
class Known:
    """A recipient who is in the book, as far as an import may change them."""

    pk: int
    email: str
    full_name: str
    comment: str
    fields: dict[str, Any]
    ground: int | None
    tags: set[int] = field(default_factory=set)  # those of them that were asked for


def texts(values: Iterable[str]) -> RawSQL:
    """Return a subquery of these texts: one parameter, however many they are."""
    return RawSQL(LIST[connection.vendor], [json.dumps(sorted(values))])  # nosec B611


def known_people(owner: int, keys: Iterable[str], tags: Iterable[int], *,
                 lock: bool = False) -> dict[str, Known]:
    """Return who of the owner's book has one of these addresses, by the address in small letters.

    Of their tags only those among `tags` are told.
    """
    rows = Recipient.objects.annotate(address=Lower("email")).filter(
        owner=owner, address__in=texts(keys)).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    people = {row[0]: Known(*row[1:]) for row in rows.values_list(
        "address", "pk", "email", "full_name", "comment", "fields", "ground_id")}
    add_tags(people, tags)
    return people


def add_tags(people: dict[str, Known], tags: Iterable[int]) -> None:
    wanted = list(tags)
    if not wanted or not people:
        return
    by_pk = {known.pk: known for known in people.values()}
    taggings = Tagging.objects.filter(recipient__in=among(by_pk), tag__in=among(wanted))
    for recipient, tag in taggings.values_list("recipient_id", "tag_id"):
        by_pk[recipient].tags.add(tag)


def suppressed_keys(owner: int, keys: Iterable[str]) -> set[str]:
    """Return which of these addresses are not written to."""
    return set(Suppression.objects.filter(
        owner=owner, email__in=texts(keys)).values_list("email", flat=True))


def deleted_keys(owner: int, keys: Iterable[str]) -> dict[str, datetime]:
    """Return when recipients with these addresses were deleted, of those who were."""
    rows = Recipient.all_objects.annotate(address=Lower("email")).filter(
        owner=owner, deleted_at__isnull=False, address__in=texts(keys))
    return {address: deleted_at for address, deleted_at
            in rows.order_by("deleted_at").values_list("address", "deleted_at") if deleted_at}
