"""Addresses that their owners write to no more."""
from django.conf import settings
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown, stored

from ..owned import PrivateQuerySet


class SuppressionQuerySet(PrivateQuerySet):

    def matching(self, text: str) -> "SuppressionQuerySet":
        """Return those whose address has `text` in it, as people write it or as it is stored."""
        return self.filter(email__contains=stored(text))


class Suppression(models.Model):
    """An address that its owner writes to no more. It is kept when the recipient is deleted."""

    class Reason(models.TextChoices):
        BY_HAND = "by_hand", pgettext_lazy("suppressed", "By hand")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    email = models.EmailField(_("e-mail"), max_length=254)  # in small letters
    reason = models.CharField(
        _("reason"), max_length=12, choices=Reason.choices, default=Reason.BY_HAND)
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(
            fields=["owner", "email"], name="suppression_once_per_owner")]
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="suppression_owner_since"),
            models.Index(fields=["-created_at", "-id"], name="suppression_since"),
        ]

    def __str__(self):
        return shown(self.email)


def suppressions_of_rows(owner: str = "owner") -> SuppressionQuerySet:
    """Return, for a subquery, the suppression of the `email` of rows, each of its `owner`."""
    return Suppression.objects.filter(owner=OuterRef(owner), email=Lower(OuterRef("email")))
