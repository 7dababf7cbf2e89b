"""What the sending processes know of each other."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sender(models.Model):
    """A living sending process; it says so each few seconds."""

    # A number would come from a sequence, and be another row's while a dump is loaded.
    token = models.CharField(max_length=32, primary_key=True)
    host = models.CharField(_("host"), max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen at"), db_index=True)

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        ordering = ["-seen_at"]

    def __str__(self):
        return f"{self.host}:{self.pid}"


class ClockLease(models.Model):
    """One row: which sender keeps the clock, and until when."""

    token = models.CharField(max_length=32, blank=True)
    until = models.DateTimeField()
    ticked_at = models.DateTimeField(_("last tick"), null=True)

    class Meta:
        verbose_name = _("clock lease")
        verbose_name_plural = _("clock leases")

    def __str__(self):
        return f"{self.token} {self.until:%H:%M:%S}"


class RateSlot(models.Model):
    """One row: from when on the next letter may leave, over all senders (`SENDER_RATE`)."""

    free_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rate slot")
        verbose_name_plural = _("rate slots")

    def __str__(self):
        return f"{self.free_at:%H:%M:%S.%f}"


class Connection(models.Model):
    """How many letters one SMTP connection has taken from the queue since it was opened."""

    token = models.CharField(max_length=32, primary_key=True)
    letters = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self):
        return f"{self.token}: {self.letters}"


class RestoreGuard(models.Model):
    """One row: what tells that the database was restored, and what is known of the last restore."""

    number = models.PositiveBigIntegerField(default=0)  # only grows
    identity = models.CharField(max_length=100, default="", blank=True)
    restores = models.PositiveIntegerField(default=0)  # so many were noticed
    restored_at = models.DateTimeField(_("restored at"), null=True)  # when it was noticed
    dumped_at = models.DateTimeField(_("backup made at"), null=True)
    left_at = models.DateTimeField(_("last letter left at"), null=True)

    class Meta:
        verbose_name = _("restore guard")
        verbose_name_plural = _("restore guards")

    @property
    def letters_left_since(self):
        """Whether letters left after the backup was made, as far as is known."""
        return self.left_at is not None and (
            self.dumped_at is None or self.left_at > self.dumped_at)

    def __str__(self):
        return str(self.number)
