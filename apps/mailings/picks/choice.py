"""Whom a mailing is for, as a person chose it: by names, by searches, or the whole book.

A choice never holds the ids of all who are meant: who is in the mailing already stays as a whole,
and what a search finds is found when the choice is written.
"""
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from ..models import Mailing, Recipient
from ..search import with_words

IDS = {
    "sqlite": "SELECT value FROM json_each(%s)",
    "postgresql": "SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(%s::jsonb) AS value",
}


def among(ids: Iterable[int]) -> RawSQL:
    """Return a subquery of these ids: one parameter, where databases take 32,766 at the most."""
    return RawSQL(IDS[connection.vendor], [json.dumps(sorted(set(ids)))])  # nosec B611


@dataclass(frozen=True)
class Choice:
    """Who is chosen: `everyone`, or these `ids`, what `texts` find, who is in the mailing `source`,
    and with `stays` all who are in this one; less those `without`.
    """

    ids: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    source: int | None = None
    stays: bool = False
    everyone: bool = False

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def of_json(cls, stored: dict[str, list[object] | bool]) -> "Choice":
        values = {name: tuple(value) if isinstance(value, list) else value
                  for name, value in stored.items()}
        return cls(**values)  # type: ignore[arg-type]

    @property
    def is_no_change(self) -> bool:
        """Whether it leaves a mailing as it is."""
        more = self.ids or self.texts or self.source or self.everyone
        return self.stays and not (more or self.without)

    def condition(self) -> Q:
        """Return who is chosen beside those who stay, as a condition of recipients."""
        if self.everyone:
            return Q(deleted_at=None)
        found = Q(pk__in=[])
        for text in self.texts:
            sieve = with_words(text)
            found |= (sieve.indexed & sieve.keeps) or Q(deleted_at=None)
        if self.source:
            found |= Q(is_member(self.source))
        if self.without:
            found &= ~Q(pk__in=among(self.without))
        if self.ids:
            found |= Q(pk__in=among(self.ids))
        return found


def members(mailing_id: int | None) -> QuerySet:
    """Return the rows that say who is in a mailing, also of recipients that were deleted."""
    return Mailing.recipients.through.objects.filter(mailing=mailing_id)


def has_over(mailing_id: int, number: int) -> bool:
    """Return whether more than `number` are in a mailing; it looks at so many rows of an index."""
    return members(mailing_id)[number:number + 1].exists()


def is_member(mailing_id: int | None) -> Exists:
    """Return whether a recipient is in a mailing."""
    return Exists(members(mailing_id).filter(recipient=OuterRef("pk")))


def stored(mailing: Mailing, without: Iterable[int] = ()) -> QuerySet[Recipient]:
    """Return who is in `mailing` and was not deleted, less those `without`; in no order."""
    rows = Recipient.objects.filter(is_member(mailing.pk), owner=mailing.owner_id)
    if without:
        rows = rows.exclude(pk__in=among(without))
    return rows.order_by()


def coming(mailing: Mailing, choice: Choice) -> QuerySet[Recipient]:
    """Return whom `choice` adds to `mailing`."""
    book = Recipient.objects.filter(owner=mailing.owner_id)
    return book.filter(choice.condition()).exclude(is_member(mailing.pk)).order_by()


def leaving(mailing: Mailing, choice: Choice) -> QuerySet:
    """Return the rows of those whom `choice` takes out of `mailing`; not of who was deleted."""
    rows = members(mailing.pk)
    if choice.everyone:
        return rows.none()
    if choice.stays:
        if not choice.without:
            return rows.none()
        gone = set(choice.without) - set(choice.ids)
        return rows.filter(recipient__in=among(gone))
    book = Recipient.objects.filter(owner=mailing.owner_id)
    kept = book.filter(choice.condition(), pk=OuterRef("recipient"))
    present = book.filter(pk=OuterRef("recipient"))
    return rows.filter(Exists(present)).exclude(Exists(kept))


def somebody(mailing: Mailing, choice: Choice) -> bool:
    """Return whether anybody is chosen."""
    book = Recipient.objects.filter(owner=mailing.owner_id)
    if book.filter(choice.condition()).exists():
        return True
    if not (choice.stays and mailing.pk):
        return False
    return stored(mailing, set(choice.without) - set(choice.ids)).exists()


def is_long(mailing: Mailing, choice: Choice, number: int) -> bool:
    """Return whether to write `choice` may add or remove more than `number` of recipients."""
    book = Recipient.objects.filter(owner=mailing.owner_id).order_by()
    if book.filter(choice.condition())[number:number + 1].exists():
        return True
    if choice.stays or choice.everyone:
        return False
    return members(mailing.pk)[number:number + 1].exists()
