"""Hours and weekdays in words, as people say them: «on weekdays from 9:00 to 18:00»."""
from datetime import datetime

from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from apps.users.middleware import zone_of

from ..models import Mailing
from .opening import ALL_WEEK, Hours, hours_of

WORKDAYS = "12345"
WEEKEND = "67"


def hours_words(mailing: Mailing) -> str:
    """Return when letters of `mailing` leave; "" where they leave at all times.

    The owner's zone is named to who is in another one.
    """
    hours = hours_of(mailing)
    if hours is None:
        return ""
    words = _("%(days)s %(times)s") % {"days": days_words(hours.weekdays),
                                       "times": times_words(hours)}
    zone = zone_of(mailing.owner)
    if zone.key == timezone.get_current_timezone_name():
        return words.strip()
    return f"{words.strip()} ({zone.key})"


def days_words(weekdays: str) -> str:
    if weekdays == WORKDAYS:
        return _("on weekdays")
    if weekdays == WEEKEND:
        return _("at weekends")
    if len(weekdays) == len(ALL_WEEK):
        return _("every day")
    return ", ".join(short_day(int(day) - 1) for day in weekdays)


def times_words(hours: Hours) -> str:
    if hours.are_whole_days():
        return ""
    return _("from %(start)s to %(end)s") % {
        "start": time_format(hours.start, "TIME_FORMAT"),
        "end": time_format(hours.end, "TIME_FORMAT")}


def short_day(number: int) -> str:
    """Return the short name of a weekday, Monday being 0."""
    return str(WEEKDAYS_ABBR[number]).lower()


def moment_words(moment: datetime, now: datetime) -> str:
    """Return a moment of these days: its time, with its weekday, or its date where it is far."""
    here = timezone.localtime(moment)
    ahead = (here.date() - timezone.localtime(now).date()).days
    time = time_format(here, "TIME_FORMAT")
    if ahead == 0:
        return time
    if ahead < len(ALL_WEEK):
        return _("%(weekday)s %(time)s") % {"weekday": short_day(here.weekday()), "time": time}
    form = "j E" if here.year == timezone.localtime(now).year else "j E Y"
    return _("%(day)s, %(time)s") % {"day": date_format(here, form), "time": time}
