"""The job that writes a long choice of recipients, batch by batch of the address book."""
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.jobs.kinds import Kind
from apps.jobs.models import Job

from ..models import Mailing, Recipient
from .choice import Choice
from .services import KEY, picked_end, write_members

BATCH = 10_000  # recipients that are looked through within a second


class PicksKind(Kind):
    """Adds to one mailing, and removes, whom its owner has chosen."""

    key = KEY
    label = _("Recipients of a mailing")

    def run_batch(self, job: Job) -> bool:
        mailing = Mailing.all_objects.select_related("owner").get(pk=job.place["mailing"])
        book = Recipient.objects.filter(owner=mailing.owner_id)
        if not job.total:
            job.total = book.count()
        after = job.place["after"]
        last = book.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[
            BATCH - 1:BATCH].first()
        write_members(mailing, Choice.of_json(job.place["choice"]), after=after, last=last)
        if last is None:
            job.done = job.total
            picked_end(job=job)
            return True
        job.done += BATCH
        job.total = max(job.total, job.done)
        job.place["after"] = last
        return False

    def kept(self) -> Q:
        """Keep one that did not write all: its mailing waits for its owner."""
        waiting = Mailing.objects.filter(picking__isnull=False)
        return Q(pk__in=waiting.values("picking"))

    def title(self, job: Job) -> str:
        mailing = Mailing.all_objects.select_related("message").filter(
            pk=job.place["mailing"]).first()
        return f"{self.label}: {mailing.title}" if mailing else str(self.label)


KIND = PicksKind()
