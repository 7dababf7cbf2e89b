"""What lies about of a person outside the ledger: lists, imports, drafts."""
import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from apps.audit.services import entries_forget
from apps.core.addresses import mentions, shown

from ..ground.models import Ground
from ..imports import content
from ..imports.models import Import, ImportChange, ImportRow
from ..models import Draft, Mailing, Recipient, Tagging
from .wiped import Wiped

READ_NO_MORE = (Import.Stage.LANDED, Import.Stage.UNDONE)


def forget_leftovers(wiped: Wiped) -> None:
    people = wiped.people
    Tagging.objects.filter(recipient__in=people).delete()
    Mailing.recipients.through.objects.filter(recipient__in=people).delete()
    ImportChange.objects.filter(recipient__in=people).delete()
    Draft.objects.filter(
        owner=wiped.owner, place__in=[f"recipient:{pk}" for pk in people]).delete()
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Recipient),
        object_id__in=list(map(str, people))).update(object_repr="", change_message="")
    forget_in_imports(wiped)


def forget_in_imports(wiped: Wiped) -> None:
    """Delete the rows of files that name the person, and the files that nobody reads any more.

    A file that waits to be added stays: who adds it has the person suppressed.
    """
    mine = Import.objects.filter(owner=wiped.owner)
    written = forms_of(wiped)
    forget_rows(wiped, written)
    for of in mine.only("sample", "stage", "file"):
        rows = of.sample.get("rows", [])
        kept = [row for row in rows if not is_named(row, written)]
        if len(kept) < len(rows):
            of.sample["rows"] = kept
            of.save(update_fields=["sample"])
        if of.file and of.stage in READ_NO_MORE:
            drop_file(of)


def forms_of(wiped: Wiped) -> list[str]:
    """Return the person's addresses as files may have them."""
    return sorted({form for email in wiped.hashes for form in (email, shown(email))})


def forget_rows(wiped: Wiped, written: list[str]) -> None:
    found = Q()
    for text in written:
        for form in {text, json.dumps(text)[1:-1]}:  # SQLite keeps JSON in ASCII
            found |= Q(had__icontains=form) | Q(said__icontains=form) | Q(
                mended_to__icontains=form)
    rows = ImportRow.objects.alias(
        had=Cast("cells", TextField()), said=Cast("details", TextField()),
        mended_to=Cast("mended", TextField())).filter(found, of_import__owner=wiped.owner)
    theirs = [row.pk for row in rows
              if is_named([row.cells, row.details, row.mended], written)]
    ImportRow.objects.filter(pk__in=theirs).delete()


def is_named(value: Any, written: list[str]) -> bool:
    """Whether a text somewhere in a value of JSON has one of the addresses."""
    if isinstance(value, dict):
        return is_named(list(value.values()), written)
    if isinstance(value, list):
        return any(is_named(one, written) for one in value)
    return isinstance(value, str) and any(mentions(value, form) for form in written)


def drop_file(of: Import) -> None:
    name = of.file
    Import.objects.filter(pk=of.pk).update(file="")
    transaction.on_commit(lambda: content.delete(name))


def forget_ground(ground: Ground) -> None:
    """Delete what was written down for a wiped person alone."""
    others = Recipient.all_objects.filter(ground=ground)
    if not (others.exists() or Import.objects.filter(ground=ground).exists()):
        entries_forget(on=[ground], by=ground.owner, hidden={}, label="")
        ground.delete()
