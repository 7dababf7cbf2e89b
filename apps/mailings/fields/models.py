"""Fields of an owner's own, beside the name, address and comment that each recipient has."""
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..owned import NotDeletedManager, PrivateQuerySet

LONGEST_KEY = 40  # a merge field's braces hold no more
LONGEST_TEXT = 500  # of a value


class Field(models.Model):
    """What an owner wants to know of each recipient: a column of the list, `{key}` in letters.

    `Recipient.fields` has the values by the key, which never changes; the label may. A text is a
    string there, a number a number, a date a string as ISO 8601 has it, a choice one of `choices`.
    A value that is not known is not there at all.

    One that was deleted keeps its key until a job has taken its values from all recipients.
    """

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("kind of field", "Text")
        NUMBER = "number", pgettext_lazy("kind of field", "Number")
        DATE = "date", pgettext_lazy("kind of field", "Date")
        CHOICE = "choice", pgettext_lazy("kind of field", "One of several")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    key = models.CharField(_("key"), max_length=LONGEST_KEY)  # in small letters
    label = models.CharField(_("label"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)  # texts, of a choice
    former = models.JSONField(default=list, editable=False)  # choices no more: some still have one
    in_list = models.BooleanField(_("column of the list"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    deleted_at = models.DateTimeField(_("deleted at"), null=True, editable=False)

    objects = NotDeletedManager.from_queryset(PrivateQuerySet)()
    all_objects = PrivateQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a recipient", "field")
        verbose_name_plural = pgettext_lazy("of a recipient", "fields")
        ordering = ["id"]
        base_manager_name = "all_objects"
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="field_key_once_per_owner"),
            models.UniqueConstraint(
                "owner", Lower("label"), condition=models.Q(deleted_at=None),
                name="field_label_once_per_owner"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("mailings:field_list")
