"""The ledger: what was to be sent to whom in a run, and what came of it.

The states of a delivery are drawn in docs/sending.md.
"""
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown


# Those that are pending, said so that `delivery_by_provider` is the only index for it: PostgreSQL,
# which may think that a run has few of them, would else read all by `delivery_pending`.
PENDING_BY_PROVIDER = "state IN ('pending', 'retry') AND next_try_at IS NULL"


class DeliveryQuerySet(models.QuerySet["Delivery"]):

    def in_state(self, state: str) -> "DeliveryQuerySet":
        """Return those in one state, by its index: SQLite uses none for what is a parameter."""
        state = Delivery.State(state)
        where = [f"mailings_delivery.state = '{state}'"]
        if state in Delivery.SET_ASIDE:
            where.append("mailings_delivery.state IN ('skipped', 'cancelled')")
        return self.extra(where=where)  # nosec B610 of constants


class Delivery(models.Model):
    """The ledger: one row per recipient of a run, in exactly one state."""

    class State(models.TextChoices):
        PENDING = "pending", _("Queued")
        CLAIMED = "claimed", _("Sending")
        RETRY = "retry", _("Will be retried")
        SENT = "sent", pgettext_lazy("delivery state", "Sent")
        FAILED = "failed", pgettext_lazy("delivery state", "Failed")
        UNKNOWN = "unknown", _("Outcome unknown")
        SKIPPED = "skipped", _("Skipped")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.PENDING, State.CLAIMED, State.RETRY)
    SET_ASIDE = (State.SKIPPED, State.CANCELLED)

    run = models.ForeignKey(
        "mailings.Run", models.PROTECT, related_name="deliveries", verbose_name=_("run"),
        db_index=False)
    recipient = models.ForeignKey(
        "mailings.Recipient", models.SET_NULL, null=True, related_name="deliveries",
        verbose_name=_("recipient"))
    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("full name"), max_length=150)
    # The family that the address belongs to: a key of `providers.families`.
    provider = models.CharField(max_length=16, blank=True, default="", db_default="",
                                editable=False)
    # Of the run's `fields`, what the letter says, by their keys: texts, null where it is not known.
    values = models.JSONField(null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    crashes = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("server's answer"), blank=True, default="")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("settled by"), db_index=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["id"]
        constraints = [models.UniqueConstraint("run", Lower("email"), name="delivery_once_per_run")]
        # Each index is written twice for each letter: no more than these and the constraint's.
        indexes = [
            models.Index(fields=["run", "id"], condition=Q(state="pending"),
                         name="delivery_pending"),
            models.Index(fields=["run", "provider", "id"], name="delivery_by_provider",
                         condition=Q(state__in=["pending", "retry"], next_try_at=None)),
            models.Index(fields=["run", "next_try_at"], condition=Q(state="retry"),
                         name="delivery_retry"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"),
                         name="delivery_lease"),
            models.Index(fields=["run", "id"], condition=Q(state="unknown"),
                         name="delivery_unknown"),
            models.Index(fields=["run", "id"], condition=Q(state="failed"),
                         name="delivery_failed"),
            models.Index(fields=["run", "id"], condition=Q(state__in=["skipped", "cancelled"]),
                         name="delivery_set_aside"),
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False),
                         name="delivery_settled"),
        ]

    def __str__(self):
        return f"{shown(self.email)}: {self.get_state_display()}"
