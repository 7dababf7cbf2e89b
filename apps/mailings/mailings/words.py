"""When a mailing starts, in words. What a run is doing is told elsewhere."""
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from apps.audit.models import Entry

from ..models import Mailing

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FAR = timedelta(days=7)  # from here on hours do not matter
TOO_FAR = timedelta(days=60)  # from here on the date alone says it


def when_words(mailing: Mailing, now: datetime) -> str:
    """Return whether, and when, `mailing` starts by itself; "" once it was sent, or has ended.

    It asks the database nothing, so lists may call it for each row.
    """
    if mailing.status != Mailing.Status.CREATED or mailing.ends_at <= now:
        return ""
    if not mailing.autostart:
        return _("Draft, does not start by itself")
    if mailing.disabled_at:
        return _("Does not start while it is disabled")
    if mailing.starts_at <= now:
        return _("Starts by itself in a moment")
    moment = day_and_time(mailing.starts_at, now)
    wait = mailing.starts_at - now
    if wait > TOO_FAR:
        return _("Starts by itself %(moment)s") % {"moment": moment}
    return _("Starts by itself %(moment)s, %(in_how_long)s") % {
        "moment": moment, "in_how_long": in_how_long(wait)}


def day_and_time(moment: datetime, now: datetime) -> str:
    """Return `moment` as people say it: the year only where it is another one."""
    moment = timezone.localtime(moment)
    form = "j E"
    if moment.year != timezone.localtime(now).year:
        form = "j E Y"
    return _("on %(day)s at %(time)s") % {
        "day": date_format(moment, form), "time": date_format(moment, "TIME_FORMAT")}


def in_how_long(wait: timedelta) -> str:
    """Return a time that is to pass: days, or two units, and never less than a minute."""
    if wait < HOUR:
        return _("in %(wait)s") % {"wait": minutes(max(wait, MINUTE))}
    if wait < DAY:
        parts = [hours(wait), minutes(wait % HOUR)]
    elif wait < FAR:
        parts = [days(wait), hours(wait % DAY)]
    else:
        parts = [days(wait)]
    return _("in %(wait)s") % {"wait": " ".join(filter(None, parts))}


def days(wait: timedelta) -> str:
    return counted(npgettext("in how long", "%(n)s day", "%(n)s days", wait // DAY), wait // DAY)


def hours(wait: timedelta) -> str:
    return counted(
        npgettext("in how long", "%(n)s hour", "%(n)s hours", wait // HOUR), wait // HOUR)


def minutes(wait: timedelta) -> str:
    return counted(
        npgettext("in how long", "%(n)s minute", "%(n)s minutes", wait // MINUTE), wait // MINUTE)


def counted(words: str, number: int) -> str:
    """Return `words` with their number; "" of nothing."""
    if not number:
        return ""
    return words % {"n": number}


def missed_start(mailing: Mailing, now: datetime) -> str:
    """Return what kept a mailing from starting at its time: a manager, or its sender; "" if nothing
    did.

    It holds until the owner saves the mailing, or sends it.
    """
    if mailing.autostart or mailing.status != Mailing.Status.CREATED or mailing.ends_at <= now:
        return ""
    told = Entry.objects.filter(
        action=Entry.Action.NOT_STARTED, object_type=mailing._meta.label_lower,
        object_id=mailing.pk, happened_at__gt=mailing.updated_at)
    # Without details the clock tells of a mailing that it goes on trying to start.
    last = told.exclude(via=Entry.Via.SCHEDULE, details="").order_by("-pk").first()
    if last is None:
        return ""
    if last.via == Entry.Via.SCHEDULE:
        return _("Its time passed while no letter could go by its sender. Start it yourself.")
    return _("Its time passed while it was disabled, or you were blocked. Start it yourself.")
