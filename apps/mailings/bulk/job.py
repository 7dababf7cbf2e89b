"""The job that does something with many recipients, batch by batch of the address book.

It goes through the book by ids, upwards, as far as the last there was when it began; in each part
it asks whom the filters keep there, locks these, and does it. So each is met once, at one moment:
what a batch changes (a tag that the filter asks for, say) changes nothing for the parts to come,
nobody is done twice or left out, and who is added meanwhile is not touched.
"""
from datetime import datetime, timedelta
from typing import cast

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.jobs.kinds import Kind
from apps.jobs.models import Job
from apps.users.models import User

from ..models import Recipient
from ..picks.choice import among
from .chosen import Chosen
from .deeds import DEEDS

KEY = "bulk"
BATCH = 2_000  # recipients that are looked through, and changed, well within a second
UNDO_FOR = timedelta(minutes=10)
TITLES = {
    "tag": gettext_lazy("Give a tag to recipients"),
    "untag": gettext_lazy("Take a tag off recipients"),
    "field": gettext_lazy("Fill in a field of recipients"),
    "ground": gettext_lazy("Write down the ground of recipients"),
    "suppress": gettext_lazy("Stop writing to recipients"),
    "delete": gettext_lazy("Delete recipients"),
    "restore": gettext_lazy("Bring recipients back"),
}


class BulkKind(Kind):
    """Does one deed with all who are chosen."""

    key = KEY
    label = gettext_lazy("Many recipients")

    def run_batch(self, job: Job) -> bool:
        if job.place["whole"]:
            return self.do_whole(job)
        book = book_of(job)
        if not job.total:
            self.begin(job, book)
        after, last = job.place["after"], job.place["last"]
        part = book.filter(pk__gt=after, pk__lte=last).order_by("pk")
        ids = list(part.values_list("pk", flat=True)[:BATCH])
        # By their ids, so that no database takes an index of all that are chosen.
        self.do(job, chosen_of(job).filter(pk__in=among(ids)))
        if len(ids) < BATCH:
            job.done = job.total
            return True
        job.done = min(job.done + BATCH, job.total)
        job.place["after"] = ids[-1]
        return False

    def do_whole(self, job: Job) -> bool:
        """Do it with few people, wherever they are in the book."""
        job.result = {"changed": 0, "met": 0}
        self.do(job, chosen_of(job))
        job.done = job.total = job.result["met"]
        return True

    def begin(self, job: Job, book: QuerySet[Recipient]) -> None:
        job.place["last"] = book.aggregate(last=Max("pk"))["last"] or 0
        job.total = max(book.count(), 1)
        job.result = {"changed": 0, "met": 0}

    def do(self, job: Job, wanted: QuerySet[Recipient]) -> None:
        # Locked in order, so that two that change the same people wait for each other one way.
        locked = wanted.order_by("pk").select_for_update(no_key=True)
        met = list(locked.values_list("pk", flat=True))
        if met:
            rows = Recipient.all_objects.filter(pk__in=among(met)).order_by()
            job.result["changed"] += DEEDS[job.place["do"]](rows, owner_of(job), job.place)
            job.result["met"] += len(met)

    def title(self, job: Job) -> str:
        return str(TITLES.get(job.place.get("do", ""), self.label))

    def outcome(self, job: Job) -> str:
        if "changed" not in job.result:
            return ""
        return outcome_words(job.place["do"], job.result["changed"], job.result["met"])

    def undo_url(self, job: Job) -> str:
        return reverse("mailings:bulk_undo", args=[job.pk]) if can_undo(job) else ""


def book_of(job: Job) -> QuerySet[Recipient]:
    """Return the recipients among whom the job looks."""
    rows = Recipient.all_objects if job.place["do"] == "restore" else Recipient.objects
    return rows.filter(owner=job.owner_id)


def chosen_of(job: Job) -> QuerySet[Recipient]:
    """Return whom the job is to change."""
    place = job.place
    if place["do"] == "restore":
        return book_of(job).filter(deleted_at=datetime.fromisoformat(place["at"]))
    ids = None if place["ids"] is None else tuple(place["ids"])
    return Chosen(owner_of(job), ids, place["query"]).condition


def owner_of(job: Job) -> User:
    return cast(User, job.owner)


def can_undo(job: Job) -> bool:
    """Return whether what the job has deleted can be brought back yet."""
    if job.place.get("do") != "delete" or job.ended_at is None or "undone" in job.result:
        return False
    if not job.result.get("changed"):  # it was cancelled before its first batch, say
        return False
    return job.ended_at > timezone.now() - UNDO_FOR


def outcome_words(do: str, changed: int, met: int) -> str:
    """Return what came of a deed, in the reader's words."""
    words = {"n": intcomma(changed)}
    if do == "delete":
        return ngettext("%(n)s recipient deleted.", "%(n)s recipients deleted.", changed) % words
    if do == "restore":
        return restored_words(changed, met - changed)
    if do == "suppress":
        return ngettext("We no longer write to %(n)s address.",
                        "We no longer write to %(n)s addresses.", changed) % words
    said = ngettext("%(n)s recipient changed.", "%(n)s recipients changed.", changed) % words
    if met > changed:
        said += " " + _("%(n)s had it so already.") % {"n": intcomma(met - changed)}
    return said


def restored_words(back: int, left: int) -> str:
    said = ngettext("%(n)s recipient is back.", "%(n)s recipients are back.", back) % {
        "n": intcomma(back)}
    if left:
        said += " " + ngettext(
            "%(n)s stays deleted: you have a new recipient with this address.",
            "%(n)s stay deleted: you have new recipients with these addresses.", left) % {
                "n": intcomma(left)}
    return said


KIND = BulkKind()
