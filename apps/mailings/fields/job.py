"""The job that takes the values of a deleted field from all recipients of its owner."""
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.jobs.kinds import Kind, Later
from apps.jobs.models import Job

from ..models import Field, Import, Recipient
from .services import KEY
from .sql import fields_with

BATCH = 5000  # recipients that are looked through within a second
LOOK = timedelta(seconds=10)  # while an import writes


class FieldValuesKind(Kind):
    """Looks through the owner's book, and deletes the field itself after the last batch."""

    key = KEY
    label = _("Values of a deleted field")
    private = True

    def run_batch(self, job: Job) -> bool:
        field = Field.all_objects.filter(pk=job.place["field"], deleted_at__isnull=False).first()
        if field is None:  # it was brought back
            return True
        # One that began before the deletion still writes to it: whoever has the key next would
        # find these values.
        writing = Import.objects.filter(owner=field.owner_id, stage=Import.Stage.LANDING)
        if writing.exists():
            raise Later(timezone.now() + LOOK)
        book = Recipient.all_objects.filter(owner=field.owner_id)
        if not job.total:
            job.total = book.count()
        after = job.place["after"]
        last = book.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[
            BATCH - 1:BATCH].first()
        drop_values(field, after=after, last=last)
        if last is None:
            job.done = job.total
            field.delete()
            return True
        job.done += BATCH
        job.total = max(job.total, job.done)
        job.place["after"] = last
        return False

    def title(self, job: Job) -> str:
        field = Field.all_objects.filter(pk=job.place["field"]).first()
        return f"{self.label}: {field.label}" if field else str(self.label)


def drop_values(field: Field, *, after: int, last: int | None) -> None:
    """Take the field's value from the recipients with ids after `after`, up to `last` if any.

    Nothing that a list is ordered or searched by follows from these values.
    """
    rows = Recipient.all_objects.filter(
        owner=field.owner_id, pk__gt=after, fields__has_key=field.key)
    if last is not None:
        rows = rows.filter(pk__lte=last)
    rows.update(fields=fields_with(field.key, None))


KIND = FieldValuesKind()
