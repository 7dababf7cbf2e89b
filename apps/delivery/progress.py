"""What a page shows of a mailing's sending: figures that add up, and what can be done now."""
import shutil
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.mailings.attempts.explanations import is_of_connections, is_of_disk
from apps.mailings.models import Run
from apps.mailings.polling import QUIET, is_soon, seconds_between
from apps.statistics import counting

from .engine.restore import waits_for_a_person
from .models import RestoreGuard, worker_alive
from .schedule import stopped_at
from .services import refusal, who_gets_it, who_has_it

PACE_WINDOW, PACE_STEP = timedelta(seconds=20), timedelta(seconds=1)
ROOM = 512 * 1024  # octets
PARTS = ("sent", "failed", "unknown", "skipped")


@dataclass
class Part:
    """A piece of the bar, in per cent of its width (as text: SVG takes no decimal comma)."""

    name: str
    start: str
    width: str


def bar(run):
    """Return the Parts of a run's bar, in order, empty ones left out."""
    parts, start = [], 0.0
    for name in PARTS:
        width = 100 * getattr(run, name) / run.total if run.total else 0
        if width:
            parts.append(Part(name, f"{start:.3f}", f"{width:.3f}"))
        start += width
    return parts


def speed(run, now):
    """Return (letters a second, words for the time left) of a running run; (0, "") unknown.

    Measured between two looks at the run, some seconds apart: a pause does not count.
    """
    if run.state != Run.State.RUNNING:
        return 0, ""
    done, key = run.total - run.left, f"pace:{run.pk}"
    looks = [(then, number) for then, number in cache.get(key, [])
             if now - then < PACE_WINDOW and number <= done]
    if not looks or now - looks[-1][0] > PACE_STEP:
        cache.set(key, [*looks, (now, done)], PACE_WINDOW.total_seconds())
    if not looks or now - looks[0][0] < PACE_STEP or done == looks[0][1]:
        return 0, ""
    rate = (done - looks[0][1]) / (now - looks[0][0]).total_seconds()
    return rate, time_left(run.left / rate)


def time_left(seconds):
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(n)s hour", "about %(n)s hours", hours) % {"n": hours}


def disk_full():
    """Whether the disk of this machine has no room for a sender's journals."""
    return shutil.disk_usage(settings.DATA_DIR).free < ROOM


def rests(run, now):
    """Whether the run waits because the mail server does not take letters."""
    return bool(run.is_active and run.hold_until and run.hold_until > now)


def progress_context(mailing, user):
    """Return the context of `delivery/_run.html` for `user`, who may read `mailing`.

    Whom the next run would take is dear to count for a big mailing: only where a button says it,
    which is where no run is active, and then the page does not ask again by itself.
    """
    now = timezone.now()
    run = mailing.runs.order_by("-id").first()
    context = {"mailing": mailing, "run": run, "user": user,
               "is_owner": mailing.owner_id == user.pk, "active": bool(run and run.is_active)}
    if run:
        context["unknown"] = counting.figures_now(run)
        context["resting"] = rests(run, now)
        context["disk_is_the_trouble"] = is_of_disk(run.server_words)
        context["fewer_connections"] = (
            run.state == Run.State.RUNNING and is_of_connections(run.server_words))
        context["waits_retry"] = (
            run.state == Run.State.RUNNING and run.left and next_retry(run))
    context["disk_full"] = disk_full()
    if context["active"]:
        retry = context["waits_retry"]
        context["every"] = QUIET if retry and not is_soon(retry, now) else seconds_between([run])
        context["guard"] = run.reason == Run.Reason.RESTORE and RestoreGuard.objects.first()
        context["no_sender"] = run.state == Run.State.RUNNING and not worker_alive()
        if not (context["resting"] or context["waits_retry"] or context["no_sender"]):
            context["rate"], context["time_left"] = speed(run, now)
    else:
        context["reason"] = refusal(mailing, now)
        context["early"] = mailing.starts_at > now
        context["no_sender"] = not context["reason"] and not run and not worker_alive()
        context["clock_stopped"] = not context["reason"] and not run and stopped_at(now)
        context["restored"] = not context["reason"] and not run and (
            waits_for_a_person(mailing))
        if context["is_owner"] and not context["reason"]:
            context["rest"] = who_gets_it(mailing)
            context["has_it"] = who_has_it(mailing) if run else 0
    return context


def next_retry(run):
    """Return when the next try of a run is due, where only tries to come are left."""
    if run.has_letters_now():
        return None
    waiting = run.deliveries.filter(state="retry").order_by("next_try_at").first()
    return waiting and waiting.next_try_at
