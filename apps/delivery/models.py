"""What the sending processes know of each other."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sender(models.Model):
    """A living sending process; it says so each few seconds."""

    token = models.CharField(max_length=32, unique=True)
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


class RestoreGuard(models.Model):
    """One row: a number that only grows, and when it was found to be less than it had been."""

    number = models.PositiveBigIntegerField(default=0)
    restored_at = models.DateTimeField(_("restored at"), null=True)

    class Meta:
        verbose_name = _("restore guard")
        verbose_name_plural = _("restore guards")

    def __str__(self):
        return str(self.number)
