"""Every write of drafts."""
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.users.models import User

from .models import ENDED, KEPT_FOR, Draft

LONGEST = 1_500_000  # characters: the longest source and its text part
MOST = 50  # drafts of one person
ENDED_FOR = timedelta(minutes=10)  # longer than any request is on its way


class DraftRefused(Exception):
    """It is not kept."""


class TooLong(DraftRefused):
    """It is longer than any form takes."""


class WrittenElsewhere(DraftRefused):
    """Another window wrote this draft, saved it or threw it away since this one wrote it."""


def draft_save(*, owner: User, place: str, key: str, data: dict[str, list[str]],
               seen: datetime | None) -> Draft:
    """Keep what `owner` types in one window. Returns the Draft.

    `seen` is its `updated_at` as that window last heard it. Raises DraftRefused.
    """
    if sum(len(value) for values in data.values() for value in values) > LONGEST:
        raise TooLong
    try:
        return write(owner, place, key, data, seen)
    except IntegrityError:  # made by another request at the same moment
        raise WrittenElsewhere from None


@transaction.atomic
def write(owner: User, place: str, key: str, data: dict[str, list[str]],
          seen: datetime | None) -> Draft:
    now = timezone.now()
    draft = found(owner, key)
    if draft is None:
        forget(owner)
        return Draft.objects.create(owner=owner, place=place, key=key, data=data, updated_at=now)
    if draft.updated_at != seen or draft.place != place:
        raise WrittenElsewhere
    draft.data = data
    draft.updated_at = now
    draft.save(update_fields=["data", "updated_at"])
    return draft


def found(owner: User, key: str) -> Draft | None:
    return Draft.objects.select_for_update().filter(owner=owner, key=key).first()


def forget(owner: User) -> None:
    """Delete everybody's drafts of more than 30 days, and the oldest of an owner with too many."""
    now = timezone.now()
    Draft.objects.filter(updated_at__lt=now - KEPT_FOR).delete()
    Draft.objects.filter(place=ENDED, updated_at__lt=now - ENDED_FOR).delete()
    drafts = Draft.objects.owned_by(owner).exclude(place=ENDED)
    newest = drafts.values_list("pk", flat=True)[:MOST - 1]
    drafts.exclude(pk__in=list(newest)).delete()


def draft_discard(*, owner: User, key: str) -> None:
    """Throw a draft away: its owner does not want it, or has saved what was in it.

    Its key stays for a while: what its window sent just before must not make it anew.
    """
    Draft.objects.update_or_create(owner=owner, key=key, defaults={
        "place": ENDED, "data": {}, "updated_at": timezone.now()})
