"""Small tables that reports read instead of counting attempts.

Time is counted in whole quarters of an hour since 1970, UTC: every zone's day begins with one,
those of India and Nepal too, so that a day in anybody's zone is an exact sum.
"""
from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from apps.mailings.attempts.faults import Meaning
from apps.mailings.owned import HistoryQuerySet

QUARTER = 15 * 60
FATES = ("total", "sent", "failed", "unknown", "skipped")  # columns of DomainTally


class TallyQuerySet(HistoryQuerySet):
    """Tallies are as visible as the attempts that they count."""

    def with_figures(self):
        """Annotate groups with attempts, successful, failed and unknown."""
        return self.annotate(**FIGURES)

    def figures(self):
        """Return attempts, successful, failed and unknown of all of them."""
        return self.aggregate(**FIGURES)


class Tally(models.Model):
    """How many attempts of a run had an answer of one meaning within a quarter of an hour."""

    run = models.ForeignKey("mailings.Run", models.PROTECT, related_name="+", db_index=False)
    mailing = models.ForeignKey(
        "mailings.Mailing", models.PROTECT, related_name="tallies", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    quarter = models.PositiveIntegerField()
    meaning = models.CharField(max_length=12, choices=Meaning.choices)
    number = models.PositiveIntegerField()
    example = models.TextField(blank=True)  # the latest reply of this kind, word for word

    objects = TallyQuerySet.as_manager()

    class Meta:
        db_table = "mailings_tally"
        verbose_name = _("tally of attempts")
        verbose_name_plural = _("tallies of attempts")
        constraints = [models.UniqueConstraint(
            fields=["run", "quarter", "meaning"], name="tally_once_per_quarter")]
        indexes = [
            models.Index(fields=["owner", "quarter"], name="tally_owner_quarter"),
            models.Index(fields=["mailing", "quarter"], name="tally_mailing_quarter"),
            models.Index(fields=["quarter"], name="tally_quarter"),
        ]

    def __str__(self):
        return f"{self.get_meaning_display()}: {self.number}"


class MinuteTally(models.Model):
    """The course of a run: what came of its attempts within a minute (since 1970, UTC)."""

    run = models.ForeignKey(
        "mailings.Run", models.PROTECT, related_name="minutes", db_index=False)
    minute = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()

    class Meta:
        db_table = "mailings_minutetally"
        verbose_name = _("minute of a run")
        verbose_name_plural = _("minutes of runs")
        constraints = [models.UniqueConstraint(
            fields=["run", "minute"], name="minute_once_per_run")]


class Increment(models.Model):
    """What a group of letters adds to its run's figures, until it is folded into them.

    Each group of results gets rows of its own, so that workers never wait for each other.
    """

    run = models.ForeignKey("mailings.Run", models.PROTECT, related_name="+")
    minute = models.PositiveIntegerField()
    meaning = models.CharField(max_length=12, choices=Meaning.choices, blank=True)
    number = models.PositiveIntegerField()  # of attempts
    example = models.TextField(blank=True)
    sent = models.IntegerField()
    failed = models.IntegerField()
    unknown = models.IntegerField()
    skipped = models.IntegerField()

    class Meta:
        db_table = "mailings_increment"
        verbose_name = _("increment")
        verbose_name_plural = _("increments")


class DomainTally(models.Model):
    """The fates of a run's recipients at one domain, as of `Run.domains_at`."""

    run = models.ForeignKey(
        "mailings.Run", models.PROTECT, related_name="domains", db_index=False)
    mailing = models.ForeignKey("mailings.Mailing", models.PROTECT, related_name="domains")
    domain = models.CharField(max_length=254)
    total = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()

    class Meta:
        db_table = "mailings_domaintally"
        verbose_name = _("tally of a domain")
        verbose_name_plural = _("tallies of domains")
        constraints = [models.UniqueConstraint(
            fields=["run", "domain"], name="domain_once_per_run")]


class LedgerPlace(models.Model):
    """Up to which id of a table recipients' last letters follow it (`last_letters.py`)."""

    name = models.CharField(max_length=32, primary_key=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("place in the ledger")
        verbose_name_plural = _("places in the ledger")


class StaleRecipient(models.Model):
    """A note that a letter to this recipient has changed without an attempt."""

    recipient_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("recipient whose letter has changed")
        verbose_name_plural = _("recipients whose letters have changed")


REFUSED = ~Q(meaning__in=[Meaning.ACCEPTED, Meaning.UNKNOWN])
FIGURES = {
    "attempts": Sum("number", default=0),
    "successful": Sum("number", filter=Q(meaning=Meaning.ACCEPTED), default=0),
    "failed": Sum("number", filter=REFUSED, default=0),
    "unknown": Sum("number", filter=Q(meaning=Meaning.UNKNOWN), default=0),
}
