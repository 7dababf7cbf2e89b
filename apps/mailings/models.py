"""The nouns: recipients, messages, mailings; runs and their ledger; attempts.

Recipients, messages and mailings are deleted softly (`deleted_at`), owners are PROTECT:
attempts never vanish with what they tell of. The states of a delivery are drawn in
docs/sending.md.
"""
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .bounces import Bounceable
from .querysets import AttemptQuerySet, MailingQuerySet, NotDeletedManager, OwnedQuerySet
from .querysets import RecipientQuerySet, RunQuerySet
from .seeds import new_seed
from .tallies import DOMAINS_STALE, DomainTally, Increment, MinuteTally, Tally  # noqa: F401 tables


class Owned(models.Model):
    """Somebody's own, deleted softly."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Recipient(Owned, Bounceable):
    """A client in somebody's address book; the e-mail is unique within that book."""

    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("full name"), max_length=150)
    comment = models.TextField(_("comment"), blank=True, validators=[MaxLengthValidator(5000)])

    objects = NotDeletedManager.from_queryset(RecipientQuerySet)()
    all_objects = models.Manager.from_queryset(RecipientQuerySet)()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["full_name", "id"]
        base_manager_name = "all_objects"
        constraints = [models.UniqueConstraint(
            "owner", Lower("email"), condition=Q(deleted_at=None),
            name="recipient_email_unique_per_owner")]
        indexes = [models.Index(fields=["owner", "full_name", "id"], name="recipient_owner_name"),
                   Bounceable.MARKED_BY]
        permissions = [("view_all_recipients", _("Can view everyone's recipients"))]

    def __str__(self):
        return f"{self.full_name} <{self.email}>"

    def get_absolute_url(self):
        return reverse("mailings:recipient_detail", args=[self.pk])


class Message(Owned):
    """What a letter says: subject and body, with personal fields (see `personal.py`)."""

    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("body"), validators=[MaxLengthValidator(100_000)])

    objects = NotDeletedManager.from_queryset(OwnedQuerySet)()
    all_objects = models.Manager.from_queryset(OwnedQuerySet)()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        base_manager_name = "all_objects"
        permissions = [("view_all_messages", _("Can view everyone's messages"))]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("mailings:message_detail", args=[self.pk])


class Mailing(Owned):
    """A message to recipients inside a window of time."""

    class Status(models.TextChoices):
        CREATED = "Создана", pgettext_lazy("mailing status", "Created")
        RUNNING = "Запущена", pgettext_lazy("mailing status", "Running")
        COMPLETED = "Завершена", pgettext_lazy("mailing status", "Completed")

    starts_at = models.DateTimeField(_("first send"))
    ends_at = models.DateTimeField(_("end of sending"))
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.CREATED, editable=False)
    message = models.ForeignKey(
        Message, models.PROTECT, related_name="mailings", verbose_name=_("message"))
    recipients = models.ManyToManyField(
        Recipient, related_name="mailings", verbose_name=_("recipients"))
    disabled_at = models.DateTimeField(_("disabled at"), null=True, blank=True, editable=False)
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False,
        related_name="+", verbose_name=_("disabled by"))

    objects = NotDeletedManager.from_queryset(MailingQuerySet)()
    all_objects = models.Manager.from_queryset(MailingQuerySet)()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-starts_at", "-id"]
        base_manager_name = "all_objects"
        constraints = [models.CheckConstraint(
            condition=Q(ends_at__gt=F("starts_at")), name="mailing_ends_after_start")]
        indexes = [
            models.Index(fields=["status", "ends_at"], name="mailing_status_end"),
            models.Index(fields=["owner", "-starts_at", "-id"], name="mailing_owner_start"),
        ]
        permissions = [
            ("view_all_mailings", _("Can view everyone's mailings")),
            ("disable_mailing", _("Can disable mailings")),
        ]

    def __str__(self):
        return f"{self.message} ({self.starts_at:%Y-%m-%d %H:%M})"

    def get_absolute_url(self):
        return reverse("mailings:mailing_detail", args=[self.pk])


