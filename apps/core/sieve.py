"""Filters that may keep most rows of a long list or hardly any: nobody knows beforehand.

A filter that keeps many is quick in the list's own order, where a page of kept rows is soon full.
One that keeps few is quick by its index, whose rows are then put in order. So a page is made so:

1. The first GLANCED rows in the list's order are looked at. If they fill the page, that is it. If
   they have some kept rows, though too few, the first WALKED rows are looked at too.
2. Else the filter's index is asked for its rows, in no order, but for no more than MANY + 1.
3. If it has no more than MANY, the page is the first of them in order.
4. Else the first FURTHER rows of the list are looked at. If they do not fill the page, what is
   kept stands together far away, as a surname does, and all of it has to be put in order.

    page = sorted_page(request, rows, SORTS, "name", sieve=Sieve(Q(state="failed")))
    few = Sifted(rows, sieve).first(rows.order_by("name", "pk"), 50)[:50]
"""
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from .numbers import MANY

GLANCED = 200
WALKED = 2000
FURTHER = 6000
FREQUENT = 20  # one of so many walked rows, and to walk is quick


@dataclass(frozen=True)
class Sieve:
    """Which rows a filter keeps, in columns and annotations of the rows; `one & other` is both.

    `indexed` is a condition that an index answers. It holds for all rows that `keeps` keeps, and
    may hold for others. Leave it out where the database finds an index by `keeps`, or has none.
    """

    keeps: Q = field(default_factory=Q)
    indexed: Q = field(default_factory=Q)

    def __bool__(self) -> bool:
        return bool(self.keeps)

    def __and__(self, other: "Sieve") -> "Sieve":
        return Sieve(self.keeps & other.keeps, self.indexed & other.indexed)


class EachByItself(Exists):
    """Whether there is a row, asked for one row after another.

    PostgreSQL takes OFFSET for a fence. Without it, it may hash a table of a million rows for the
    sake of 200, above all where its statistics are old.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


class Sifted:
    """The rows of `rows` that a sieve keeps."""

    def __init__(self, rows: QuerySet[Any], sieve: Sieve) -> None:
        self.rows = rows.order_by()
        self.sieve = sieve
        self.kept = self.rows.filter(sieve.keeps).filter(sieve.indexed)

    def walk(self, order: Sequence[Any]) -> None:
        """Take to finding kept rows by walking the list in this order: they are frequent in it."""
        self.kept = self.rows.filter(self.sieve.keeps)
        if connection.vendor == "sqlite":  # PostgreSQL knows by its statistics what is quick
            self.kept = self.kept.order_by(*order)

    @cached_property
    def ids(self) -> list[int]:
        """The ids of the kept rows, in no order; no more than MANY + 1."""
        kept = self.kept
        if connection.vendor == "sqlite" and self.sieve.indexed:
            # Its planner would look at each row of the list even where the index has none.
            indexed = self.rows.model._base_manager.filter(self.sieve.indexed).order_by()
            few = list(indexed.values_list("pk", flat=True)[:MANY + 1])
            if len(few) <= MANY:
                kept = self.rows.filter(pk__in=few).filter(self.sieve.keeps)
        return list(kept.values_list("pk", flat=True)[:MANY + 1])

    @cached_property
    def counted(self) -> int:
        """How many rows are kept, but for what is more than MANY."""
        if "ids" in self.__dict__:
            return len(self.ids)
        return self.kept.values("pk")[:MANY + 1].count()

    def first(self, rows: QuerySet[Any], number: int, *, are_all: bool = True) -> QuerySet[Any]:
        """Filter `rows` so that in their order the first `number` that are kept come first.

        They are all rows, or not `are_all` but those after or before one.
        """
        walked: list[tuple[int, bool]] = []
        for length in GLANCED, WALKED, FURTHER:
            walked += self.look_at(rows, len(walked), length, number)
            found = [pk for pk, is_kept in walked if is_kept]
            was_last = len(walked) < length and len(found) < number
            if len(found) * FREQUENT >= len(walked) or (was_last and are_all):
                self.walk(rows.query.order_by)
            if len(found) >= number or was_last:
                return rows.filter(pk__in=found[:number])
            if found and length == GLANCED:
                continue
            if len(self.ids) <= MANY:
                return rows.filter(pk__in=self.ids)
        return rows.filter(pk__in=self.put_in_order(rows, number))

    def look_at(self, rows: QuerySet[Any], start: int, end: int,
                number: int) -> list[tuple[int, bool]]:
        """Return the ids of `rows` from `start` to `end`, and whether each row is kept.

        PostgreSQL looks at no more once it has `number` of them.
        """
        if connection.vendor != "postgresql":
            kept = ExpressionWrapper(self.sieve.keeps, output_field=BooleanField())
            return list(rows.annotate(is_kept=kept).values_list("pk", "is_kept")[start:end])
        itself = self.rows.filter(pk=OuterRef("pk")).filter(self.sieve.keeps)
        asked = rows.order_by().annotate(is_kept=EachByItself(itself))
        ids = list(rows.values_list("pk", flat=True)[start:end])
        looked: list[tuple[int, bool]] = []
        for place in range(0, len(ids), GLANCED):
            few = ids[place:place + GLANCED]
            answers = dict(asked.filter(pk__in=few).values_list("pk", "is_kept"))
            looked += [(pk, bool(answers.get(pk))) for pk in few]
            if sum(is_kept for _pk, is_kept in looked) >= number:
                break
        return looked

    def put_in_order(self, rows: QuerySet[Any], number: int) -> list[int]:
        """Return the first ids of kept `rows`, all of which are found and put in order for it."""
        first, *others = map(str, rows.query.order_by)
        name = first.removeprefix("-")
        by = Coalesce(name, name)  # by the column itself the database would walk the list
        order = by.desc() if first.startswith("-") else by.asc()
        kept = rows.filter(self.sieve.keeps).filter(self.sieve.indexed)
        return list(kept.order_by(order, *others).values_list("pk", flat=True)[:number])
