"""The period that a report tells of, in the viewer's days, and its steps for a chart."""
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.listing import DAY, choice, day, midnight
from apps.statistics.models import QUARTER

QUICK = {
    "7": gettext_lazy("7 days"), "30": gettext_lazy("30 days"), "90": gettext_lazy("Quarter"),
    "365": gettext_lazy("Year"), "all": gettext_lazy("All time"),
}
USUAL = "30"
MOST_DAYS = 45  # that are shown one by one
MOST_WEEKS = 200  # days that are shown by weeks; longer periods are shown by months


@dataclass(frozen=True)
class Period:
    """The days from `since` to `until`, both included.

    `since` is None for a period from the beginning; `name` is a key of QUICK, or empty.
    """

    since: date | None
    until: date
    name: str = ""

    @classmethod
    def of(cls, request):
        """Return what the address asks for: `from` and `to`, or `period`, or the usual one."""
        today = timezone.localdate()
        since = day(request, "from")
        until = day(request, "to")
        if since or until:
            return cls(since, until or max(today, since))
        name = choice(request, "period", QUICK, USUAL)
        if name == "all":
            return cls(None, today, name)
        return cls(today - (int(name) - 1) * DAY, today, name)


def first_quarter(when):
    """Return the number of the quarter of an hour with which a day begins in the current zone."""
    return int(midnight(when).timestamp()) // QUARTER


def moment_of(quarter):
    return datetime.fromtimestamp(quarter * QUARTER, UTC)


def steps(since, until):
    """Return {its first quarter: words for it} of steps that cover the days, and a step's name."""
    length = (until - since).days + 1
    if length <= MOST_DAYS:
        return even_steps(since, until, DAY, "%(day)s"), _("Day")
    if length <= MOST_WEEKS:
        monday = since - since.weekday() * DAY
        return even_steps(monday, until, 7 * DAY, _("week from %(day)s")), _("Week")
    marks = {}
    start = since.replace(day=1)
    while start <= until:
        marks[first_quarter(start)] = date_format(start, "YEAR_MONTH_FORMAT")
        start = (start + 31 * DAY).replace(day=1)
    return marks, _("Month")


def even_steps(start, until, length, words):
    marks = {}
    while start <= until:
        marks[first_quarter(start)] = words % {"day": date_format(start)}
        start += length
    return marks
