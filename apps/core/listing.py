"""Lists by what their address asks for (`q`, `sort`, a page); bad values never fail."""
import re
from collections.abc import Callable, Container, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware

from .access import ids_in
from .keyset import KeysetPage, Order
from .sieve import Sieve

OLD_CURSOR = re.compile(r"([0-9]{1,11}\.[0-9]{6})_[0-9]{1,18}")  # seconds since 1970, id
LONGEST_QUERY = 200
DAY = timedelta(days=1)


def search_text(request: HttpRequest, name: str = "q") -> str:
    """Return what was searched for: stripped, without NUL, not longer than any name is."""
    return (request.POST or request.GET).get(name, "").replace("\x00", "").strip()[:LONGEST_QUERY]


def number(request: HttpRequest, name: str) -> int | None:
    """Return the id that the address asks for as `name`; None for none or nonsense."""
    for found in ids_in([request.GET.get(name, "")]):
        return found
    return None


def choice(request: HttpRequest, name: str, allowed: Container[str], default: str = "") -> str:
    """Return what the address asks for as `name` if that is in `allowed`, else `default`."""
    asked = request.GET.get(name, "")
    if asked in allowed:
        return asked
    return default


def sorting(request: HttpRequest, allowed: Container[str], default: str) -> str:
    """Return `sort` from the address if it (less a leading `-`) is in `allowed`, else `default`."""
    asked = request.GET.get("sort", "")
    if asked.removeprefix("-") in allowed:
        return asked
    return default


def sorted_page(request: HttpRequest, queryset: QuerySet[Any], allowed: Mapping[str, str],
                default: str, *, begin: Any = None, sieve: Sieve | None = None) -> dict[str, Any]:
    """Return a list's context: its `page`, in the order that the address asks for, and `sort`.

    `allowed` maps the public names of orders to columns or annotations, which are never NULL;
    `-name` turns an order round. `sieve` filters the rows further. With `count` in the address all
    rows are counted.
    """
    asked = sorting(request, allowed, default)
    order = Order(queryset, allowed[asked.removeprefix("-")], backwards=asked.startswith("-"))
    page = KeysetPage(request, queryset, order, begin=begin, sieve=sieve)
    if "count" in request.GET:
        page.count_exactly()
    return {"page": page, "sort": asked}


def newest_first(request: HttpRequest, queryset: QuerySet[Any],
                 time_field: str) -> dict[str, Any]:
    """Return the context of a list by time: its `page`, and the days `since` and `until` (dates).

    The rows are those from the day `from` to the day `to`, the newest first.
    """
    since = day(request, "from")
    until = day(request, "to")
    rows = within(queryset, time_field, since, until)
    order = Order(rows, time_field, backwards=True)
    page = KeysetPage(request, rows, order, begin=old_place(request))
    return {"page": page, "since": since, "until": until}


def old_place(request: HttpRequest) -> datetime | None:
    """Return the moment at which an address with a `cursor`, as they once were, goes on."""
    if found := OLD_CURSOR.fullmatch(request.GET.get("cursor", "")):
        return datetime.fromtimestamp(float(found[1]), UTC)
    return None


def day(request: HttpRequest, name: str) -> date | None:
    """Return the date that the address asks for as `name` (ISO 8601); None for none or nonsense."""
    try:
        found = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    if 2000 <= found.year <= 2100:
        return found
    return None


def midnight(first: date) -> datetime:
    """Return when a day begins in the person's time zone."""
    return make_aware(datetime.combine(first, time.min))


def within(rows: QuerySet[Any], field: str, since: date | None, until: date | None,
           start: Callable[[date], Any] = midnight) -> QuerySet[Any]:
    """Return the rows of the days from `since` to `until`; None is no bound.

    `start` tells from a day the value of `field` with which it begins.
    """
    if since:
        rows = rows.filter(**{f"{field}__gte": start(since)})
    if until:
        rows = rows.filter(**{f"{field}__lt": start(until + DAY)})
    return rows
