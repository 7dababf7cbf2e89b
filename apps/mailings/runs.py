"""Runs of mailings, and the ledger: what was to be sent to whom, and what came of it.

The states of a delivery are drawn in docs/sending.md.
"""
import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.addresses import shown
from apps.core.numbers import MANY

from .owned import HistoryQuerySet

LETTERS_LEFT = Q(total__gt=F("sent") + F("failed") + F("unknown") + F("skipped"))
# The run's figures have changed since its domains were counted.
DOMAINS_STALE = Q(domains_at=None) | Q(domains_at__lt=F("updated_at")) | Q(
    domains_at__gt=F("updated_at"))


def new_seed() -> str:
    """Return 128 random bits in hex: a run's secret, from which Message-IDs are derived."""
    return secrets.token_hex(16)


def is_newest() -> Q:
    """Whether a run is the latest of its mailing."""
    newest = Run.objects.filter(mailing=OuterRef("mailing")).order_by("-id")
    return Q(pk=Subquery(newest.values("pk")[:1]))


class RunQuerySet(HistoryQuerySet):

    def active(self):
        return self.filter(state__in=self.model.ACTIVE)

    def newest(self):
        """Return the latest of each mailing."""
        return self.filter(is_newest()).defer("body")

    def ended_with_letters_left(self):
        return self.filter(LETTERS_LEFT).exclude(
            state__in=self.model.ACTIVE).select_related("mailing")


class Run(models.Model):
    """One sending of a mailing: the letter as it was then, and figures that always add up.

    The figures follow the ledger within a second (`statistics/counting.py`); `skipped` includes
    cancelled.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")
        FINISHED = "finished", _("Finished")

    class Trigger(models.TextChoices):
        PAGE = "page", _("from the page")
        COMMAND = "command", _("from the command line")
        SCHEDULE = "schedule", _("on schedule")

    class Reason(models.TextChoices):
        PERSON = "person", _("by a person")
        DISABLED = "disabled", _("the mailing was disabled by a manager")
        BLOCKED = "blocked", _("the owner is blocked")
        SERVER = "server", _("the mail server refuses to work with us")
        RESTORE = "restore", _("the database was restored from a backup")
        WINDOW = "window", _("the end of sending has come")
        NOBODY = "nobody", _("there was nobody left to send to")
        AUDIENCE = "audience", _("the recipients had changed since they were counted")
        SENDER = "sender", _("its sender was deleted, or its server does not let us in")

    ACTIVE = (State.RUNNING, State.PAUSED)

    mailing = models.ForeignKey(
        "mailings.Mailing", models.PROTECT, related_name="runs", verbose_name=_("mailing"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs", verbose_name=_("owner"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("started by"))
    trigger = models.CharField(_("started"), max_length=10, choices=Trigger.choices)
    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("body"))
    # The owner's own fields that the letter uses: their kinds by their keys; None of a letter
    # without.
    fields = models.JSONField(null=True, editable=False)
    # Whose server takes the letters; None: the service's. What recipients see is as it was then: an
    # empty `from_address` is the service's own.
    sender = models.ForeignKey(
        "mailings.Sender", models.PROTECT, null=True, related_name="runs", editable=False,
        verbose_name=pgettext_lazy("of letters", "sender"))
    from_name = models.CharField(max_length=100, blank=True, default="", editable=False)
    from_address = models.EmailField(max_length=254, blank=True, default="", editable=False)
    reply_to = models.EmailField(max_length=254, blank=True, default="", editable=False)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)  # of Message-IDs
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, blank=True)
    server_words = models.TextField(_("server's answer"), blank=True)
    hold_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    holds = models.PositiveSmallIntegerField(default=0)
    # How many restores had been noticed when this run was last started or resumed.
    restores = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(_("recipients"), default=0)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    unknown = models.PositiveIntegerField(_("outcome unknown"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    # When the last row of its ledger was made; None while they are being made.
    prepared_at = models.DateTimeField(
        _("prepared at"), null=True, default=timezone.now, editable=False)
    # What `updated_at` was when the tallies by domain were last counted.
    domains_at = models.DateTimeField(null=True, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(
            fields=["mailing"], condition=Q(state__in=["running", "paused"]),
            name="run_one_active_per_mailing")]
        indexes = [
            models.Index(
                fields=["state"], name="run_with_letters_left", condition=LETTERS_LEFT),
            models.Index(fields=["id"], name="run_domains_stale", condition=DOMAINS_STALE),
        ]

    def __str__(self):
        return _("Run %(id)s") % {"id": self.pk}

    @property
    def left(self) -> int:
        """How many letters have no final outcome yet."""
        return self.total - self.sent - self.failed - self.unknown - self.skipped

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def is_ending(self) -> bool:
        """Whether it was stopped, and the letters of many are still being called off."""
        return self.state == self.State.STOPPED and self.total > MANY and self.left > 0

    def has_letters_now(self) -> bool:
        """Return whether letters wait for their turn, are in hand, or are still to be written down.

        It takes two indexed looks.
        """
        if self.prepared_at is None:
            return True
        pending = self.deliveries.filter(state=Delivery.State.PENDING)
        claimed = self.deliveries.filter(state=Delivery.State.CLAIMED)
        return pending.exists() or claimed.exists()


class Preparation(models.Model):
    """How far a run's ledger is made. It exists while the run is not `prepared_at`.

    With `unknown` the run is one of a restored database: what is unsent in it becomes unknown.
    """

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="preparation")
    again = models.BooleanField()  # everybody, or the rest
    moment = models.DateTimeField(null=True)  # when it was fixed who is in
    place = models.BigIntegerField(default=0)  # the last recipient whose row was made
    made = models.PositiveIntegerField(default=0)  # rows
    expected = models.PositiveIntegerField(null=True)  # how many letters the person was told of
    unknown = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("preparation of a run")
        verbose_name_plural = _("preparations of runs")

    def __str__(self):
        return str(self.run)


class RunAudience(models.Model):
    """Who is in a run, and at which address, as one statement found them.

    Gone when the ledger is made.
    """

    pk = models.CompositePrimaryKey("run_id", "recipient_id")
    run = models.ForeignKey(
        Run, models.CASCADE, related_name="audience", db_index=False, db_constraint=False)
    recipient = models.ForeignKey(
        "mailings.Recipient", models.CASCADE, related_name="+", db_index=False,
        db_constraint=False)
    email = models.EmailField(max_length=254)

    class Meta:
        verbose_name = _("recipient of a run")
        verbose_name_plural = _("recipients of runs")

    def __str__(self):
        return f"{self.run_id}: {self.recipient_id}"


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
        Run, models.PROTECT, related_name="deliveries", verbose_name=_("run"), db_index=False)
    recipient = models.ForeignKey(
        "mailings.Recipient", models.SET_NULL, null=True, related_name="deliveries",
        verbose_name=_("recipient"))
    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("full name"), max_length=150)
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
