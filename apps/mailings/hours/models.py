"""At which hours and on which weekdays a mailing's letters may leave."""
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class SendingHours(models.Model):
    """Hours and weekdays in the owner's time zone; without any, letters leave at all times.

    From these follows the opening of now or the next one, `opens_at` to `closes_at`, which is
    written anew once it is over: what asks whether letters may leave now compares moments alone.
    Both are None where letters leave at all times.
    """

    hours_from = models.TimeField(_("not before"), null=True, blank=True)
    hours_to = models.TimeField(_("not after"), null=True, blank=True)
    weekdays = models.CharField(  # ISO numbers: "12345"
        _("weekdays"), max_length=7, blank=True, default="", db_default="")
    opens_at = models.DateTimeField(null=True, editable=False)
    closes_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def has_hours(self) -> bool:
        return bool(self.hours_from or self.hours_to or self.weekdays)

    def is_open_at(self, now: datetime) -> bool:
        """Whether letters may leave at `now`, by the opening that is written down."""
        if self.opens_at is None or self.closes_at is None:
            return self.opens_at is self.closes_at
        return self.opens_at <= now < self.closes_at
