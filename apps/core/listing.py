"""Lists by what their address asks for (`q`, `sort`, a page); bad values never fail."""
import re
from collections.abc import Callable, Container, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware

from .access import ids_in
from .keyset import PER_PAGE, KeysetPage, Order
from .sieve import Sieve

CURSOR = re.compile(r"([0-9]{1,11}\.[0-9]{6})_([0-9]{1,18})")  # seconds since 1970, id
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


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any]) -> Page[Any]:
    """Return the page that the address asks for; the nearest one for a bad number."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


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
                 time_field: str) -> tuple[list[Any], dict[str, Any]]:
    """Return a page of a long list, from the day `from` to the day `to`, and its context.

    The context has `since` and `until` (dates), `later` (whether newer rows are left out) and
    `cursor`, the next page's; "" on the last one. The cursor names the last row seen (its time and
    id), so that page a thousand costs what the first one does. A bad cursor is the first page.
    """
    since = day(request, "from")
    until = day(request, "to")
    rows = within(queryset, time_field, since, until).order_by(f"-{time_field}", "-pk")
    if after := CURSOR.fullmatch(request.GET.get("cursor", "")):
        moment = datetime.fromtimestamp(float(after[1]), UTC)
        # The row's time bounds the index scan; the rest orders rows of the same time.
        rows = rows.filter(**{f"{time_field}__lte": moment}).exclude(
            **{time_field: moment, "pk__gte": after[2]})
    shown = list(rows[:PER_PAGE + 1])
    cursor = ""
    if len(shown) > PER_PAGE:
        shown.pop()
        cursor = f"{getattr(shown[-1], time_field).timestamp():.6f}_{shown[-1].pk}"
    return shown, {
        "since": since, "until": until, "later": "cursor" in request.GET, "cursor": cursor}


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
