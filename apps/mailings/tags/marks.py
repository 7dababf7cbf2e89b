"""Tags beside the recipients who have them."""
from collections.abc import Iterable
from typing import Any

from ..models import Tag, Tagging


def add_tags(recipients: Iterable[Any], user: Any) -> None:
    """Give each of `recipients` its `tag_list`, in order; empty where it is not for `user`."""
    own = [recipient.pk for recipient in recipients if recipient.owner_id == user.pk]
    found: dict[int, list[Tag]] = {}
    if own:
        taggings = Tagging.objects.filter(recipient__in=own).select_related("tag")
        for tagging in taggings.order_by("tag__key"):
            found.setdefault(tagging.recipient_id, []).append(tagging.tag)
    for recipient in recipients:
        recipient.tag_list = found.get(recipient.pk, [])
