"""The end of a tag: it is deleted, or merged into another one, batch by batch of who has it."""
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy, gettext_noop

from apps.jobs.kinds import Failed, Kind
from apps.jobs.models import Job

from ..models import Import, Tag, Tagging
from ..segments.services import tag_replace
from ..whom.services import mailings_retag
from .services import KEY, recipients_tag

BATCH = 5_000  # people who lose the tag within a second
GONE = gettext_noop("The tag into which it was to be merged is deleted.")


def end_some(tag: Tag, into: Tag | None, place: dict[str, Any]) -> bool:
    """Take the tag from BATCH of who has it. Returns whether it is over.

    Before anybody loses it, all get the other, and all that names the one names the other: whom a
    mailing goes to is the same at each moment. `place` remembers that this is done.
    """
    if into and "given" not in place:
        if not give_some(tag, into):
            return False
        name_other(tag, into)
        place["given"] = True
    # In order, so that two that do it wait for each other one way.
    rows = Tagging.objects.filter(tag=tag).order_by("recipient_id")
    some = list(rows.values_list("recipient_id", flat=True)[:BATCH])
    if len(some) == BATCH:
        Tagging.objects.filter(tag=tag, recipient__lte=some[-1]).delete()
        return False
    tag.delete()
    return True


def give_some(tag: Tag, into: Tag) -> bool:
    """Give `into` to BATCH of who has `tag` without it. Returns whether all have it."""
    has_it = Tagging.objects.filter(tag=into, recipient=OuterRef("recipient"))
    rows = Tagging.objects.filter(~Exists(has_it), tag=tag).order_by("recipient_id")
    some = list(rows.values_list("recipient_id", flat=True)[:BATCH])
    recipients_tag(recipients=some, tag=into)
    return len(some) < BATCH


def name_other(tag: Tag, into: Tag) -> None:
    """Have mailings, imports and segments that name `tag` name `into` instead."""
    mailings_retag(tag=tag, to=into)
    for of in Import.objects.filter(tags=tag):
        of.tags.add(into)
        of.tags.remove(tag)
    tag_replace(owner_id=tag.owner_id, old=tag.pk, new=into.pk)


class TagEndKind(Kind):
    """Ends one tag."""

    key = KEY
    label = gettext_lazy("A tag is deleted or merged")

    def run_batch(self, job: Job) -> bool:
        tag = Tag.objects.filter(pk=job.place["tag"]).first()
        if tag is None:  # somebody was quicker
            return True
        into = None
        if job.place["into"]:
            into = Tag.objects.filter(pk=job.place["into"]).first()
            if into is None:
                raise Failed(GONE)
        job.done = min(job.done + BATCH, job.total)
        return end_some(tag, into, job.place)


KIND = TagEndKind()
