"""Imports: a file of people, how it is read, what is wrong with it, and what it changed."""
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..ground.models import Ground
from ..owned import PrivateQuerySet
from ..tags.models import Tag

UNDO_FOR = timedelta(days=30)


class Import(models.Model):
    """A file, or what was pasted, on its way into an address book.

    Each stage that takes time is a job, whose row is the truth of how far it is: `opening` finds
    out how the file is read, `checking` is the dry run, `landing` writes, `undoing` takes back.
    Between them the person decides.
    """

    class Stage(models.TextChoices):
        OPENING = "opening", pgettext_lazy("import", "Is being opened")
        MAPPING = "mapping", pgettext_lazy("import", "Waits for its columns")
        CHECKING = "checking", pgettext_lazy("import", "Is being checked")
        CHECKED = "checked", pgettext_lazy("import", "Checked, nothing is written yet")
        LANDING = "landing", pgettext_lazy("import", "Is being added")
        LANDED = "landed", pgettext_lazy("import", "Added")
        UNDOING = "undoing", pgettext_lazy("import", "Is being taken back")
        UNDONE = "undone", pgettext_lazy("import", "Taken back")
        REFUSED = "refused", pgettext_lazy("import", "Can not be read")
        DROPPED = "dropped", pgettext_lazy("import", "Dropped")

    class Known(models.TextChoices):
        """What happens with who is in the book already."""

        UPDATE = "update", _("Update: what the file has replaces what is there")
        FILL = "fill", _("Fill: only what is empty")
        LEAVE = "leave", _("Leave as they are")

    WORKING = (Stage.OPENING, Stage.CHECKING, Stage.LANDING, Stage.UNDOING)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    job = models.ForeignKey(
        "jobs.Job", models.SET_NULL, null=True, editable=False, related_name="+", db_index=False)
    stage = models.CharField(
        _("stage"), max_length=8, choices=Stage.choices, default=Stage.OPENING)
    name = models.CharField(_("file"), max_length=255, blank=True)  # "" of what was pasted
    file = models.CharField(max_length=255, blank=True)  # its name in `default_storage`
    size = models.PositiveBigIntegerField(_("size"), default=0)  # octets
    reading = models.JSONField(default=dict)  # how it is read: `sheets.reading.Reading`
    # What its page shows of it: {"header": […], "rows": [[number, cells], …]}, cells cut short.
    sample = models.JSONField(default=dict)
    columns = models.JSONField(default=list)  # what each column becomes: see `columns.py`
    header_key = models.CharField(max_length=64, blank=True)  # by it columns are remembered
    known = models.CharField(
        _("who is there already"), max_length=8, choices=Known.choices, default=Known.UPDATE)
    tags = models.ManyToManyField(Tag, related_name="+", verbose_name=_("tags"))
    ground = models.ForeignKey(
        Ground, models.PROTECT, null=True, related_name="+", verbose_name=_("ground"))
    made = models.JSONField(default=dict)  # {"tags": ids, "fields": ids} that it has made
    last_row = models.PositiveIntegerField(default=0)  # of the file, as the dry run counted
    # They add up: added + updated + unchanged + rejected = people. Of the dry run first, of the
    # landing then.
    people = models.PositiveIntegerField(_("people read"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    # Among those: not letters' business alone, so they are named.
    suppressed = models.PositiveIntegerField(_("not written to"), default=0)
    returning = models.PositiveIntegerField(_("deleted before"), default=0)
    refusal = models.CharField(_("why it can not be read"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    landed_at = models.DateTimeField(_("added at"), null=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True)

    objects = PrivateQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("noun", "import")
        verbose_name_plural = pgettext_lazy("noun", "imports")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "id"], name="import_owner"),
            models.Index(fields=["owner", "header_key", "id"], name="import_header"),
        ]

    def __str__(self) -> str:
        return self.name or str(pgettext_lazy("import", "Pasted"))

    def get_absolute_url(self) -> str:
        return reverse("mailings:import_detail", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.stage in self.WORKING

    @property
    def undo_until(self) -> datetime | None:
        return self.landed_at and self.landed_at + UNDO_FOR


class ImportRow(models.Model):
    """A person of a file that deserves a look: rejected, or one of the first that are told of."""

    class Fate(models.TextChoices):
        REJECTED = "rejected", pgettext_lazy("row of an import", "Rejected")
        UPDATED = "updated", pgettext_lazy("row of an import", "Updated")
        SUPPRESSED = "suppressed", pgettext_lazy("row of an import", "Not written to")
        RETURNING = "returning", pgettext_lazy("row of an import", "Deleted before")
        DOUBTFUL = "doubtful", pgettext_lazy("row of an import", "To look at")

    of_import = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)
    fate = models.CharField(max_length=10, choices=Fate.choices)
    number = models.PositiveIntegerField()  # of the row in the file, as a person counts it: from 1
    part = models.PositiveIntegerField(default=0)  # which person of the row
    cells = models.JSONField(default=list)  # the row as it is in the file
    column = models.PositiveIntegerField(null=True)  # where the trouble is, from 0
    reason = models.CharField(max_length=32, blank=True)  # a key: see `reasons.py`
    details = models.JSONField(default=dict)  # what the reason's words need; before and after
    mended = models.JSONField(null=True)  # cells that the person wrote instead

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["number", "part", "id"]
        constraints = [models.UniqueConstraint(
            fields=["of_import", "fate", "number", "part"], name="import_row_once")]

    def __str__(self) -> str:
        return f"{self.of_import_id}: {self.number}"


class ImportChange(models.Model):
    """What an import wrote to one recipient: it is taken back by it, field by field."""

    of_import = models.ForeignKey(Import, models.CASCADE, related_name="changes", db_index=False)
    recipient = models.ForeignKey("mailings.Recipient", models.CASCADE, related_name="+")
    added = models.BooleanField()
    before = models.JSONField(default=dict)  # the old values, by the column's or field's name
    after = models.JSONField(default=dict)  # what was written instead
    kept = models.JSONField(null=True)  # once it is taken back: what was not, and why

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by imports")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(
            fields=["of_import", "recipient"], name="import_change_once")]

    def __str__(self) -> str:
        return f"{self.of_import_id}: {self.recipient_id}"
