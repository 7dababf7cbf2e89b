"""Whom a mailing is for, beside those who are picked by hand."""
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..segments.models import Segment
from ..tags.models import Tag

if TYPE_CHECKING:
    from .rules import Whom


class Addressed(models.Model):
    """To everyone, or to who has one of these tags or is in one of these segments.

    Less the excluded ones, those who got a letter in the last `quiet_days`, and with `skip_same`
    those who have this message from another mailing.
    """

    everyone = models.BooleanField(_("everyone"), default=False)
    tags = models.ManyToManyField(
        Tag, related_name="mailings", verbose_name=_("tags"), blank=True)
    segments = models.ManyToManyField(
        Segment, related_name="mailings", verbose_name=_("segments"), blank=True)
    excluded_tags = models.ManyToManyField(
        Tag, related_name="excluded_from", verbose_name=_("less these tags"), blank=True)
    excluded_segments = models.ManyToManyField(
        Segment, related_name="excluded_from", verbose_name=_("less these segments"), blank=True)
    quiet_days = models.PositiveSmallIntegerField(_("quiet days"), null=True, blank=True)
    skip_same = models.BooleanField(_("less who has this message"), default=False)

    remembered_whom: "Whom"  # by a page
    whom: str  # the words of a list's row

    class Meta:
        abstract = True
