"""The word that matters about a mailing, beside the brief's status: what became of it."""
from collections.abc import Iterable
from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..models import Mailing, Run
from .words import when_words


def add_stories(mailings: Iterable[Mailing]) -> None:
    """Give each of `mailings` its `last_run` and its `story`, in two queries."""
    now = timezone.now()
    runs = {run.mailing_id: run for run in Run.objects.newest().filter(mailing__in=mailings)}
    sent = Run.objects.filter(mailing__in=mailings, sent__gt=0).order_by().values("mailing")
    last_sent = dict(sent.annotate(Max("finished_at")).values_list("mailing", "finished_at__max"))
    for mailing in mailings:
        mailing.last_run = runs.get(mailing.pk)
        mailing.story = story_words(mailing, mailing.last_run, last_sent.get(mailing.pk), now)


def story_words(mailing: Mailing, run: Run | None, sent_at: datetime | None, now: datetime) -> str:
    """Return what became of `mailing`: by its last `run`, and when a run last sent letters."""
    if run is None:
        return when_words(mailing, now) or _("Was not sent: its time is over")
    figures = {"sent": intcomma(run.sent), "total": intcomma(run.total)}
    if run.state == Run.State.PAUSED:
        if run.reason == Run.Reason.PERSON:
            return _("Paused: %(sent)s of %(total)s") % figures
        return _("Paused: %(reason)s") % {"reason": run.get_reason_display()}
    if run.is_active and not run.total:
        return _("Preparing the list")
    if run.is_active and not mailing.is_open_at(now):
        return _("Waits for its hours: %(sent)s of %(total)s") % figures
    if run.is_active:
        return _("Sending: %(sent)s of %(total)s") % figures
    if run.state == Run.State.STOPPED:
        if run.reason == Run.Reason.WINDOW:
            return pgettext("a mailing", "Time is over")
        return pgettext("a mailing", "Stopped")
    if sent_at is None:
        return _("Nobody got it")
    return _("Sent on %(day)s") % {"day": day(sent_at, now)}


def day(moment: datetime, now: datetime) -> str:
    """Return the day of `moment` as people say it: with the year only where it is another one."""
    moment = timezone.localtime(moment)
    if moment.year == timezone.localtime(now).year:
        return date_format(moment, "j E")
    return date_format(moment, "j E Y")
