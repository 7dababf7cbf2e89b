"""Addresses that their owners write to no more."""
from django.conf import settings
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown, stored

from ..owned import PrivateQuerySet
from .hashing import DOMAIN


class SuppressionQuerySet(PrivateQuerySet):

    def matching(self, text: str) -> "SuppressionQuerySet":
        """Return those whose address has `text` in it, as people write it or as it is stored."""
        return self.filter(email__contains=stored(text))


class Suppression(models.Model):
    """An address that its owner writes to no more. It is kept when the recipient is deleted."""

    class Reason(models.TextChoices):
        BY_HAND = "by_hand", pgettext_lazy("suppressed", "By hand")
        UNSUBSCRIBED = "unsubscribed", pgettext_lazy("suppressed", "Unsubscribed")
        COMPLAINED = "complained", pgettext_lazy("suppressed", "Complained of spam")
        WIPED = "wiped", pgettext_lazy("suppressed", "Wiped on request")

    class Scope(models.TextChoices):
        ALL = "all", pgettext_lazy("suppressed", "All letters")
        ADVERTISING = "advertising", pgettext_lazy("suppressed", "Advertising")

    class Why(models.TextChoices):
        """What people say when they leave."""

        OFTEN = "often", pgettext_lazy("why unsubscribed", "Too many letters")
        DULL = "dull", pgettext_lazy("why unsubscribed", "Not interesting")
        UNASKED = "unasked", pgettext_lazy("why unsubscribed", "I did not ask for them")
        OTHER = "other", pgettext_lazy("why unsubscribed", "Something else")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    # In small letters. Of somebody whose address the service does not keep: see `hashing.py`.
    email = models.EmailField(_("e-mail"), max_length=254)
    scope = models.CharField(
        _("of what"), max_length=12, choices=Scope.choices, default=Scope.ALL)
    reason = models.CharField(
        _("reason"), max_length=12, choices=Reason.choices, default=Reason.BY_HAND)
    note = models.CharField(_("note"), max_length=500, blank=True)
    why = models.CharField(_("why"), max_length=8, choices=Why.choices, blank=True)
    # Whose link was followed, or which letter was complained of.
    delivery = models.ForeignKey(
        "mailings.Delivery", models.SET_NULL, null=True, related_name="+", db_index=False,
        editable=False, verbose_name=_("delivery"))
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

    def __str__(self) -> str:
        return shown(self.email)

    @property
    def is_all(self) -> bool:
        """Whether no letter at all goes to the address."""
        return self.scope == self.Scope.ALL

    @property
    def is_own_wish(self) -> bool:
        """Whether its person has asked for it, also where somebody had done it by hand before."""
        asked = self.reason in (self.Reason.UNSUBSCRIBED, self.Reason.COMPLAINED)
        return asked or self.delivery_id is not None

    @property
    def is_hashed(self) -> bool:
        """Whether the address itself is not kept."""
        return self.email.endswith(f"@{DOMAIN}")


def suppressions_of_rows(kind: str, owner: str = "owner") -> SuppressionQuerySet:
    """Return, for a subquery, the suppression of the `email` of rows, each of its `owner`.

    It is of those who get no letter of this `kind` (`Mailing.kind`).
    """
    return Suppression.objects.filter(
        owner=OuterRef(owner), email=Lower(OuterRef("email")), scope__in=scopes_of(kind))


def scopes_of(kind: str) -> tuple[str, str]:
    """Return the scopes of which a letter of this `kind` is: a kind has the name of its scope."""
    return Suppression.Scope.ALL.value, kind
