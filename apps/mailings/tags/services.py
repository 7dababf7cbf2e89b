"""Every write of tags, and of who has them, with all that follows from it."""
import logging
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.jobs.models import Job
from apps.users.models import User

from ..models import Recipient, Tag, Tagging
from ..picks.choice import among
from .models import key_of
from .names import clean_name, once

log = logging.getLogger("vestnik.mailings")
KEY = "tag_end"  # the kind of the job that deletes a tag, or merges it into another
MOST = 500  # tags of one owner
TAKEN = gettext_lazy("You already have a tag with this name.")
INSERT = """
INSERT INTO mailings_tagging (tag_id, recipient_id)
SELECT %s, chosen.id FROM ({}) AS chosen WHERE TRUE
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def tags_named(*, owner: User, names: Iterable[str]) -> list[Tag]:
    """Return `owner`'s tags of these names, in their order; those that are missing are made.

    Names are the same whatever their case. Raises ValidationError for what no tag can be called,
    and when there would be too many.
    """
    wanted = {key_of(name): name for name in once(map(clean_name, names))}
    found = {tag.key: tag for tag in Tag.objects.owned_by(owner).filter(key__in=wanted)}
    missing = [key for key in wanted if key not in found]
    if missing:
        check_room(owner, len(missing))
        made = [Tag(owner=owner, name=wanted[key]) for key in missing]
        # Somebody may have made one of them meanwhile.
        Tag.objects.bulk_create(made, ignore_conflicts=True)
        log.info("user %s: %s tags created", owner.pk, len(made))
        rows = Tag.objects.owned_by(owner).filter(key__in=missing)
        found |= {tag.key: tag for tag in rows}
    return [found[key] for key in wanted]


def staying_tags(owner_id: int) -> QuerySet[Tag]:
    """Return an owner's tags, less those that a job is deleting: fewer have them by the minute.

    One that is merged is there until nothing names it any more.
    """
    jobs = Job.objects.active().filter(owner=owner_id, kind=KEY)
    ending = [job.place["tag"] for job in jobs if not job.place["into"] or "given" in job.place]
    return Tag.objects.filter(owner=owner_id).exclude(pk__in=ending)


def check_room(owner: User, number: int) -> None:
    """Raise ValidationError if `owner` may not have `number` more tags."""
    if Tag.objects.owned_by(owner).count() + number > MOST:
        raise ValidationError(
            _("You may have at most %(n)s tags. Delete or merge some first.") % {"n": MOST})


def tag_save(*, tag: Tag) -> Tag:
    """Add `tag`, or store its name and colour. Raises ValidationError for a name that is taken."""
    if tag.pk is None:
        check_room(tag.owner, 1)
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError:
        raise ValidationError({"name": TAKEN}) from None
    log.info("tag %s of user %s saved", tag.pk, tag.owner_id)
    return tag


def recipients_tag(*, recipients: "QuerySet[Recipient] | Iterable[int]", tag: Tag) -> int:
    """Give `tag` to these recipients of its owner. Returns how many did not have it.

    It is one statement: give it some thousands at a time.
    """
    rows = own_rows(recipients, tag).values("id")
    statement, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(statement), [tag.pk, *parameters])
        return int(cursor.rowcount)


def recipients_untag(*, recipients: "QuerySet[Recipient] | Iterable[int]", tag: Tag) -> int:
    """Take `tag` from these recipients of its owner. Returns how many had it."""
    rows = own_rows(recipients, tag).values("id")
    gone, _by_model = Tagging.objects.filter(tag=tag, recipient__in=rows).delete()
    return gone


def own_rows(recipients: "QuerySet[Recipient] | Iterable[int]", tag: Tag) -> QuerySet[Recipient]:
    if not isinstance(recipients, QuerySet):
        recipients = Recipient.objects.filter(pk__in=among(recipients))
    return recipients.filter(owner=tag.owner_id).order_by()


@transaction.atomic
def recipient_tags_set(*, recipient: Recipient, names: Iterable[str]) -> None:
    """Have a recipient's tags be those of these `names`, and no others."""
    wanted = tags_named(owner=recipient.owner, names=names)
    others = Tagging.objects.filter(recipient=recipient).exclude(tag__in=wanted)
    others.delete()
    Tagging.objects.bulk_create(
        [Tagging(tag=tag, recipient=recipient) for tag in wanted], ignore_conflicts=True)
