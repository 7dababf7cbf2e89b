"""What the workers know of each other."""
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.addresses import shown
from apps.core.fields import EncryptedText

ALIVE = timedelta(seconds=15)  # a worker that has been silent for longer is not there


class Worker(models.Model):
    """A living process that sends; it says so every few seconds."""

    # Not a number from a sequence: while a dump is loaded, another row may have the same number.
    token = models.CharField(max_length=32, primary_key=True)
    host = models.CharField(_("host"), max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen at"), db_index=True)

    class Meta:
        verbose_name = _("sending process")
        verbose_name_plural = _("sending processes")
        ordering = ["-seen_at"]

    def __str__(self):
        return f"{self.host}:{self.pid}"


def worker_alive() -> bool:
    """Return whether any worker has shown itself lately."""
    return Worker.objects.filter(seen_at__gte=timezone.now() - ALIVE).exists()


class Lease(models.Model):
    """A task that one process at a time may do: who does it, and until when."""

    CLOCK = "clock"
    ROUND = "round"

    name = models.CharField(max_length=32, unique=True)
    token = models.CharField(max_length=32, blank=True)
    until = models.DateTimeField()
    ticked_at = models.DateTimeField(_("last tick"), null=True)

    class Meta:
        db_table = "delivery_clocklease"  # delivery_lease is an index of the ledger
        verbose_name = _("lease")
        verbose_name_plural = _("leases")


class Throttle(models.Model):
    """How much may leave: a row for each sender, and one without a sender for `SENDER_RATE`.

    With a `provider` it says how much of that may leave to the mailboxes of one family: what the
    sender's owner allows, and what the provider's own answers have taught.

    All times are the database's. A row that was booked before its sender's limits were last
    changed says nothing any more.
    """

    sender = models.ForeignKey("mailings.Sender", models.CASCADE, null=True, related_name="+")
    provider = models.CharField(max_length=32, blank=True, default="")
    free_at = models.DateTimeField()  # when the next letter of any worker may leave
    booked_at = models.DateTimeField(null=True)
    spent = models.JSONField(default=dict)  # letters of late, for the limits of an hour and a day
    used_up = models.CharField(max_length=12, blank=True, default="")  # a limit: "per_day"
    # Of a provider. None: no limit.
    per_minute = models.PositiveIntegerField(_("letters a minute"), null=True, blank=True)
    per_connection = models.PositiveIntegerField(
        _("letters a connection"), null=True, blank=True)
    connections = models.PositiveSmallIntegerField(
        _("connections at once"), null=True, blank=True)
    # What a provider's "slow down" has done: letters a minute, None where nothing holds it back.
    slow_rate = models.FloatField(null=True)
    # The rate at which it said so last; None where letters left at none then.
    slow_most = models.FloatField(null=True)
    slow_at = models.DateTimeField(null=True)  # when it said so last
    # How often it has said so without a letter taken between; how many were taken since the rate
    # was last changed; and its words.
    slow_times = models.PositiveSmallIntegerField(default=0, db_default=0)
    slow_taken = models.PositiveIntegerField(default=0, db_default=0)
    slow_words = models.TextField(blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("throttle")
        verbose_name_plural = _("throttles")
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "provider"], condition=Q(sender__isnull=False),
                name="throttle_of_sender"),
            models.UniqueConstraint(
                fields=["provider"], condition=Q(sender=None), name="throttle_of_all"),
        ]


class OpenConnection(models.Model):
    """An SMTP connection of some worker, and whose it is now; None: the service's.

    `until` is the database's time: a worker that was killed stops counting then.
    """

    token = models.CharField(max_length=32, primary_key=True)  # of the connection's journal
    sender = models.ForeignKey(
        "mailings.Sender", models.CASCADE, null=True, related_name="+", db_index=False)
    # Of whose mailboxes it has letters, where the sender's letters are limited by provider.
    provider = models.CharField(max_length=16, blank=True, default="", db_default="")
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("open connection")
        verbose_name_plural = _("open connections")


class RunLetter(models.Model):
    """What the owner of a scheduled run was written to about, so that it is written once."""

    class Event(models.TextChoices):
        PAUSED = "paused"
        FAILED = "failed"
        TO_DECIDE = "to_decide"

    run = models.ForeignKey("mailings.Run", models.CASCADE, related_name="+", db_index=False)
    event = models.CharField(max_length=10, choices=Event.choices)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("letter about a run")
        verbose_name_plural = _("letters about runs")
        constraints = [models.UniqueConstraint("run", "event", name="run_letter_once")]


class LettersTaken(models.Model):
    """How many letters one SMTP connection has taken from the queue since it was opened."""

    token = models.CharField(max_length=32, primary_key=True)
    letters = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("connection's letters")
        verbose_name_plural = _("connections' letters")


class RestoreGuard(models.Model):
    """One row: what tells of a restore of the database, and what is known of the last one."""

    number = models.PositiveBigIntegerField(default=0)  # only grows
    identity = models.CharField(max_length=100, default="", blank=True)
    restores = models.PositiveIntegerField(default=0)  # how many were noticed
    restored_at = models.DateTimeField(_("restored at"), null=True)  # when it was noticed
    dumped_at = models.DateTimeField(_("backup made at"), null=True)
    left_at = models.DateTimeField(_("last letter left at"), null=True)

    class Meta:
        verbose_name = _("restore guard")
        verbose_name_plural = _("restore guards")

    @property
    def letters_left_since(self) -> bool:
        """Whether letters left after the backup was made, as far as is known."""
        return self.left_at is not None and (
            self.dumped_at is None or self.left_at > self.dumped_at)


class TestAddress(models.Model):
    """An address beside the account's where its owner may have test letters sent."""

    __test__ = False  # no tests for pytest

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    confirmed_at = models.DateTimeField(null=True)  # somebody followed the link in a letter to it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(
            "owner", Lower("email"), name="test_address_once_per_owner")]

    def __str__(self):
        return shown(self.email)


class LastingKey(models.Model):
    """One row: the key of what letters carry and come back with, for as long as inboxes keep them.

    It is no part of SECRET_KEY, which changes. `DATA_DIR/keys` has it too.
    """

    key = EncryptedText()  # 64 hexadecimal digits
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("lasting key")
        verbose_name_plural = _("lasting keys")
