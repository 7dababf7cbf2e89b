"""What a page shows of a mailing's sending: figures that add up, and what can be done now."""
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.mailings.attempts.explanations import (
    MAY_HAVE_LEFT,
    is_of_connections,
    is_of_disk,
)
from apps.mailings.mailings.fates import Fates, common_reason, fates_of
from apps.mailings.mailings.known import (
    KEPT, counted_fates, is_big, key_of, known_fates, runs_of)
from apps.mailings.mailings.story import story_words
from apps.mailings.models import Delivery, Mailing, Run
from apps.mailings.picks.services import active_job_of
from apps.mailings.polling import QUIET, is_soon, seconds_between
from apps.mailings.preparations import Preparation
from apps.mailings.senders.readiness import sender_refusal
from apps.mailings.whom.rules import remember_whom, whom_of
from apps.statistics import counting
from apps.users.models import User

from .audience import audience_count, reached_count
from .engine.restore import waits_for_a_person
from .forecast_words import run_forecast_words
from .may_start import is_of_machines, refusal
from .models import RestoreGuard, worker_alive
from .schedule import stopped_at
from .waits import hours_wait_words, wait_words
from .why_slow import IS_HELD, why_slow

SPEED_WINDOW = timedelta(seconds=20)  # the looks that a speed is measured over
SPEED_STEP = timedelta(seconds=1)  # between two looks at the least
ROOM = 512 * 1024  # octets
ENDING = 2  # seconds between looks at a run whose letters are being called off
PICKING = 2  # seconds between looks at recipients that are being added
PARTS = ("sent", "returned", "failed", "unknown", "skipped")


@dataclass
class Part:
    """A piece of the bar, in per cent of its width (as text: SVG takes no decimal comma)."""

    name: str
    start: str
    width: str


def arrived(run: Run | Fates) -> int:
    """Return how many letters servers took and did not give back later."""
    return run.sent if isinstance(run, Fates) else max(run.sent - run.returned, 0)


def bar(run: Run | Fates) -> list[Part]:
    """Return the Parts of a bar of a run, or of a mailing's fates; empty ones are left out."""
    parts = []
    start = 0.0
    for name in PARTS:
        letters = arrived(run) if name == "sent" else getattr(run, name)
        if letters and run.total:
            width = 100 * letters / run.total
            parts.append(Part(name, f"{start:.3f}", f"{width:.3f}"))
            start += width
    return parts


def speed(run: Run, now: datetime) -> tuple[float, str]:
    """Return (letters a second, words for the time left) of a running run; (0, "") unknown.

    Measured between two looks at the run, some seconds apart: a pause does not count.
    """
    if run.state != Run.State.RUNNING:
        return 0, ""
    done = run.total - run.left
    key = f"speed:{run.pk}"
    looks = [(then, number) for then, number in cache.get(key, [])
             if now - then < SPEED_WINDOW and number <= done]
    if not looks or now - looks[-1][0] > SPEED_STEP:
        looks.append((now, done))
        cache.set(key, looks, SPEED_WINDOW.total_seconds())
    first, number = looks[0]
    if now - first < SPEED_STEP or done == number:
        return 0, ""
    rate = (done - number) / (now - first).total_seconds()
    return rate, time_left(max(run.left / rate, least_seconds(run)))


def least_seconds(run: Run) -> float:
    """Return for how long the run's sender paces its letters: the first look knows no pace yet."""
    if run.sender is None or not run.sender.per_minute:
        return 0
    return 60 * run.left / run.sender.per_minute


def time_left(seconds: float) -> str:
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(n)s hour", "about %(n)s hours", hours) % {"n": hours}


def progress_context(mailing: Mailing, user: User, *, counted: bool = False) -> dict[str, object]:
    """Return the context of `delivery/_run.html` for `user`, who may read `mailing`.

    What takes seconds to count for a big mailing is there when it is to be `counted`, or is still
    known; else the panel asks for that afterwards.
    """
    now = timezone.now()
    runs = mailing.runs.select_related("sender").annotate(is_held=IS_HELD)
    run = runs.order_by("-id").first()
    context = {
        "mailing": mailing, "run": run, "user": user, "is_owner": mailing.owner_id == user.pk,
        "active": bool(run and run.is_active),
        "disk_full": shutil.disk_usage(settings.DATA_DIR).free < ROOM,  # of the workers' journals
    }
    if run:
        context |= unknown_context(mailing, counting.figures_now(run))
        context["disk_is_the_trouble"] = is_of_disk(run.server_words)
    if context["active"]:
        mailing.story = story_words(mailing, run, None, now)
        return context | active_context(mailing, run, now)
    if run and run.is_ending:
        mailing.story = story_words(mailing, run, None, now)
        return context | {"ending": True, "every": ENDING, "no_worker": not worker_alive()}
    return context | idle_context(mailing, run, context["is_owner"], now, counted)


