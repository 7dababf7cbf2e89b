"""The changes of a run's state: paused, stopped, finished, resumed."""
import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from apps.audit.services import Action, Via, record
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Delivery, Run
from apps.mailings.runs import LETTERS_LEFT
from apps.statistics import counting
from apps.statistics.models import Tally

from . import ledger, restore

log = logging.getLogger("vestnik.delivery")
State = Run.State
Reason = Run.Reason


def refresh_runs(now: datetime) -> None:
    """Pause, stop and finish runs as their mailing, owner, window and ledger call for."""
    counting.fold()
    restore.pause_older_runs()
    running = Run.objects.filter(state=State.RUNNING)
    for run in running.exclude(mailing__disabled_at=None):
        pause(run.pk, Reason.DISABLED)
    for run in running.filter(owner__is_active=False):
        pause(run.pk, Reason.BLOCKED)
    for run in Run.objects.active().filter(mailing__ends_at__lte=now):
        if stop(run.pk, Reason.WINDOW):
            record(Action.STOP, on=run.mailing, via=Via.SCHEDULE)
    for run in Run.objects.ended_with_letters_left():
        reopen_or_cancel(run, now)
    finish_runs(running)


def reopen_or_cancel(run: Run, now: datetime) -> None:
    """Handle an ended run with letters left: a worker gave them back after the end.

    A finished run goes on with them if it may; else they are cancelled, as in a stopped run.
    """
    others = Run.objects.active().filter(mailing=run.mailing_id)
    finished = Run.objects.filter(pk=run.pk, state=State.FINISHED, mailing__ends_at__gt=now)
    if not others.exists() and finished.update(
            state=State.RUNNING, finished_at=None, updated_at=now):
        log.warning("run %s goes on: %s letters came back", run.pk, run.left,
                    extra={"run": run.pk})
    else:
        cancel_rest(run.pk)


def close_run(run: Run) -> None:
    """Bring the figures of a run up to date, and finish it when nothing is left."""
    counting.fold(run.pk)
    finish_runs(Run.objects.filter(pk=run.pk))


def finish_runs(runs: QuerySet[Run]) -> None:
    """Finish those of `runs` whose ledger has nothing left."""
    finished = runs.filter(state=State.RUNNING).exclude(LETTERS_LEFT)
    for pk in finished.values_list("pk", flat=True):
        if finished.filter(pk=pk).update(
                state=State.FINISHED, finished_at=timezone.now(), hold_until=None,
                reason="", server_words=""):
            log.info("run %s finished: %s", pk, figures_of(pk), extra={"run": pk})


def figures_of(run_id: int) -> str:
    """Return what came of a run's letters, and of which meanings the refusals were, for the log."""
    run = Run.objects.defer("body").get(pk=run_id)
    words = (f"{run.sent} sent, {run.failed} failed, {run.unknown} unknown, "
             f"{run.skipped} skipped")
    refused = Tally.objects.filter(run=run_id).exclude(
        meaning__in=[Meaning.ACCEPTED, Meaning.UNKNOWN])
    numbers = refused.values_list("meaning").annotate(Sum("number")).order_by("meaning")
    refusals = ", ".join(f"{meaning} {number}" for meaning, number in numbers)
    if refusals:
        words = f"{words}; refusals: {refusals}"
    return words


def pause(run_id: int, reason: Run.Reason, words: str = "") -> bool:
    """Pause a running run. Returns whether it was running."""
    paused = Run.objects.filter(pk=run_id, state=State.RUNNING).update(
        state=State.PAUSED, reason=reason, server_words=words, hold_until=None,
        updated_at=timezone.now())
    if paused:
        log.warning("run %s paused: %s %s", run_id, reason, words, extra={"run": run_id})
    return bool(paused)


def stop(run_id: int, reason: Run.Reason) -> bool:
    """Stop an active run and cancel what was not tried. Returns whether it was active.

    In two transactions: storing locks deliveries before their run, and so must this. If the
    second one fails, `refresh_runs` cancels the rest.
    """
    stopped = Run.objects.active().filter(pk=run_id).update(
        state=State.STOPPED, reason=reason, finished_at=timezone.now(), hold_until=None,
        updated_at=timezone.now())
    if stopped:
        cancel_rest(run_id)
        log.info("run %s stopped: %s; %s", run_id, reason, figures_of(run_id),
                 extra={"run": run_id})
    return bool(stopped)


def cancel_rest(run_id: int) -> None:
    """Cancel what waits in a stopped run; whoever has a letter in hand stores its result.

    It skips what a worker is claiming just now, so that a page does not wait for it;
    `refresh_runs` cancels that once it is given back.
    """
    with transaction.atomic():
        waiting = ledger.unlocked(Delivery.objects.filter(
            run_id=run_id, state__in=[Delivery.State.PENDING, Delivery.State.RETRY]))
        cancelled = ledger.change(
            waiting, state=Delivery.State.CANCELLED, next_try_at=None, updated_at=timezone.now())
        counting.add(run_id, {"skipped": cancelled}, {})
    counting.fold()
