"""By what rules an import's people are judged and compared: the same for each of its jobs."""
from dataclasses import dataclass

from ..fields.models import Field
from ..fields.values import fields_of, read
from ..tags.models import Tag
from .models import Import
from .people import Judge


@dataclass
class Rules:
    """What an import says of its people, and the tags and fields of its owner."""

    owner: int
    known: str
    ground: int | None
    tags: list[Tag]  # for all rows
    tag_ids: dict[str, int]  # of all tags of the owner, by their keys
    fields: dict[str, Field]
    judge: Judge


def rules_of(of: Import) -> Rules:
    fields = {field.key: field for field in fields_of(of.owner_id)}
    tag_ids = dict(Tag.objects.filter(owner=of.owner_id).values_list("key", "pk"))
    return Rules(
        owner=of.owner_id, known=of.known, ground=of.ground_id, tags=list(of.tags.all()),
        tag_ids=tag_ids, fields=fields, judge=Judge(of.columns, fields, set(tag_ids), read))
