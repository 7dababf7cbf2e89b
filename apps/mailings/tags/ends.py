"""Delete a tag, or merge it into another."""
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit.services import Action, record
from apps.jobs.models import Job
from apps.jobs.services import job_create

from ..models import Tag, Tagging
from ..whom.uses import mailings_using
from . import ending
from .services import KEY


@transaction.atomic
def tag_delete(*, tag: Tag) -> Job | None:
    """Delete `tag`, and take it from who has it. Returns the job that does it where they are many.

    Raises ValidationError while mailings need the tag, or it is being ended already.
    """
    check_stays(tag)
    if reason := deletion_refusal(tag):
        raise ValidationError(reason)
    record(Action.DELETE, on=tag)
    return end(tag, None)


@transaction.atomic
def tags_merge(*, tag: Tag, into: Tag) -> Job | None:
    """Give `into` to who has `tag`, also in mailings, imports and segments, and delete `tag`.

    Returns the job that does it where they are many. Raises ValidationError while one of the two
    is being ended.
    """
    check_stays(tag)
    check_stays(into)
    record(Action.BULK, on=tag, details=f"→ {into.name}")
    return end(tag, into)


def deletion_refusal(tag: Tag) -> str:
    """Return why a tag can not be deleted now; "" when it can."""
    if mailings_using(tag=tag).exists():
        return _("Mailings use this tag, so it can not be deleted. Take it out of them, or delete "
                 "them first.")
    return ""


def end(tag: Tag, into: Tag | None) -> Job | None:
    people = Tagging.objects.filter(tag=tag).order_by()
    if people[ending.BATCH - 1:ending.BATCH].exists():
        return job_create(kind=KEY, owner=tag.owner, total=people.count(), place={
            "tag": tag.pk, "into": into.pk if into else None})
    ending.end_some(tag, into, {})
    return None


def check_stays(tag: Tag) -> None:
    # Two that end the same tag, or each other, wait here.
    Tag.objects.select_for_update().filter(pk=tag.pk).first()
    if tag.pk in jobs_of_tags(tag.owner_id):
        raise ValidationError(_("“%(name)s” is being deleted or merged already.") % {
            "name": tag.name})


def jobs_of_tags(owner_id: int) -> dict[int, Job]:
    """Return the jobs that end tags of an owner now, by the id of each tag that takes part."""
    jobs = Job.objects.active().filter(owner=owner_id, kind=KEY)
    found = {job.place["into"]: job for job in jobs}
    return {**found, **{job.place["tag"]: job for job in jobs}}
