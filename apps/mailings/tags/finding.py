"""Who has a tag, or none: as conditions of recipients, and as sieves of long lists."""
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from apps.core.sieve import Sieve

from ..models import Tagging


def tagged(tag_ids: Iterable[int]) -> Q:
    """Return the condition of recipients that they have any of these tags."""
    return Q(Exists(Tagging.objects.filter(tag__in=list(tag_ids), recipient=OuterRef("pk"))))


def untagged() -> Q:
    """Return the condition of recipients that they have no tag at all."""
    return ~Q(Exists(Tagging.objects.filter(recipient=OuterRef("pk"))))


def with_tag(tag_id: int) -> Sieve:
    """Return the sieve of those who have a tag."""
    found = Tagging.objects.filter(tag=tag_id).order_by()
    return Sieve(tagged([tag_id]), Q(pk__in=found.values("recipient")))


def without_tags() -> Sieve:
    """Return the sieve of those who have none; no index knows them, so it looks at the book."""
    return Sieve(untagged())
