"""The period that a report tells of, in the viewer's days, and its steps for a chart."""
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Case, F, IntegerField, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.listing import day
from apps.statistics.models import QUARTER

DAY = timedelta(days=1)
QUARTERS_A_DAY = 96
EPOCH = date(1970, 1, 1)
QUICK = {
    "7": gettext_lazy("7 days"), "30": gettext_lazy("30 days"), "90": gettext_lazy("Quarter"),
    "365": gettext_lazy("Year"), "all": gettext_lazy("All time"),
}
USUAL = "30"
MOST_DAYS, MOST_WEEKS = 45, 200  # days that are shown one by one, or by weeks; else by months


@dataclass(frozen=True)
class Period:
    """Days `since` to `until`, both in; `since` is None from the beginning. `name`: of QUICK."""

    since: date | None
    until: date
    name: str = ""

    @classmethod
    def of(cls, request):
        """Return what the address asks for: `from` and `to`, or `period`, or the usual one."""
        today, since, until = timezone.localdate(), day(request, "from"), day(request, "to")
        if since or until:
            return cls(since, until or max(today, since))
        asked = request.GET.get("period", "")
        name = asked if asked in QUICK else USUAL
        return cls(None if name == "all" else today - (int(name) - 1) * DAY, today, name)

    def limit(self, tallies):
        """Return the tallies of these days, whole: a quarter of an hour is never cut."""
        tallies = tallies.filter(quarter__lt=first_quarter(self.until + DAY))
        return tallies.filter(quarter__gte=first_quarter(self.since)) if self.since else tallies

    def moments(self):
        """Return the aware moments between which the days lie; the first may be None."""
        return self.since and midnight(self.since), midnight(self.until + DAY)


def midnight(when):
    return timezone.make_aware(datetime.combine(when, time.min))


def first_quarter(when):
    """Return the number of the quarter of an hour with which a day begins in the current zone."""
    return int(midnight(when).timestamp()) // QUARTER


def moment_of(quarter):
    return datetime.fromtimestamp(quarter * QUARTER, UTC)


def local_day(first, last):
    """Return an expression: the day (since 1970) of `quarter`, one of `first` to `last`, here.

    The database need not know the zone: its offset changes twice a year at most.
    """
    def offset(quarter):
        local = moment_of(quarter).astimezone(timezone.get_current_timezone())
        return int(local.utcoffset().total_seconds()) // QUARTER

    def days(off):
        return (F("quarter") + off) / QUARTERS_A_DAY

    whens, now = [], offset(first)
    for number in range(first, last, QUARTERS_A_DAY):
        end = min(number + QUARTERS_A_DAY, last)
        if offset(end) != now:
            change = next(one for one in range(number, end + 1) if offset(one) != now)
            whens.append(When(quarter__lt=change, then=days(now)))
            now = offset(end)
    return Case(*whens, default=days(now), output_field=IntegerField())


def steps(since, until):
    """Return [(day it begins, words for it)] that cover the days, and what one step is called."""
    length = (until - since).days + 1
    if length <= MOST_DAYS:
        starts = [since + number * DAY for number in range(length)]
        return [(start, date_format(start, "DATE_FORMAT")) for start in starts], _("Day")
    if length <= MOST_WEEKS:
        first = since - since.weekday() * DAY
        starts = [first + number * 7 * DAY for number in range((until - first).days // 7 + 1)]
        return [(start, _("week from %(day)s") % {"day": date_format(start, "DATE_FORMAT")})
                for start in starts], _("Week")
    starts = [since.replace(day=1)]
    while (after := (starts[-1] + 31 * DAY).replace(day=1)) <= until:
        starts.append(after)
    return [(start, date_format(start, "YEAR_MONTH_FORMAT")) for start in starts], _("Month")
