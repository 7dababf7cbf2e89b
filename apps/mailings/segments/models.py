"""Segments: recipients by conditions, found anew whenever somebody asks."""
from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..owned import PrivateQuerySet


class Segment(models.Model):
    """Conditions with a name.

    `conditions` is a group: {"match": "all" or "any", "of": […]}, each of which is a condition
    {"what": …, "how": …, "value": …} or, once, another group. See `conditions.py`.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=60)
    conditions = models.JSONField(_("conditions"), default=dict)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = PrivateQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(
            "owner", Lower("name"), name="segment_once_per_owner")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("mailings:segment_detail", args=[self.pk])