def unknown_context(mailing: Mailing, unknown: int) -> dict[str, object]:
    """Return how many outcomes are unknown, by why: after a restore, or as an answer was lost."""
    if not unknown:
        return {"unknown": 0}
    restored = Delivery.objects.filter(
        run__mailing=mailing, state=Delivery.State.UNKNOWN, answer=MAY_HAVE_LEFT).count()
    return {"unknown": unknown, "restored_unknown": restored, "lost_answers": unknown - restored}


def active_context(mailing: Mailing, run: Run, now: datetime) -> dict[str, object]:
    """Return what is shown of a run that is running or paused."""
    context = {
        "every": seconds_between([run]),
        "resting": run.hold_until is not None and run.hold_until > now,
    }
    if run.prepared_at is None:
        context["preparation"] = Preparation.objects.filter(pk=run.pk).first()
    if run.state == Run.State.PAUSED:
        context["sender_reason"] = sender_refusal(run.sender)
    if run.reason == Run.Reason.RESTORE:
        context["guard"] = RestoreGuard.objects.first()
    if run.state == Run.State.RUNNING:
        context["fewer_connections"] = is_of_connections(run.server_words)
        context["no_worker"] = not worker_alive()
        retry = next_retry(run)
        limit = hours_wait_words(mailing, now) or wait_words(run.sender, now)
        context |= {"waits_retry": retry, "waits_limit": limit}
        if not context["resting"]:
            context["why_slow"] = why_slow(run, now, is_held=run.is_held)
        if limit or retry and not is_soon(retry, now):
            context["every"] = QUIET
        if not (context["resting"] or limit or retry or context["no_worker"]):
            context["rate"], context["time_left"] = speed(run, now)
        if not (context["resting"] or retry or context["no_worker"]):
            rate = float(context.get("rate") or 0)
            context["forecast"] = run_forecast_words(run, rate, now)
    return context


def idle_context(mailing: Mailing, run: Run | None, is_owner: bool, now: datetime,
                 counted: bool) -> dict[str, object]:
    """Return what is shown where no run is active; `run` is the last one."""
    remember_whom(mailing)
    reason = refusal(mailing, now)
    context: dict[str, object] = {"reason": reason, "picking": active_job_of(mailing)}
    if context["picking"]:
        context["every"] = PICKING
    if run:
        context |= figures_context(mailing, counted, with_rest=is_owner and not reason)
    if reason:
        context["sender_reason"] = sender_refusal(mailing.sender)
        context["waits_for_machines"] = is_of_machines(reason)
        return context
    if is_owner and not run:
        picks = whom_of(mailing).is_stored_picks  # a group may be empty; the check page tells
        context["has_recipients"] = not picks or mailing.recipients.exists()
    if not run:
        context["no_worker"] = not worker_alive()
        context["clock_stopped"] = stopped_at(now)
        context["restored"] = waits_for_a_person(mailing)
    return context


def figures_context(mailing: Mailing, counted: bool, *, with_rest: bool) -> dict[str, object]:
    """Return the fates of the recipients, and `with_rest` how many the next run would take.

    Of a big mailing what is known at once is shown, and the rest is counted afterwards.
    """
    if not is_big(mailing):
        return counted_context(mailing, fates_of(mailing), with_rest)
    key = f"{key_of(mailing, runs_of([mailing])[mailing.pk])}:{with_rest}"
    context: dict[str, object] | None = cache.get(key)
    if context is None and not counted:
        return {"fates": known_fates(mailing), "counting": True}
    if context is None:
        context = counted_context(mailing, counted_fates(mailing), with_rest)
        cache.set(key, context, KEPT)
    return context


def counted_context(mailing: Mailing, fates: Fates, with_rest: bool) -> dict[str, object]:
    mailing.known_fates = fates
    context: dict[str, object] = {"fates": fates}
    if fates.failed:
        context["why_failed"] = common_reason(mailing)
    if with_rest:
        context["rest"] = audience_count(mailing)
        context["has_it"] = reached_count(mailing)
    return context


def next_retry(run: Run) -> datetime | None:
    """Return when the next try of a run is due, where only tries to come are left."""
    if run.has_letters_now():
        return None
    waiting = run.deliveries.filter(state="retry").order_by("next_try_at")
    return waiting.values_list("next_try_at", flat=True).first()
