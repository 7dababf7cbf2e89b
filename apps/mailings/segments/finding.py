"""Who is in a segment now, and which segments name a thing."""
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.numbers import Number, counted
from apps.core.sieve import Sieve, Sifted

from ..models import Recipient
from .conditions import sieve_of
from .models import Segment


def book_of(owner_id: int) -> QuerySet[Recipient]:
    return Recipient.objects.filter(owner=owner_id)


def members(segment: Segment, now: datetime) -> QuerySet[Recipient]:
    """Return who is in a segment at this moment."""
    sieve = sieve_of(segment.conditions, owner_id=segment.owner_id, now=now)
    return book_of(segment.owner_id).filter(sieve.keeps).filter(sieve.indexed)


def counted_members(segment: Segment) -> Number:
    """Return how many are in a segment, exactly up to 10,000."""
    return counted_people(segment.conditions, segment.owner_id)


def counted_people(conditions: Any, owner_id: int) -> Number:
    """Return how many of an owner's recipients the conditions fit, exactly up to 10,000."""
    sieve = sieve_of(conditions, owner_id=owner_id, now=timezone.now())
    return Number(count_kept(book_of(owner_id), sieve))


def count_kept(rows: QuerySet[Any], sieve: Sieve) -> int:
    if not sieve:
        return counted(rows)
    sifted = Sifted(rows, sieve)
    sifted.first(rows.order_by("sort_name", "pk"), 1)  # it finds out how to count them
    return sifted.counted


def segments_naming(owner_id: int, what: str, key: object = None) -> list[Segment]:
    """Return the owner's segments with a condition about `what` that names `key`.

    `what` is "tags", "import", "mailing", or "field:" and a field's key, where no `key` is needed.
    """
    segments = Segment.objects.filter(owner=owner_id)
    return [segment for segment in segments if names(segment.conditions, what, key)]


def names(part: Any, what: str, key: object) -> bool:
    if not isinstance(part, dict):
        return False
    if isinstance(part.get("of"), list):
        return any(names(one, what, key) for one in part["of"])
    if part.get("what") != what:
        return False
    value = part.get("value")
    return key is None or key == value or (isinstance(value, list) and key in value)
