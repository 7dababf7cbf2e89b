"""Every write of drafts."""
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.users.models import User

from .models import KEPT_FOR, Draft

LONGEST = 400_000  # characters: four of the longest letters
MOST = 50  # drafts of one person


class DraftRefused(Exception):
    """It is not kept."""


class TooLong(DraftRefused):
    """It is longer than any form takes."""


class WrittenElsewhere(DraftRefused):
    """Another window wrote this draft since this one did."""


@transaction.atomic
def draft_save(*, owner: User, place: str, key: str, data: dict[str, list[str]],
               seen: datetime | None) -> Draft:
    """Keep what `owner` types in one window. Returns the Draft.

    `seen` is its `updated_at` as that window last heard it. Raises DraftRefused.
    """
    if sum(len(value) for values in data.values() for value in values) > LONGEST:
        raise TooLong
    now = timezone.now()
    draft = Draft.objects.select_for_update().filter(owner=owner, key=key).first()
    if draft is None:
        forget(owner)
        return Draft.objects.create(owner=owner, place=place, key=key, data=data, updated_at=now)
    if draft.updated_at != seen or draft.place != place:
        raise WrittenElsewhere
    draft.data = data
    draft.updated_at = now
    draft.save(update_fields=["data", "updated_at"])
    return draft


def forget(owner: User) -> None:
    """Delete everybody's drafts of more than 30 days, and the oldest of an owner with too many."""
    Draft.objects.filter(updated_at__lt=timezone.now() - KEPT_FOR).delete()
    newest = Draft.objects.owned_by(owner).values_list("pk", flat=True)[:MOST - 1]
    Draft.objects.owned_by(owner).exclude(pk__in=list(newest)).delete()


def draft_discard(*, owner: User, key: str) -> None:
    """Throw a draft away: its owner does not want it, or has saved what was in it."""
    Draft.objects.filter(owner=owner, key=key).delete()
