"""Recipients by name, some at a time: a million of them take no more memory than a thousand."""
from collections.abc import Iterator

from django.db.models import QuerySet

from apps.core.keyset import Order
from apps.core.numbers import MANY
from apps.core.sieve import Sieve, Sifted

from ..models import Recipient

BATCH = 1000


def kept_rows(rows: QuerySet[Recipient], sieve: Sieve) -> QuerySet[Recipient]:
    """Return the rows that the sieve keeps, found by its index where these are few."""
    if not sieve:
        return rows
    sifted = Sifted(rows, sieve)
    if len(sifted.ids) <= MANY:
        return rows.filter(pk__in=sifted.ids)
    return rows.filter(sieve.keeps)


def batches(rows: QuerySet[Recipient]) -> Iterator[list[Recipient]]:
    """Yield the rows by name, BATCH at a time, each batch from where the last one ended."""
    order = Order(rows, "sort_name")
    rows = rows.order_by(*order.names())
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        if len(batch) < BATCH:
            return
        last = batch[-1]
        batch = list(rows.filter(order.beyond((last.pk, last.sort_name)))[:BATCH])
