"""How the ledger of a run is made: how far, and of whom."""
from django.db import models
from django.utils.translation import gettext_lazy as _

from .runs import Run


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
