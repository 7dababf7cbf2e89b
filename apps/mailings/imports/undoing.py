"""Take back what an import wrote, field by field: what has changed since then stays."""
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.services import Action, record
from apps.jobs.kinds import Failed
from apps.jobs.models import Job

from ..models import Attempt, Delivery, Field, ImportChange, Mailing, Recipient, Tagging
from ..picks.choice import among
from ..preparations import Preparation, RunAudience
from . import undoing_refusal
from .columns import FIELD
from .jobs import ImportKind
from .leftovers import sweep
from .models import Import
from .pace import Pace
from .rows_in import cell, rows_from, rows_json, value_json
from .writing import Written, change_recipients

EDITED, TAGGED, PICKED, WRITTEN = "edited", "tagged", "picked", "written"  # why somebody stays
KEEP = """
UPDATE mailings_importchange SET kept = {kept} FROM {rows} WHERE mailings_importchange.id = {pk}
"""


class UndoKind(ImportKind):

    key = "import_undo"
    label = _("Taking an import back")
    after_failure = Import.Stage.LANDED  # what was not taken back can be later

    def __init__(self) -> None:
        self.pace = Pace()

    def look(self, job: Job) -> None:
        self.pace.look()
        self.pace.start()
        if not job.place["row"]:
            of = Import.objects.get(pk=job.place["import"])
            if undoing_refusal.written_to(of, whole=True):
                raise Failed(undoing_refusal.WRITTEN_TO)

    def run_batch(self, job: Job) -> bool:
        of = Import.objects.get(pk=job.place["import"])
        self.pace.start()
        changes = list(ImportChange.objects.filter(
            of_import=of, kept__isnull=True, pk__gt=job.place["row"]).order_by("pk")[
                :self.pace.rows])
        if not changes:
            undone(job, of)
            return True
        for name, number in take_back(of, changes).items():
            job.result[name] = job.result.get(name, 0) + number
        job.place["row"] = changes[-1].pk
        job.done += len(changes)
        job.total = max(job.total, job.done)
        self.pace.done()
        return False

    def rest(self, took: float) -> float:
        return self.pace.rest(took, super().rest(took))


def undone(job: Job, of: Import) -> None:
    """Say that all is taken back, and delete the tags and fields that were made for nobody else."""
    Import.objects.filter(pk=of.pk).update(
        stage=Import.Stage.UNDONE, undone_at=timezone.now())
    sweep(of)
    details = " + ".join(str(job.result.get(name, 0)) for name in ("gone", "restored", "kept"))
    record(Action.IMPORT_UNDONE, on=of, by=of.owner, via=job.place.get("via", ""), details=details)


def take_back(of: Import, changes: list[ImportChange]) -> dict[str, int]:
    """Take these changes back. Returns how many people went, were restored, and kept something."""
    pks = [change.recipient_id for change in changes]
    rows = Recipient.all_objects.filter(pk__in=among(pks)).order_by("pk").select_for_update()
    people = {person.pk: person for person in rows}
    tags = tags_of(pks)
    added = [change for change in changes if change.added]
    updated = [change for change in changes if not change.added]
    keys = set(Field.objects.filter(owner=of.owner_id).values_list("key", flat=True))
    gone = mark_added(added, people, tags, keys)
    written = [written_back(change, people[change.recipient_id]) for change in updated]
    change_recipients([row for row in written if row], now=timezone.now())
    untag(updated, tags)
    keep(changes)
    Recipient.all_objects.filter(pk__in=gone).delete()
    return {"gone": len(gone), "restored": sum(bool(change.after) for change in updated),
            "kept": sum(bool(change.kept) for change in changes)}


def tags_of(pks: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for recipient, tag in Tagging.objects.filter(recipient__in=among(pks)).values_list(
            "recipient_id", "tag_id"):
        found.setdefault(recipient, set()).add(tag)
    return found


def mark_added(changes: list[ImportChange], people: dict[int, Recipient],
               tags: dict[int, set[int]], keys: set[str]) -> list[int]:
    """Say of each added one why they stay. Returns the ids of those who go.

    `keys` are of the fields that there are yet.
    """
    pks = [change.recipient_id for change in changes]
    picked = picked_of(pks)
    written = written_to(pks)
    gone = []
    for change in changes:
        pk = change.recipient_id
        why = {EDITED: is_edited(change, people[pk], keys), PICKED: pk in picked,
               WRITTEN: pk in written,
               TAGGED: bool(tags.get(pk, set()) - set(change.after.get("tags", ())))}
        reasons = [name for name, holds in why.items() if holds]
        if people[pk].deleted_at:
            change.kept = {}  # deleted by hand, and out of the book already
        elif reasons:
            change.kept = {"why": reasons}
        else:
            gone.append(pk)
    return gone


def is_edited(change: ImportChange, person: Recipient, keys: set[str]) -> bool:
    """Whether somebody changed them since. That a whole field was deleted is no such change."""
    wrote = Written(person.email)
    for target, value in change.after.items():
        if target != "tags":
            wrote.set(target, value)
    if any(person.fields.get(key) != wrote.fields.get(key) for key in keys):
        return True
    is_now = (person.email, person.full_name, person.comment)
    return is_now != (wrote.email, wrote.full_name, wrote.comment)


def picked_of(pks: list[int]) -> set[int]:
    """Return which of these recipients were picked for a mailing."""
    through = Mailing.recipients.through.objects
    return set(through.filter(recipient__in=among(pks)).values_list("recipient_id", flat=True))


def written_to(pks: list[int]) -> set[int]:
    """Return which of these recipients a letter went to, or goes."""
    being_made = RunAudience.objects.filter(run__in=Preparation.objects.values("run"))
    found: set[int] = set()
    for rows in Delivery.objects.all(), Attempt.objects.all(), being_made:
        found.update(rows.filter(recipient__in=among(pks)).values_list("recipient_id", flat=True))
    return found


def written_back(change: ImportChange, person: Recipient) -> Written | None:
    """Return a person with what the import replaced; None where nothing of it is there any more.

    What has another value by now is kept, and noted.
    """
    row = Written(person.email, person.full_name, person.comment, dict(person.fields),
                  person.ground_id, person.pk)
    kept = {}
    is_changed = False
    for target, wrote in change.after.items():
        if target == "tags":
            continue
        value = value_now(row, target)
        if value == wrote:
            row.set(target, change.before.get(target))
            is_changed = True
        else:
            kept[target] = value
    change.kept = {"fields": kept} if kept else {}
    return row if is_changed else None


def value_now(row: Written, target: str) -> Any:
    if target.startswith(FIELD):
        return row.fields.get(target.removeprefix(FIELD))
    return getattr(row, target)


def untag(changes: list[ImportChange], tags: dict[int, set[int]]) -> None:
    """Take the tags away that the import gave to people who were there before."""
    given: dict[int, list[int]] = {}
    for change in changes:
        for tag in change.after.get("tags", ()):
            if tag in tags.get(change.recipient_id, ()):
                given.setdefault(tag, []).append(change.recipient_id)
    for tag, pks in given.items():
        Tagging.objects.filter(tag=tag, recipient__in=among(pks)).delete()


def keep(changes: list[ImportChange]) -> None:
    """Store of each change what was kept, and thereby that it is taken back."""
    data = [[change.pk, value_json(change.kept)] for change in changes if change.kept is not None]
    if not data:
        return
    statement = KEEP.format(kept=cell(1, "jsonb"), rows=rows_from(), pk=cell(0, "bigint"))
    with connection.cursor() as cursor:
        cursor.execute(statement, [rows_json(data)])


KIND = UndoKind()
