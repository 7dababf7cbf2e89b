"""What can be done with many recipients: each deed takes some, and says how many it changed.

`place` is the job's, so `place["with"]` says what is given, and `place["at"]` when it began.
"""
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.jobs.kinds import Failed
from apps.users.models import User

from ..fields.sql import fields_with
from ..ground.models import Ground
from ..ground.services import recipients_ground_set
from ..models import Field, Recipient, Tag, Tagging
from ..picks.choice import among
from ..suppression.recognising import recognise
from ..suppression.services import addresses_add
from ..tags.services import recipients_tag, recipients_untag

Rows = QuerySet[Recipient]
Place = dict[str, Any]
NO_TAG = gettext_noop("The tag was deleted meanwhile.")
NO_FIELD = gettext_noop("The field was deleted meanwhile.")
NO_GROUND = gettext_noop("The ground was deleted meanwhile.")


def tag(rows: Rows, owner: User, place: Place) -> int:
    """Give tags. Returns how many had not all of them."""
    met = list(rows.values_list("pk", flat=True))
    changed: set[int] = set()
    for one in tags_of(owner, place):
        had = Tagging.objects.filter(tag=one, recipient__in=among(met))
        changed.update(set(met).difference(had.values_list("recipient_id", flat=True)))
        recipients_tag(recipients=met, tag=one)
    return len(changed)


def untag(rows: Rows, owner: User, place: Place) -> int:
    """Take a tag off."""
    return sum(recipients_untag(recipients=rows, tag=one) for one in tags_of(owner, place))


def tags_of(owner: User, place: Place) -> list[Tag]:
    found = list(Tag.objects.owned_by(owner).filter(pk__in=place["with"]["tags"]))
    if not found:
        raise Failed(NO_TAG)
    return found


def field(rows: Rows, owner: User, place: Place) -> int:
    """Write a value into one of the owner's own fields; None makes it empty."""
    of = Field.objects.owned_by(owner).filter(pk=place["with"]["field"]).first()
    if of is None:
        raise Failed(NO_FIELD)
    fields = fields_with(of.key, place["with"]["value"])
    return rows.update(fields=fields, updated_at=timezone.now())


def ground(rows: Rows, owner: User, place: Place) -> int:
    """Write down on what ground they are written to."""
    of = Ground.objects.owned_by(owner).filter(pk=place["with"]["ground"]).first()
    if of is None:
        raise Failed(NO_GROUND)
    return recipients_ground_set(recipients=rows, ground=of)


def suppress(rows: Rows, owner: User, place: Place) -> int:
    """Write to their addresses no more. Returns how many addresses are new on the list."""
    emails = rows.values_list("email", flat=True)
    return addresses_add(owner=owner, emails=emails, note=place["with"]["note"])


def delete(rows: Rows, owner: User, place: Place) -> int:
    """Delete them softly, all at the moment at which the job began: by it they are brought back."""
    return rows.update(deleted_at=datetime.fromisoformat(place["at"]))


def restore(rows: Rows, owner: User, place: Place) -> int:
    """Bring them back, but for those whose address somebody else in the book has by now."""
    addresses = {pk: email.lower() for pk, email in rows.values_list("pk", "email")}
    book = Recipient.objects.owned_by(owner).annotate(address=Lower("email")).order_by()
    # In a list that the index of addresses answers: joined, PostgreSQL would look at the book.
    namesakes = book.filter(address__in=set(addresses.values()))
    taken = set(namesakes.values_list("address", flat=True))
    back = [pk for pk, address in addresses.items() if address not in taken]
    recognise(owner=owner, emails=[addresses[pk] for pk in back])
    return Recipient.all_objects.filter(pk__in=among(back)).order_by().update(deleted_at=None)


DEEDS: dict[str, Callable[[Rows, User, Place], int]] = {
    "tag": tag, "untag": untag, "field": field, "ground": ground, "suppress": suppress,
    "delete": delete, "restore": restore,
}
