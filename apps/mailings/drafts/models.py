"""What somebody was writing, as it was typed, until it is saved or thrown away."""
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=30)
ENDED = ""  # the place of what was saved or thrown away


class DraftQuerySet(models.QuerySet):

    def owned_by(self, user):
        return self.filter(owner=user)

    def kept(self):
        """Return those that are not too old to be offered."""
        return self.filter(updated_at__gt=timezone.now() - KEPT_FOR)


class Draft(models.Model):
    """The fields of one form in one window.

    `place` says which form, as `message:new` or `mailing:12`, or that it has ENDED. `key` is the
    window's own, so that two windows of one form never write over each other.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"), related_name="+")
    place = models.CharField(_("which form"), max_length=40)
    key = models.CharField(_("which window"), max_length=32)
    data = models.JSONField(_("what was typed"))  # the values of each field by its name
    updated_at = models.DateTimeField(_("changed at"), db_index=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="draft_key_unique_per_owner")]

    def __str__(self):
        return f"{self.place} ({self.updated_at:%Y-%m-%d %H:%M})"

    @property
    def is_of_mailing(self) -> bool:
        return self.place.startswith("mailing:")

    @property
    def time(self) -> str:
        """When it was kept, as its owner reads it: of today the time alone."""
        at = timezone.localtime(self.updated_at)
        if at.date() == timezone.localdate():
            return date_format(at, "TIME_FORMAT")
        return date_format(at, "SHORT_DATETIME_FORMAT")

    @property
    def stamp(self) -> str:
        """When it was kept, exactly: by this a window tells whether another wrote it since."""
        return self.updated_at.isoformat()

    @property
    def fields(self) -> QueryDict:
        """What was typed, as a browser would send it."""
        fields = QueryDict(mutable=True)
        for name, values in self.data.items():
            fields.setlist(name, values)
        return fields
