"""Filters that may keep most rows of a long list or hardly any: nobody knows beforehand.

A filter that keeps many is quick in the list's own order, where a page of kept rows is soon full.
One that keeps few is quick by its index, whose rows are then put in order. So a page is made so:

1. The first WALKED rows in the list's order are looked at. If they fill the page, that is it.
2. Else the filter's index is asked for its rows, in no order, but for no more than MANY + 1.
3. If it has no more than MANY, the page is the first of them in order; else the list is walked.

    page = sorted_page(request, rows, SORTS, "name", sieve=Sieve(Q(state="failed")))
    few = Sifted(rows, sieve).first(rows.order_by("name", "pk"), 50)
"""
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

WALKED = 2000
MANY = 10_000  # rows; to count more takes longer than a page may


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


class Sifted:
    """The rows of `rows` that a sieve keeps."""

    def __init__(self, rows: QuerySet[Any], sieve: Sieve) -> None:
        self.rows = rows.order_by()
        self.sieve = sieve

    @cached_property
    def kept(self) -> QuerySet[Any]:
        """All kept rows, in no order, as an index finds them."""
        return self.rows.filter(self.sieve.indexed, self.sieve.keeps)

    @cached_property
    def ids(self) -> list[int]:
        """The ids of the kept rows, in no order; no more than MANY + 1."""
        return list(self.kept.values_list("pk", flat=True)[:MANY + 1])

    @cached_property
    def counted(self) -> int:
        """How many rows are kept, but for what is more than MANY."""
        if "ids" in self.__dict__:
            return len(self.ids)
        return self.kept[:MANY + 1].count()

    def first(self, rows: QuerySet[Any], number: int) -> QuerySet[Any]:
        """Filter `rows`, some of all in some order, so that the first `number` kept come first."""
        kept = ExpressionWrapper(self.sieve.keeps, output_field=BooleanField())
        walked = rows.annotate(is_kept=kept).values_list("pk", "is_kept")[:WALKED]
        found = [pk for pk, is_kept in walked if is_kept]
        if len(found) >= number or len(walked) < WALKED:
            return rows.filter(pk__in=found[:number])
        return self.of(rows)

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Filter `rows`, some of all, by the ids if they are few."""
        if len(self.ids) > MANY:
            return rows.filter(self.sieve.keeps)
        return rows.filter(pk__in=self.ids)
