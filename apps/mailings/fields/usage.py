"""Where a field is used: messages that have it, segments that ask about it."""
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from ..messages.merge_fields import own_in
from ..models import Field, Message, Segment

OF_FIELD = "field:"  # and its key: what a segment's condition is about


def messages_with(field: Field) -> list[Message]:
    """Return the owner's messages whose letters have the field, newest first."""
    braces = Q(subject__contains="{") | Q(body__contains="{")
    messages = Message.objects.filter(braces, owner=field.owner_id).only("subject", "body")
    return [message for message in messages if own_in(message, {field.key})]


def segments_with(field: Field) -> list[Segment]:
    """Return the owner's segments with a condition about the field."""
    segments = Segment.objects.filter(owner=field.owner_id)
    return [segment for segment in segments
            if f"{OF_FIELD}{field.key}" in asked_about(segment.conditions)]


def asked_about(part: Any) -> Iterator[Any]:
    """Yield what each condition of a group is about, and of the groups in it."""
    if not isinstance(part, dict):
        return
    yield part.get("what")
    inner = part.get("of")
    if isinstance(inner, list):
        for one in inner:
            yield from asked_about(one)
