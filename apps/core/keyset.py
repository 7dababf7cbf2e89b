"""Pages of long lists: each begins where another one ended, so page 30,000 costs what page 1 does.

The address names the row beside the page: `after` or `before` its cursor, or `last`. A cursor has
the row's id and the value that it is ordered by. Old addresses with the number of a `page` work.
"""
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db.models import DateTimeField, IntegerField, Q, QuerySet
from django.http import HttpRequest

from .access import ids_in
from .numbers import MANY, Number, counted
from .sieve import Sieve, Sifted

PER_PAGE = 25
LONGEST_VALUE = 400
HIGHEST_PAGE = MANY // PER_PAGE  # further ones take too long
HIGHEST_ID = 2 ** 62
PLACE = ("after", "before", "last", "page", "begin", "cursor")  # what names a page in an address
Cursor = tuple[int, Any]  # id, value


class Order:
    """By what a list is ordered: a column or an annotation of its rows, then the id."""

    def __init__(self, rows: QuerySet[Any], name: str, *, backwards: bool = False) -> None:
        self.name = name
        self.backwards = backwards
        self.column = column_of(rows, name)

    def names(self, *, reverse: bool = False) -> list[str]:
        sign = "-" if self.backwards != reverse else ""
        return [f"{sign}{self.name}", f"{sign}pk"]

    def beyond(self, cursor: Cursor, *, reverse: bool = False) -> Q:
        """Return which rows come after the one of the cursor; with `reverse`, before it."""
        pk, value = cursor
        side = "lt" if self.backwards != reverse else "gt"
        # The value bounds the scan of an index; the rest is about rows of the same value.
        bound = Q(**{f"{self.name}__{side}e": value})
        return bound & ~Q(**{self.name: value, f"pk__{'gte' if side == 'lt' else 'lte'}": pk})

    def start(self, value: Any) -> Cursor:
        """Return the cursor after which the rows of this value begin."""
        return (HIGHEST_ID if self.backwards else 0), value

    def cursor_of(self, row: Any) -> str:
        """Return the cursor of a row, as text for an address."""
        value = getattr(row, self.name)
        if isinstance(value, datetime):
            value = f"{value.timestamp():.6f}"
        return f"{row.pk}~{value}"

    def cursor_in(self, text: str) -> Cursor | None:
        """Return the cursor that an address has; None for none or nonsense."""
        number, _tilde, value = text.replace("\x00", "")[:LONGEST_VALUE].partition("~")
        for pk in ids_in([number]):
            return self.read(pk, value)
        return None

    def read(self, pk: int, value: str) -> Cursor | None:
        try:
            if isinstance(self.column, DateTimeField):
                return pk, datetime.fromtimestamp(float(value), UTC)
            if isinstance(self.column, IntegerField):
                [number] = ids_in([value])
                return pk, number
        except (ValueError, OverflowError, OSError):
            return None
        return pk, value


def column_of(rows: QuerySet[Any], name: str) -> Any:
    """Return the model field that the column or annotation `name` of `rows` has."""
    if annotation := rows.query.annotations.get(name):
        return annotation.output_field
    return rows.model._meta.get_field("id" if name == "pk" else name)


