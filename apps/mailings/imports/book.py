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

# The recipients of each address are looked up by the index of addresses, one after another. Left to
# itself, PostgreSQL takes an owner whose people it has not counted yet for one with hardly any, and
# reads all of them; it can not where the owner is no column alone.
LOOK = {
    "sqlite": """
SELECT keys.value, r.id FROM json_each(%s) AS keys CROSS JOIN mailings_recipient AS r
WHERE r.owner_id = %s AND LOWER(r.email) = keys.value AND {which}
""",
    "postgresql": """
SELECT keys.value, found.id FROM jsonb_array_elements_text(%s::jsonb) AS keys(value)
CROSS JOIN LATERAL (
    SELECT r.id FROM mailings_recipient AS r
    WHERE r.owner_id + 0 = %s AND LOWER(r.email) = keys.value AND {which} OFFSET 0) AS found
""",
}
IN_BOOK = "r.deleted_at IS NULL"
DELETED = "r.deleted_at IS NOT NULL"


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


def looked_up(owner: int, keys: Iterable[str], which: str) -> list[tuple[str, int]]:
    """Return (address, id) of the owner's recipients with one of these addresses."""
    with connection.cursor() as cursor:
        cursor.execute(
            LOOK[connection.vendor].format(which=which), [json.dumps(sorted(keys)), owner])
        found: list[tuple[str, int]] = cursor.fetchall()
    return found


def known_people(owner: int, keys: Iterable[str], tags: Iterable[int], *,
                 lock: bool = False) -> dict[str, Known]:
    """Return who of the owner's book has one of these addresses, by the address in small letters.

    Of their tags only those among `tags` are told.
    """
    found = looked_up(owner, keys, IN_BOOK)
    rows = Recipient.objects.annotate(address=Lower("email")).filter(
        pk__in=among(pk for _key, pk in found)).order_by("pk")
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


def suppressed_keys(owner: int, keys: Iterable[str]) -> dict[str, str]:
    """Return which of these addresses are not written to, and of what (`Suppression.scope`)."""
    texts = RawSQL(LIST[connection.vendor], [json.dumps(sorted(keys))])  # nosec B611
    return dict(Suppression.objects.filter(
        owner=owner, email__in=texts).values_list("email", "scope"))


def deleted_keys(owner: int, keys: Iterable[str]) -> dict[str, datetime]:
    """Return when recipients with these addresses were deleted, of those who were."""
    found = looked_up(owner, keys, DELETED)
    rows = Recipient.all_objects.filter(pk__in=among(pk for _key, pk in found))
    key_of = {pk: key for key, pk in found}
    deleted: dict[str, datetime] = {}
    for pk, deleted_at in rows.order_by("deleted_at").values_list("pk", "deleted_at"):
        if deleted_at:
            deleted[key_of[pk]] = deleted_at
    return deleted
