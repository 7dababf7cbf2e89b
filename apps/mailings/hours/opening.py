"""From hours and weekdays to moments: when letters may leave.

Hours are what clocks on the wall show. Where clocks are set back, an hour comes twice: what opens
in it opens once, and only from where the wall shows no earlier time any more. What begins or ends
in an hour that clocks skip begins or ends when they skip it.
"""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .models import SendingHours

ALL_WEEK = "1234567"  # ISO numbers
DAY = timedelta(days=1)
SMALLEST = timedelta(microseconds=1)
LAST_YEAR = 9000  # openings are looked for no later; the years of Python end soon after


class Opening(NamedTuple):
    """Letters may leave from `opens` on, and no more at `closes`; aware, in UTC."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class Hours:
    """From `start` to `end` of the days that begin on these `weekdays`.

    An `end` that is no later than `start` is on the next day: 22:00–06:00; 00:00–00:00 is a day.
    """

    start: time
    end: time
    weekdays: str

    def are_whole_days(self) -> bool:
        return self.start == self.end

    def are_all_times(self) -> bool:
        return self.are_whole_days() and set(self.weekdays) == set(ALL_WEEK)


def hours_of(mailing: SendingHours) -> Hours | None:
    """Return the hours of a mailing; None where they leave nothing out."""
    midnight = time()
    hours = Hours(mailing.hours_from or midnight, mailing.hours_to or midnight,
                  mailing.weekdays or ALL_WEEK)
    return None if hours.are_all_times() else hours


def opening_at(hours: Hours, zone: ZoneInfo, now: datetime) -> Opening:
    """Return the opening of `now`, or the next one."""
    return next(openings(hours, zone, now))


def openings(hours: Hours, zone: ZoneInfo, since: datetime) -> Iterator[Opening]:
    """Yield the openings that close after `since`, in order; those that touch are one."""
    last: Opening | None = None
    for opening in of_days(hours, zone, since):
        if last and opening.opens <= last.closes:
            last = Opening(last.opens, max(last.closes, opening.closes))
            continue
        if last and last.closes > since:
            yield last
        last = opening


def of_days(hours: Hours, zone: ZoneInfo, since: datetime) -> Iterator[Opening]:
    """Yield the opening of each day that has one, from a week before `since` on.

    Whole days of a week touch: the opening of `since` may have begun so long before.
    """
    day = since.astimezone(zone).date() - 7 * DAY
    while day.year < LAST_YEAR:
        if str(day.isoweekday()) in hours.weekdays:
            opening = of_day(hours, zone, day)
            if opening:
                yield opening
        day += DAY


def of_day(hours: Hours, zone: ZoneInfo, day: date) -> Opening | None:
    """Return the opening that begins on `day`; None where clocks skip all of it."""
    last_day = day if hours.end > hours.start else day + DAY
    start = datetime.combine(day, hours.start)
    closes, _again = moments_of(datetime.combine(last_day, hours.end), zone)
    first, second = moments_of(start, zone)
    opens = first
    if wall_before(second, zone) < start:
        opens = second
    if opens >= closes:
        opens = first
    return Opening(opens, closes) if opens < closes else None


def wall_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock on the wall shows right before `moment`."""
    return (moment - SMALLEST).astimezone(zone).replace(tzinfo=None)


def moments_of(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first and the second moment at which the wall shows this; most often they are one.

    Of a time that is skipped both are the moment of the skip.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return first, second
    skip = skip_between(second, first, wall, zone)
    return skip, skip


def skip_between(before: datetime, after: datetime, wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which the wall goes from a time before `wall` to one after it."""
    low = int(before.timestamp())
    high = int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
