"""Runs of mailings: what was sent once, and its figures."""
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.numbers import MANY

from .deliveries import Delivery
from .ground.models import Ground
from .owned import HistoryQuerySet
from .titles import without_fields

if TYPE_CHECKING:
    from apps.users.models import User

MAILING_OR_TEST = Q(test=False, mailing__isnull=False, message=None) | Q(
    test=True, mailing=None, message__isnull=False)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
TEST_FOR = timedelta(hours=1)  # a test letter that has not left by then is called off
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
    """Whose runs are asked for, gets those of mailings: tests are found by their message."""

    def of_mailings(self) -> "RunQuerySet":
        return self.filter(test=False)

    def owned_by(self, user: "User | int") -> "RunQuerySet":
        return super().owned_by(user).of_mailings()

    def visible_to(self, user: "User") -> "RunQuerySet":
        return super().visible_to(user).of_mailings()

    def active(self):
        return self.filter(state__in=self.model.ACTIVE)

    def newest(self):
        """Return the latest of each mailing."""
        return self.filter(is_newest()).without_letter()

    def without_letter(self) -> "RunQuerySet":
        """Return these without what may be long and lists do not show."""
        return self.defer("body", "html", "attachments")

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

    mailing = models.ForeignKey("mailings.Mailing", models.PROTECT, null=True, related_name="runs",
                                verbose_name=_("mailing"))  # None of a test
    # It sends a message to its writer: no mailing's status, rest or report knows of it.
    test = models.BooleanField(default=False, editable=False)
    message = models.ForeignKey("mailings.Message", models.PROTECT, null=True, editable=False,
                                related_name="tests", verbose_name=_("message"))  # of a test
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs", verbose_name=_("owner"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+",
        verbose_name=_("started by"))
    trigger = models.CharField(_("started"), max_length=10, choices=Trigger.choices)
    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("body"))
    html = models.TextField(blank=True, default="", editable=False)
    attachments = models.JSONField(default=list, editable=False)  # `Attachment.snapshot` of each
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
    # Who has left only advertising alone still gets other letters.
    kind = models.CharField(
        max_length=12, choices=Ground.Purpose.choices, default=Ground.Purpose.ADVERTISING,
        editable=False)
    # The mailbox where bounces of this run are read; "" where there is none. Its address carries
    # each delivery's token where the server takes that, else the envelope's is `from_address`.
    bounces_to = models.EmailField(max_length=254, blank=True, default="", editable=False)
    has_return_path = models.BooleanField(default=False, editable=False)
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
    # Of the sent: how many letters came back later. They are no part of the sum.
    returned = models.PositiveIntegerField(_("came back"), default=0)
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
        constraints = [
            models.UniqueConstraint(fields=["mailing"], name="run_one_active_per_mailing",
                                    condition=Q(state__in=["running", "paused"])),
            models.CheckConstraint(condition=MAILING_OR_TEST, name="run_of_mailing_or_test"),
        ]
        indexes = [
            models.Index(
                fields=["state"], name="run_with_letters_left", condition=LETTERS_LEFT),
            models.Index(fields=["id"], name="run_domains_stale", condition=DOMAINS_STALE),
        ]

    def __str__(self):
        return _("Run %(id)s") % {"id": self.pk}

    @property
    def title(self) -> str:
        """What a person calls it."""
        if self.mailing:
            return self.mailing.title
        return _("Test: %(subject)s") % {"subject": without_fields(self.subject)}

    @property
    def ends_at(self) -> datetime:
        """When no more letters may leave."""
        return self.mailing.ends_at if self.mailing else self.started_at + TEST_FOR

    @property
    def opening(self) -> tuple[datetime, datetime]:
        """From when until when letters may leave, by the window and the hours written down."""
        mailing = self.mailing
        if mailing is None or mailing.opens_at is None or mailing.closes_at is None:
            return LONG_AGO, self.ends_at
        return mailing.opens_at, min(mailing.closes_at, self.ends_at)

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
