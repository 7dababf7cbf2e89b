"""To whom a letter is shown: anybody of its owner's book, one after another.

A book may have a million recipients, so the one before and the one after are found from where one
is, by the order of the list.
"""
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.core.addresses import shown
from apps.core.keyset import Order
from apps.core.sieve import Sifted
from apps.users.models import User

from ...fields.models import Field
from ...fields.values import letter_values
from ...models import Recipient
from ...search import with_words
from ..merge_fields import values_of
from .lacking import Lacking

SHOWN = 6  # of those whom a search has found


class Person(NamedTuple):
    """Whom a letter is shown to; `pk` of a sample, where there is nobody, is None."""

    pk: int | None
    name: str
    email: str
    values: Mapping[str, str]  # what the merge fields are

    @property
    def title(self) -> str:
        return self.name or shown(self.email)


class People:
    """The recipients to whom `user` may see letters of the owner with this id.

    They come one after another: all of that book, or those for whom the letter lacks something.
    """

    def __init__(self, user: User, owner_id: int, own: list[Field], *, search: str = "",
                 lacking: Lacking | None = None) -> None:
        visible = Recipient.objects.owned_by(user)
        if owner_id != user.pk:
            visible = Recipient.objects.visible_to(user)
        self.book: QuerySet[Recipient] = visible.filter(owner=owner_id)
        self.own = own
        self.order = Order(self.book, "sort_name")
        self.search = search
        self.lacking = lacking

    def chosen(self, pk: int | None) -> Recipient | None:
        """Return the recipient with this id; without one, or of another book, the first."""
        if found := self.book.filter(pk=pk).first() if pk else None:
            return found
        if self.search:
            return self.found[0] if self.found else None
        return self.neighbour()

    def neighbour(self, of: Recipient | None = None, *, back: bool = False) -> Recipient | None:
        """Return who comes after a recipient, or with `back` before; of nobody, the first."""
        rows = self.book
        if of:
            rows = rows.filter(self.order.beyond((of.pk, of.sort_name), reverse=back))
        rows = rows.order_by(*self.order.names(reverse=back))
        if self.lacking:
            rows = self.book.filter(pk__in=self.lacking.first(rows))
        return rows.first()

    @cached_property
    def found(self) -> list[Recipient]:
        """The first of those in whom each word of `search` is, to choose one of them."""
        if not self.search:
            return []
        rows = self.book.order_by(*self.order.names())
        found = Sifted(self.book, with_words(self.search)).first(rows, SHOWN)
        return list(found.order_by(*self.order.names())[:SHOWN])

    def as_person(self, recipient: Recipient | None) -> Person:
        if recipient is None:
            return sample(self.own)
        values = values_for(recipient, self.own)
        return Person(recipient.pk, recipient.full_name, recipient.email, values)


def sample(own: Iterable[Field]) -> Person:
    """Return somebody for the letters of who has no recipients yet."""
    anna = Recipient(full_name=_("Anna Smirnova"), email="anna@example.com")
    return Person(None, anna.full_name, anna.email, values_for(anna, own))


def values_for(recipient: Recipient, own: Iterable[Field]) -> dict[str, str]:
    """Return what the merge fields of a letter to `recipient` are."""
    return values_of(recipient.email, recipient.full_name) | letter_values(own, recipient.fields)
