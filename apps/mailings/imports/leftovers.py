"""What an import leaves behind: tags and fields that it made, files and rows that nobody needs."""
import logging
import time

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ..fields.models import Field
from ..fields.services import field_delete
from ..models import Message, Recipient
from ..segments.finding import segments_naming
from ..tags.models import Tag
from . import content
from .models import UNDO_FOR, Import, ImportChange, ImportRow

log = logging.getLogger("vestnik.mailings")
LOOK = 3600  # seconds between two looks
BATCH = 2_000  # rows that are deleted at once


def sweep(of: Import) -> None:
    """Delete the tags and fields that an import made, and that nobody has or uses."""
    for tag in Tag.objects.filter(owner=of.owner_id, pk__in=of.made.get("tags", [])):
        if not tag_is_used(tag, of):
            tag.delete()
    for field in Field.objects.filter(owner=of.owner_id, pk__in=of.made.get("fields", [])):
        if not field_is_used(field, of):
            field_delete(field=field)


def tag_is_used(tag: Tag, of: Import) -> bool:
    others = Import.objects.filter(tags=tag).exclude(pk=of.pk).exclude(
        stage__in=[Import.Stage.DROPPED, Import.Stage.UNDONE])
    return bool(
        tag.taggings.exists() or tag.mailings.exists() or tag.excluded_from.exists()
        or others.exists() or segments_naming(of.owner_id, "tags", tag.pk))


def field_is_used(field: Field, of: Import) -> bool:
    target = f"field:{field.key}"
    others = Import.objects.filter(owner=of.owner_id).exclude(pk=of.pk).exclude(
        stage__in=[Import.Stage.DROPPED, Import.Stage.UNDONE])
    letters = Message.objects.filter(owner=of.owner_id).filter(
        Q(subject__icontains=f"{{{field.key}") | Q(body__icontains=f"{{{field.key}"))
    return bool(
        any(target in columns for columns in others.values_list("columns", flat=True))
        or segments_naming(of.owner_id, target) or letters.exists()
        or Recipient.objects.filter(owner=of.owner_id, fields__has_key=field.key).exists())


class Leftovers:
    """The chore that deletes, a batch at a time, what imports kept as long as it was of use."""

    def __init__(self) -> None:
        self.next_look = 0.0  # monotonic

    def step(self) -> bool:
        if time.monotonic() < self.next_look:
            return False
        if clear_one():
            return True
        self.next_look = time.monotonic() + LOOK
        return False


def clear_one() -> bool:
    """Delete a batch of what one import keeps in vain. Returns whether there was anything."""
    with transaction.atomic():
        of = kept_in_vain().order_by("pk").first()
        if of is None:
            return False
        for model in ImportChange, ImportRow:
            pks = list(model.objects.filter(of_import=of).values_list("pk", flat=True)[:BATCH])
            if pks:
                model.objects.filter(pk__in=pks).delete()
                return True
        Import.objects.filter(pk=of.pk).update(file="", stage=ended_stage(of))
        transaction.on_commit(lambda: content.delete(of.file))
    log.info("import %s of user %s: its file and rows are deleted", of.pk, of.owner_id)
    return True


def kept_in_vain() -> QuerySet[Import]:
    """Return imports that nothing can be done with any more, and that keep rows or a file."""
    long_ago = timezone.now() - UNDO_FOR
    of_it = {"of_import": OuterRef("pk")}
    keeps = (~Q(file="") | Exists(ImportRow.objects.filter(**of_it))
             | Exists(ImportChange.objects.filter(**of_it)))
    old = Q(landed_at__lt=long_ago) | Q(landed_at=None, created_at__lt=long_ago)
    return Import.objects.filter(keeps, old | Q(stage=Import.Stage.DROPPED)).exclude(
        stage__in=Import.WORKING)


def ended_stage(of: Import) -> str:
    """Return the stage of an import whose file is gone."""
    waits = (Import.Stage.MAPPING, Import.Stage.CHECKED)
    return Import.Stage.DROPPED if of.stage in waits else of.stage


CHORE = Leftovers()
