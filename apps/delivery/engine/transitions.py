"""The changes of a run's state: paused, stopped, finished, resumed."""
import logging
from datetime import datetime
from operator import or_

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from apps.audit.services import Action, Via, record
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Delivery, Run
from apps.mailings.runs import LETTERS_LEFT, TEST_FOR
from apps.mailings.senders.models import is_service_offered
from apps.mailings.senders.presets import SERVICE
from apps.mailings.senders.readiness import KIND_CHANGED
from apps.statistics import counting
from apps.statistics.models import Tally

from . import moves, restore

log = logging.getLogger("vestnik.delivery")
State = Run.State
Reason = Run.Reason
WAITING = (Delivery.State.PENDING, Delivery.State.RETRY)
AT_ONCE = 2000  # letters that one short transaction cancels


def refresh_runs(now: datetime) -> None:
    """Pause, stop and finish runs as their mailing, owner, window and ledger call for."""
    counting.fold()
    restore.pause_older_runs()
    running = Run.objects.filter(state=State.RUNNING)
    for run in running.filter(mailing__disabled_at__isnull=False):
        pause(run.pk, Reason.DISABLED)
    for run in running.filter(owner__is_active=False):
        pause(run.pk, Reason.BLOCKED)
    for run in running.filter(KIND_CHANGED | Q(sender__deleted_at__isnull=False)):
        pause(run.pk, Reason.SENDER)
    if not is_service_offered():
        for run in running.filter(sender__preset=SERVICE):
            pause(run.pk, Reason.SENDER)
    for run in Run.objects.active().filter(mailing__ends_at__lte=now):
        if stop(run.pk, Reason.WINDOW):
            record(Action.STOP, on=run.mailing, via=Via.SCHEDULE)
    stop_tests(now)
    for run in Run.objects.ended_with_letters_left().exclude(preparation__unknown=True):
        reopen_or_cancel(run, now)
    finish_runs(running)


def stop_tests(now: datetime) -> None:
    """Stop tests that nobody can go on with: they are paused, or their hour is over.

    That of a blocked owner waits for them.
    """
    tests = Run.objects.active().filter(test=True)
    for run in tests.filter(started_at__lte=now - TEST_FOR):
        stop(run.pk, Reason.WINDOW)
    for run in tests.filter(state=State.PAUSED).exclude(reason=Reason.BLOCKED):
        stop(run.pk, Reason(run.reason))


def reopen_or_cancel(run: Run, now: datetime) -> None:
    """Handle an ended run with letters left: a worker gave them back after the end.

    A finished run goes on with them if it may; else they are cancelled, as in a stopped run.
    """
    others = Run.objects.of_mailings().active().filter(mailing=run.mailing_id)
    finished = Run.objects.filter(pk=run.pk, state=State.FINISHED)
    if run.ends_at > now and not others.exists() and finished.update(
            state=State.RUNNING, finished_at=None, updated_at=now):
        log.warning("run %s goes on: %s letters came back", run.pk, run.left,
                    extra={"run": run.pk})
    else:
        cancel_some(run.pk)


def close_run(run: Run) -> None:
    """Bring the figures of a run up to date, and finish it when nothing is left."""
    counting.fold(run.pk)
    finish_runs(Run.objects.filter(pk=run.pk))


def finish_runs(runs: QuerySet[Run]) -> None:
    """Finish those of `runs` whose ledger has nothing left."""
    prepared = runs.filter(state=State.RUNNING, prepared_at__isnull=False)
    finished = prepared.exclude(LETTERS_LEFT)
    for pk in finished.values_list("pk", flat=True):
        if finished.filter(pk=pk).update(
                state=State.FINISHED, finished_at=timezone.now(), hold_until=None,
                reason="", server_words=""):
            log.info("run %s finished: %s", pk, figures_of(pk), extra={"run": pk})


def figures_of(run_id: int) -> str:
    """Return what came of a run's letters, and of which meanings the refusals were, for the log."""
    run = Run.objects.without_letter().get(pk=run_id)
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
    """Stop an active run and begin to cancel what was not tried. Returns whether it was active.

    In two transactions: storing locks deliveries before their run, and so must this. What the
    second one leaves of a big run, or of any if it fails, a worker cancels.
    """
    stopped = Run.objects.active().filter(pk=run_id).update(
        state=State.STOPPED, reason=reason, finished_at=timezone.now(), hold_until=None,
        updated_at=timezone.now())
    if stopped:
        cancel_some(run_id)
        log.info("run %s stopped: %s; %s", run_id, reason, figures_of(run_id),
                 extra={"run": run_id})
    return bool(stopped)


def cancel_some(run_id: int, limit: int = AT_ONCE) -> int:
    """Cancel up to `limit` letters that wait in a stopped run. Returns how many it were.

    Whoever has a letter in hand stores its result. What a worker is claiming just now is skipped,
    so that a page does not wait for it; it is cancelled once it is given back.
    """
    with transaction.atomic():
        cancelled = 0
        for state in WAITING:
            cancelled += moves.move(
                run_id, state, Delivery.State.CANCELLED, limit - cancelled)
        counting.add(run_id, {"skipped": cancelled}, {})
    counting.fold()
    return cancelled


def stopped_with_waiting(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Return those of `runs` that were stopped and of which letters are still to be cancelled."""
    letters = Delivery.objects.filter(run=OuterRef("pk"))
    waiting = [Exists(letters.filter(state=state)) for state in WAITING]
    stopped = runs.filter(LETTERS_LEFT, or_(*waiting), state=State.STOPPED)
    return stopped.exclude(preparation__unknown=True)
