"""What a list takes from its address: `q`, `sort`, `page`; bad values never fail."""
import re
from datetime import UTC, date, datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.timezone import make_aware

PER_PAGE = 25
CURSOR_TIME = re.compile(r"[0-9]{1,11}\.[0-9]{6}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_QUERY = 200


def search_text(request, name="q", data=None):
    """Return what was searched for: stripped, without NUL, not longer than any name is.

    It is in the address, or in `data`.
    """
    return (data or request.GET).get(name, "").replace("\x00", "").strip()[:LONGEST_QUERY]


def number(request, name):
    """Return the id that the address asks for as `name`; None for none or nonsense."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def sorting(request, allowed, default):
    """Return `sort` from the address if it (less a leading `-`) is in `allowed`, else `default`."""
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in allowed and asked.count("-") <= 1 else default


def ordered(request, queryset, allowed, default, tie="pk"):
    """Order `queryset` by the address's `sort`.

    `allowed` maps the public names to tuples of model fields; `-name` turns all of them round.
    `tie`, the id, comes last, so that pages never overlap.
    """
    asked = sorting(request, allowed, default)
    sign = "-" if asked.startswith("-") else ""
    fields = [*allowed[asked.removeprefix("-")], tie]
    return queryset.order_by(*(f"{sign}{field}" for field in fields))


def page_of(request, queryset, per_page=PER_PAGE):
    """Return the page that the address asks for; the nearest one for a bad number."""
    return Paginator(queryset, per_page).get_page(request.GET.get("page"))


def cursor_page(request, queryset, time_field, per_page=PER_PAGE):
    """Return (rows, cursor of the next page or "") of a long list, newest first.

    The cursor names the last row seen (its time and id), so that page a thousand costs what the
    first one does. A bad cursor is the first page.
    """
    rows = queryset.order_by(f"-{time_field}", "-pk")
    after = read_cursor(request.GET.get("cursor", ""))
    if after:
        moment, pk = after
        # The row's time bounds the index scan; the rest orders rows of the same time.
        rows = rows.filter(**{f"{time_field}__lte": moment}).exclude(
            **{time_field: moment, "pk__gte": pk})
    rows = list(rows[:per_page + 1])
    if len(rows) <= per_page:
        return rows, ""
    last = rows[per_page - 1]
    moment = getattr(last, time_field) - EPOCH
    seconds = moment.days * 86400 + moment.seconds
    return rows[:per_page], f"{seconds}.{moment.microseconds:06d}_{last.pk}"


def read_cursor(text):
    """Return (aware datetime, id) from a cursor; None when it is none of ours."""
    seconds, _, pk = text.partition("_")
    if not (CURSOR_TIME.fullmatch(seconds) and pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    whole, micros = seconds.split(".")
    return EPOCH + timedelta(seconds=int(whole), microseconds=int(micros)), int(pk)


def day(request, name):
    """Return the date that the address asks for as `name` (ISO 8601); None for none or nonsense."""
    try:
        found = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def days_filter(request, field):
    """Return a Q for the days `from` to `to` (both in) in the person's time zone, and the days."""
    since, until = day(request, "from"), day(request, "to")
    wanted = Q()
    if since:
        wanted &= Q(**{f"{field}__gte": make_aware(datetime.combine(since, time.min))})
    if until:
        after = datetime.combine(until + timedelta(days=1), time.min)
        wanted &= Q(**{f"{field}__lt": make_aware(after)})
    return wanted, {"since": since, "until": until}
