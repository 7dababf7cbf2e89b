"""On what ground people are written to."""
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..owned import PrivateQuerySet


class Ground(models.Model):
    """Where addresses came from, and what their people agreed to; never changed once it is used."""

    class Purpose(models.TextChoices):
        ADVERTISING = "advertising", pgettext_lazy("ground", "Advertising")
        INFORMATION = "information", pgettext_lazy("ground", "Information")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    text = models.TextField(_("text"))  # where from, and what was agreed to
    version = models.CharField(_("version of the text"), max_length=60, blank=True)
    agreed_on = models.DateField(_("date"), null=True, blank=True)
    proof = models.CharField(_("where the proof lies"), max_length=500, blank=True)
    purpose = models.CharField(
        _("for"), max_length=12, choices=Purpose.choices, default=Purpose.ADVERTISING)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = PrivateQuerySet.as_manager()

    class Meta:
        verbose_name = _("ground")
        verbose_name_plural = _("grounds")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.text[:80]
