"""Which mailings a tag or a segment can not be deleted for."""
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..models import Mailing, Segment, Tag
from ..services import UNDO_FOR

NEEDED = 10  # mailings that are named where something is not deleted for them


def mailings_using(*, tag: Tag | None = None, segment: Segment | None = None) -> QuerySet[Mailing]:
    """Return the mailings that would go to others than their owner means without it.

    One that excludes it would go to more people, also when its time is over: its end can be moved.
    One that is for it is of no interest then. Who deletes a tag or segment refuses while there is
    any, and names them.
    """
    now = timezone.now()
    excluding = Q(excluded_tags=tag) if tag else Q(excluded_segments=segment)
    going_to = Q(tags=tag) if tag else Q(segments=segment)
    there = Q(deleted_at=None) | Q(deleted_at__gt=now - UNDO_FOR)  # can be brought back
    using = Mailing.all_objects.filter(there, excluding | going_to & Q(ends_at__gt=now))
    return using.select_related("message").distinct().order_by("-pk")
