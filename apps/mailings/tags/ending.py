"""The end of a tag: it is deleted, or merged into another one, batch by batch of who has it."""
from typing import Any

from django.utils.translation import gettext_lazy, gettext_noop

from apps.jobs.kinds import Failed, Kind
from apps.jobs.models import Job

from ..models import Import, Mailing, Tag, Tagging
from ..segments.services import tag_replace
from .services import KEY, recipients_tag

BATCH = 5_000  # people who lose the tag within a second
GONE = gettext_noop("The tag into which it was to be merged is deleted.")
LINKS: tuple[Any, ...] = (Mailing.tags.through, Mailing.excluded_tags.through, Import.tags.through)


def end_some(tag: Tag, into: Tag | None) -> bool:
    """Take the tag from BATCH of who has it, and give them the other. Returns whether it is over.

    Meanwhile what names the one names both: a mailing that leaves these people out goes to none.
    """
    if into:
        add_to_links(tag, into)
        tag_replace(owner_id=tag.owner_id, old=tag.pk, new=[tag.pk, into.pk])
    # In order, so that two that do it wait for each other one way.
    rows = Tagging.objects.filter(tag=tag).order_by("recipient_id")
    some = list(rows.values_list("recipient_id", flat=True)[:BATCH])
    if into:
        recipients_tag(recipients=some, tag=into)
    if len(some) == BATCH:
        Tagging.objects.filter(tag=tag, recipient__lte=some[-1]).delete()
        return False
    if into:
        tag_replace(owner_id=tag.owner_id, old=tag.pk, new=[into.pk])
    tag.delete()
    return True


def add_to_links(tag: Tag, into: Tag) -> None:
    """Have mailings and imports that name `tag` name `into` too."""
    for link in LINKS:
        other, = (field for field in link._meta.fields
                  if field.is_relation and field.related_model is not Tag)
        named = link.objects.filter(tag=tag).values_list(other.attname, flat=True)
        link.objects.bulk_create(
            [link(**{other.attname: pk, "tag": into}) for pk in named], ignore_conflicts=True)


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
        return end_some(tag, into)


KIND = TagEndKind()
