"""Every write of segments, with all that follows from it."""
import logging
import re
from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.audit.services import Action, record

from ..models import Mailing
from ..versions import check_version
from ..whom.uses import mailings_using
from .finding import segments_naming
from .models import Segment

log = logging.getLogger("vestnik.mailings")
MOST_SEGMENTS = 500  # of an owner
COPY_NUMBER = re.compile(r" \(\d{1,4}\)$")
LONGEST_BASE = 50  # of a copy's name, with room for its number


class SegmentRefused(Exception):
    """A segment can not be deleted now. `str()` is for the person who asked."""


def segment_save(*, segment: Segment, fields: Collection[str] | None = None,
                 seen: datetime | None = None) -> Segment:
    """Add `segment`, or write those `fields` of one that is there. Returns it.

    Raises ValidationError at `name` when the owner has one of this name, and ChangedElsewhere when
    it was changed after `seen`.
    """
    is_new = segment.pk is None
    try:
        with transaction.atomic():
            check_version(segment, seen)
            columns = None if is_new or fields is None else {"updated_at", *fields}
            segment.save(update_fields=columns)
    except IntegrityError:
        raise ValidationError({"name": _("You already have a segment of this name.")}) from None
    log.info("segment %s of user %s: %s", segment.pk, segment.owner_id,
             "created" if is_new else "edited")
    return segment


def segment_copy(*, segment: Segment) -> Segment:
    """Return a new segment with the same conditions."""
    return segment_save(segment=Segment(
        owner=segment.owner, name=next_name(segment), conditions=segment.conditions))


def next_name(segment: Segment) -> str:
    """Return the name of a copy: “Wholesale (2)”, or the next number that is free."""
    base = COPY_NUMBER.sub("", segment.name)[:LONGEST_BASE]
    names = Segment.objects.filter(owner=segment.owner_id).values_list("name", flat=True)
    taken = {name.lower() for name in names}
    number = 2
    while (name := f"{base} ({number})").lower() in taken:
        number += 1
    return name


def mailings_of(segment: Segment) -> QuerySet[Mailing]:
    """Return the mailings that go to a segment, or leave it out, the newest first."""
    rows = Mailing.objects.filter(Q(segments=segment) | Q(excluded_segments=segment)).distinct()
    return rows.select_related("message").order_by("-starts_at", "-id")


def deletion_refusal(segment: Segment) -> str:
    """Return why a segment can not be deleted now; "" when it can."""
    if mailings_using(segment=segment).exists():
        return _("Mailings use this segment, so it can not be deleted. Take it out of them, or "
                 "delete them first.")
    return ""


@transaction.atomic
def segment_delete(*, segment: Segment) -> None:
    """Delete a segment; its people stay. Raises SegmentRefused."""
    Segment.objects.select_for_update().get(pk=segment.pk)
    if reason := deletion_refusal(segment):
        raise SegmentRefused(reason)
    record(Action.DELETE, on=segment)
    log.info("segment %s of user %s: deleted", segment.pk, segment.owner_id)
    segment.delete()


@transaction.atomic
def tag_replace(*, owner_id: int, old: int, new: int) -> int:
    """Have conditions name the tag `new` where they name `old`, which is merged into it.

    Returns how many segments were changed.
    """
    segments = segments_naming(owner_id, "tags", old)
    for segment in segments:
        segment.conditions = with_tag(segment.conditions, old, new)
        segment.save(update_fields=["conditions", "updated_at"])
    return len(segments)


def with_tag(part: dict[str, object], old: int, new: int) -> dict[str, object]:
    inner = part.get("of")
    if isinstance(inner, list):
        return {**part, "of": [with_tag(one, old, new) for one in inner]}
    tags = part.get("value")
    if part.get("what") == "tags" and isinstance(tags, list):
        named = dict.fromkeys(new if tag == old else tag for tag in tags)
        return {**part, "value": list(named)}
    return part
