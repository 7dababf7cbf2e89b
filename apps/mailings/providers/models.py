"""What DNS has told of the domains of recipients that are of no family by their own name."""
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

# When a look that failed is made again, by how many have failed in a row; after these, only when
# a run meets the domain again.
AGAIN = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


class MailDomainQuerySet(models.QuerySet["MailDomain"]):

    def due(self, now: datetime, most: int) -> "list[MailDomain]":
        """Return up to `most` that are to be looked up now, new ones first."""
        new: list[MailDomain] = list(self.filter(looked_at=None).order_by("domain")[:most])
        if new:
            return new
        again = Q(pk__in=[])
        for failures, pause in enumerate(AGAIN, start=1):
            again |= Q(failures=failures, looked_at__lt=now - pause)
        return list(self.filter(again).order_by("looked_at", "domain")[:most])


class MailDomain(models.Model):
    """A domain of recipients, and the family of its mail server.

    It is written down when a run meets it and looked up beside: no letter ever waits for DNS. Once
    it is old, the next run that meets it has it looked up again.
    """

    domain = models.CharField(max_length=253, primary_key=True)  # lower case, A-labels
    provider = models.CharField(max_length=16, blank=True, default="")  # "" until it is known
    server = models.CharField(max_length=253, blank=True, default="")  # the MX that decided
    looked_at = models.DateTimeField(null=True)  # None: it waits for its first look
    failures = models.PositiveSmallIntegerField(default=0)  # looks in a row without an answer

    objects = MailDomainQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["looked_at"], name="mail_domain_looked")]

    def __str__(self) -> str:
        return self.domain
