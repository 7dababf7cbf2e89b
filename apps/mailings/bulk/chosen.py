"""Whom something is done with: those who are ticked in a list, or all that the list finds.

The address of a list's form has `tick`s, or `all` and the filters of the list. What goes on from
there holds the filters too, never the ids of all.
"""
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict

from apps.core.access import ids_in
from apps.core.numbers import MANY, Number
from apps.core.sieve import Sieve, Sifted
from apps.users.models import User

from ..models import Recipient
from ..picks.choice import among
from ..recipients.filters import Filters, filtered

MOST_TICKS = 1000


@dataclass(frozen=True)
class Chosen:
    """Recipients of `owner`: these `ids`, or, without them, whom the `query` of a list finds."""

    owner: User
    ids: tuple[int, ...] | None
    query: str = ""

    @cached_property
    def rows_and_sieve(self) -> tuple[QuerySet[Recipient], Sieve]:
        """The recipients, not those of others whom a manager sees, and what filters them."""
        if self.ids is not None:
            book = Recipient.objects.owned_by(self.owner)
            return book.filter(pk__in=among(self.ids)), Sieve()
        rows, sieve, _words = filtered(QueryDict(self.query), self.owner)
        return rows.filter(owner=self.owner), sieve

    @property
    def condition(self) -> QuerySet[Recipient]:
        """Who is chosen, by what is true of each: to be asked of a part of the book."""
        rows, sieve = self.rows_and_sieve
        return rows.filter(sieve.keeps).order_by()

    @cached_property
    def first_ids(self) -> list[int]:
        """The ids of those who are chosen; where they are more than MANY, of so many and one."""
        rows, sieve = self.rows_and_sieve
        if not sieve:
            return list(rows.order_by().values_list("pk", flat=True)[:MANY + 1])
        sifted = Sifted(rows, sieve)
        sifted.first(rows.order_by("sort_name", "pk"), 1)  # how frequent they are says how to look
        return sifted.ids

    @property
    def number(self) -> Number:
        return Number(len(self.first_ids))


def chosen_in(asked: QueryDict, owner: User) -> Chosen:
    """Return whom an address chooses."""
    if "all" in asked:
        return Chosen(owner, None, Filters(asked, owner).query)
    ticks = ids_in(",".join(asked.getlist("tick")).split(","))[:MOST_TICKS]
    return Chosen(owner, tuple(dict.fromkeys(ticks)))