class KeysetPage:
    """A page of `rows` as the address asks for it; the nearest one for what is not there."""

    def __init__(self, request: HttpRequest, rows: QuerySet[Any], order: Order, *,
                 begin: Any = None, sieve: Sieve | None = None) -> None:
        """Read the page; `begin` is the value at which it begins unless the address names one.

        `sieve` filters the rows further.
        """
        self.rows = rows
        self.sifted = Sifted(rows, sieve) if sieve else None
        self.order = order
        self.object_list: list[Any] = []
        self.has_previous = self.has_next = False
        self.is_exact = False
        self.choose(request.GET, begin)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)

    def __len__(self) -> int:
        return len(self.object_list)

    def choose(self, asked: Any, begin: Any) -> None:
        """Read the page that is asked for, or the nearest one that has rows."""
        after = self.order.cursor_in(asked.get("after", ""))
        before = self.order.cursor_in(asked.get("before", ""))
        if before:
            self.read_before(before)
        elif after:
            self.read_after(after)
        elif "last" in asked:
            self.read_last()
        elif begin is not None:
            self.read_after(self.order.start(begin))
        else:
            self.read_number(asked.get("page", ""))
        if not self.object_list and self.has_previous:
            self.read_last()

    def read_after(self, cursor: Any) -> None:
        self.take(cursor)
        self.has_previous = True

    def read_before(self, cursor: Any) -> None:
        self.take(cursor, reverse=True)
        if len(self.object_list) < PER_PAGE:  # too near to the first row for a whole page
            self.take()
        else:
            self.has_next = True

    def read_last(self) -> None:
        self.take(reverse=True)

    def read_number(self, text: str) -> None:
        """Read a page by its number, as old addresses have it; far ones are the last page."""
        [number, *_rest] = ids_in([text]) or [1]
        if number <= 1:
            self.take()
        elif number > HIGHEST_PAGE:
            self.read_last()
        else:
            self.skip((number - 1) * PER_PAGE)

    def skip(self, rows_before: int) -> None:
        rows = self.rows
        if self.sifted:
            self.sifted.walk(self.order.names())
            rows = self.sifted.kept
        # Ids come from an index alone, rows would be read and thrown away.
        ids = rows.order_by(*self.order.names()).values_list("pk", flat=True)
        found = list(ids[rows_before:rows_before + PER_PAGE + 1])
        self.show(self.rows.filter(pk__in=found))
        self.has_previous = True

    def take(self, cursor: Any = None, *, reverse: bool = False) -> None:
        """Take the rows after `cursor`, with `reverse` those before it; of all without one."""
        rows = self.rows
        if cursor is not None:
            rows = rows.filter(self.order.beyond(cursor, reverse=reverse))
        if self.sifted:
            ordered = rows.order_by(*self.order.names(reverse=reverse))
            rows = self.sifted.first(ordered, PER_PAGE + 1, are_all=cursor is None)
        self.show(rows, reverse=reverse)

    def show(self, rows: QuerySet[Any], *, reverse: bool = False) -> None:
        ordered = rows.order_by(*self.order.names(reverse=reverse))
        self.show_found(list(ordered[:PER_PAGE + 1]), reverse=reverse)

    def show_found(self, found: list[Any], *, reverse: bool = False) -> None:
        """Show the first of what was found: one row more than a page has was asked for."""
        more = len(found) > PER_PAGE
        found = found[:PER_PAGE]
        self.has_previous = reverse and more
        self.has_next = more and not reverse
        self.object_list = found[::-1] if reverse else found

    @property
    def next(self) -> str:
        """The cursor after which the next page begins; "" on the last one."""
        return self.order.cursor_of(self.object_list[-1]) if self.has_next else ""

    @property
    def previous(self) -> str:
        """The cursor before which the page before ends; "" on the first one."""
        return self.order.cursor_of(self.object_list[0]) if self.has_previous else ""

    @cached_property
    def counted(self) -> int:
        """How many rows there are, but for what is more than MANY."""
        if self.sifted:
            return self.sifted.counted
        if not (self.has_next or self.has_previous):
            return len(self.object_list)
        return counted(self.rows)

    def count_exactly(self) -> None:
        """Count all rows, however many. A page is shown first, and asks for this then."""
        self.is_exact = True
        rows = self.sifted.kept if self.sifted else self.rows.order_by()
        self.counted = rows.count()

    @property
    def number(self) -> Number:
        return Number(self.counted, exact=self.is_exact)

    @property
    def is_many(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.number.is_many

    @property
    def count(self) -> int:
        """How many rows there are as far as they were counted; for plurals."""
        return self.number.count

    @property
    def count_words(self) -> str:
        """How many rows there are, in figures: “312”, “over 10,000”."""
        return str(self.number)
