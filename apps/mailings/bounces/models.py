"""What came back of letters that a server had taken."""
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown

from ..owned import OwnedQuerySet


class BounceQuerySet(OwnedQuerySet):

    permission = "mailings.view_all_mailings"

    def returned(self) -> "BounceQuerySet":
        """Return those whose letter was not delivered in the end: all but complaints."""
        return self.exclude(outcome=Bounce.Outcome.COMPLAINT)


class Bounce(models.Model):
    """An event of a delivery: a server that had taken the letter gave it back, or its reader
    complained. The ledger says what was sent, this what came of it later; neither changes the
    other."""

    class Outcome(models.TextChoices):
        GONE = "gone", pgettext_lazy("bounce", "The address does not exist")
        NOW = "now", pgettext_lazy("bounce", "For now")
        LETTER = "letter", pgettext_lazy("bounce", "About the letter")
        US = "us", pgettext_lazy("bounce", "About the sender")
        COMPLAINT = "complaint", pgettext_lazy("bounce", "Complaint")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("owner"))
    # Copied from the delivery, to be counted and listed by.
    run = models.ForeignKey("mailings.Run", models.PROTECT, related_name="bounces",
                            db_index=False, verbose_name=_("run"))
    delivery = models.ForeignKey("mailings.Delivery", models.PROTECT, related_name="bounces",
                                 db_index=False, verbose_name=_("delivery"))
    recipient = models.ForeignKey("mailings.Recipient", models.SET_NULL, null=True,
                                  related_name="bounces", verbose_name=_("recipient"))
    email = models.EmailField(_("e-mail"), max_length=254)  # whom the letter was for
    outcome = models.CharField(_("what it means"), max_length=10, choices=Outcome.choices)
    meaning = models.CharField(max_length=12, blank=True)  # of `attempts.faults.Meaning`
    words = models.TextField(_("server's answer"), blank=True)
    happened_at = models.DateTimeField(_("came back at"), default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BounceQuerySet.as_manager()

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        ordering = ["-happened_at", "-id"]
        constraints = [
            # The same report may come a thousand times.
            models.UniqueConstraint(fields=["delivery", "outcome"], name="bounce_once"),
        ]
        indexes = [
            models.Index(fields=["run", "delivery"], name="bounce_of_run"),
            models.Index(fields=["owner", "-happened_at", "-id"], name="bounce_owner"),
        ]

    def __str__(self) -> str:
        return f"{shown(self.email)}: {self.get_outcome_display()}"


def came_back(delivery: str = "pk") -> Exists:
    """Return whether the letter of a row, whose id its `delivery` is, came back."""
    return Exists(Bounce.objects.returned().filter(delivery=OuterRef(delivery)).order_by())


def complained_of(delivery: str = "pk") -> Exists:
    """Return whether the reader of the letter of a row complained of it."""
    complaints = Bounce.objects.filter(outcome=Bounce.Outcome.COMPLAINT)
    return Exists(complaints.filter(delivery=OuterRef(delivery)).order_by())