class Run(models.Model):
    """One sending of a mailing: what was on the screen then, and its figures, which add up always.

    They follow the ledger within a second (`delivery/counting.py`); `skipped` includes cancelled.
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

    ACTIVE = (State.RUNNING, State.PAUSED)
    LETTERS_LEFT = Q(total__gt=F("sent") + F("failed") + F("unknown") + F("skipped"))

    mailing = models.ForeignKey(
        Mailing, models.PROTECT, related_name="runs", verbose_name=_("mailing"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs", verbose_name=_("owner"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("started by"))
    trigger = models.CharField(_("started"), max_length=10, choices=Trigger.choices)
    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("body"))
    seed = models.CharField(max_length=32, default=new_seed, editable=False)  # of Message-IDs
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, blank=True)
    server_words = models.TextField(_("server's answer"), blank=True)
    hold_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    holds = models.PositiveSmallIntegerField(default=0)
    restores = models.PositiveIntegerField(default=0, editable=False)  # noticed when it last began
    total = models.PositiveIntegerField(_("recipients"), default=0)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    unknown = models.PositiveIntegerField(_("outcome unknown"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    domains_at = models.DateTimeField(null=True, editable=False)  # `updated_at` as they know it

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(
            fields=["mailing"], condition=Q(state__in=["running", "paused"]),
            name="run_one_active_per_mailing")]
        indexes = [
            models.Index(fields=["state"], name="run_with_letters_left", condition=Q(
                total__gt=F("sent") + F("failed") + F("unknown") + F("skipped"))),
            models.Index(fields=["id"], name="run_domains_stale", condition=DOMAINS_STALE),
        ]

    def __str__(self):
        return _("Run %(id)s") % {"id": self.pk}

    @property
    def left(self):
        """How many letters have no final outcome yet."""
        return self.total - self.sent - self.failed - self.unknown - self.skipped

    @property
    def is_active(self):
        return self.state in self.ACTIVE

    def has_letters_now(self):
        """Whether letters wait for their turn or are in hand; two indexed looks."""
        states = Delivery.State.PENDING, Delivery.State.CLAIMED
        return any(self.deliveries.filter(state=state).exists() for state in states)


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

    run = models.ForeignKey(
        Run, models.PROTECT, related_name="deliveries", verbose_name=_("run"), db_index=False)
    recipient = models.ForeignKey(
        Recipient, models.SET_NULL, null=True, related_name="deliveries",
        verbose_name=_("recipient"))
    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("full name"), max_length=150)
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
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False),
                         name="delivery_settled"),
        ]

    def __str__(self):
        return f"{self.email}: {self.get_state_display()}"


class Attempt(models.Model):
    """One try that reached for the mail server, with what it answered; never changed."""

    class Status(models.TextChoices):
        SUCCESS = "Успешно", pgettext_lazy("attempt status", "Sent")
        FAILURE = "Не успешно", pgettext_lazy("attempt status", "Failed")

    # Those of a delivery and its run, which constraints hold: four checks less.
    HELD = {"related_name": "attempts", "db_index": False, "db_constraint": False}
    mailing = models.ForeignKey(
        Mailing, models.PROTECT, verbose_name=_("mailing"), **HELD)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), **HELD)
    run = models.ForeignKey(Run, models.PROTECT, verbose_name=_("run"), **HELD)
    recipient = models.ForeignKey(
        Recipient, models.SET_NULL, null=True, verbose_name=_("recipient"),
        related_name="attempts", db_constraint=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    attempted_at = models.DateTimeField(_("time"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    outcome_unknown = models.BooleanField(_("outcome unknown"), default=False)
    code = models.PositiveSmallIntegerField(_("reply code"), null=True, blank=True)
    server_response = models.TextField(_("server's answer"), blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-attempted_at", "-id"]
        indexes = [
            models.Index(fields=["owner", "-attempted_at", "-id"], name="attempt_owner_time"),
            models.Index(fields=["mailing", "-attempted_at", "-id"], name="attempt_mailing_time"),
            models.Index(fields=["-attempted_at", "-id"], name="attempt_time"),  # managers' list
        ]

    def __str__(self):
        return f"{self.email}: {self.get_status_display()}"
