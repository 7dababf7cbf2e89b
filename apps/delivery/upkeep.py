"""What keeps runs and deliveries right between letters; every sender does it each second."""
import logging
from datetime import timedelta
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.audit.models import Entry
from apps.audit.services import record
from apps.mailings.attempts.verdicts import Phase
from apps.mailings.models import Attempt, Delivery, Run
from apps.statistics import counting, tallies

from . import ledger, restore
from .journal import dead_journals
from .ledger import Claimed, Result
from .outcome import COSTS_A_TRY, Outcome, retry_time, state_after

log = logging.getLogger("vestnik.delivery")
State, Reason = Delivery.State, Run.Reason
CRASHES = 3  # so many crashes over the same letter set it aside
LOST = "The sender was lost while it had this letter in hand; whether it was sent is not known."
LOST_OUTCOME = Outcome(Phase.DOT, None, LOST)
SET_ASIDE = "Set aside: the sender crashed three times over this letter."


# Looks at small indexes: what a sender at rest asks each second.
WORK = """
SELECT EXISTS (SELECT 1 FROM mailings_increment)
    OR EXISTS (SELECT 1 FROM mailings_delivery WHERE state = 'claimed')
    OR EXISTS (SELECT 1 FROM mailings_run WHERE total > sent + failed + unknown + skipped
        AND state IN ('finished', 'stopped')),
    EXISTS (SELECT 1 FROM mailings_run WHERE state IN ('running', 'paused')),
    EXISTS (SELECT 1 FROM mailings_run r WHERE r.state = 'running' AND EXISTS (
        SELECT 1 FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'pending'))
"""


class Work(NamedTuple):
    """What there is to do: upkeep at once, upkeep now and then, letters to send."""

    at_once: bool
    running: bool
    letters: bool


def work():
    """Return the Work that there is now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(WORK)
        return Work(*cursor.fetchone())


def upkeep():
    """One round of everything. Safe to call from any number of processes."""
    recover_journals()
    expire_leases()
    promote_retries()
    settle_runs(timezone.now())
    tallies.refresh_domains()


def promote_retries():
    """Put back in the queue what is due for another try."""
    return Delivery.objects.filter(
        state=State.RETRY, next_try_at__lte=timezone.now(), run__state=Run.State.RUNNING,
    ).update(state=State.PENDING, next_try_at=None)


def settle_runs(now):
    """Pause, stop and finish runs as their mailing, owner, window and ledger say."""
    counting.fold()
    restore.pause_older_runs()
    running = Run.objects.filter(state=Run.State.RUNNING)
    for reason, when in (
            (Reason.DISABLED, Q(mailing__disabled_at__isnull=False)),
            (Reason.BLOCKED, Q(owner__is_active=False))):
        for pk in running.filter(when).values_list("pk", flat=True):
            pause(pk, reason)
    for run in Run.objects.active().filter(mailing__ends_at__lte=now):
        if stop(run.pk, Reason.WINDOW):
            record(Entry.Action.STOP, on=run.mailing, via=Entry.Via.SCHEDULE)
    for run in Run.objects.ended_with_letters_left():
        reopen_or_cancel(run, now)
    finish_runs(running)


def reopen_or_cancel(run, now):
    """An ended run has letters left: a sender that was taken for lost gave them back.

    A finished run goes on with them where it may; else they are cancelled, as in a stopped one.
    """
    others = Run.objects.active().filter(mailing=run.mailing_id)
    reopened = run.state == Run.State.FINISHED and run.mailing.ends_at > now and (
        not others.exists() and Run.objects.filter(pk=run.pk, state=Run.State.FINISHED).update(
            state=Run.State.RUNNING, finished_at=None, updated_at=now))
    if reopened:
        log.warning("run %s goes on: %s letters came back", run.pk, run.left,
                    extra={"run": run.pk})
    else:
        cancel_rest(run.pk)


def close_run(run):
    """Bring the figures of a run up to date, and finish it when nothing is left."""
    counting.fold(run.pk)
    finish_runs(Run.objects.filter(pk=run.pk))


def finish_runs(runs):
    """Finish those of `runs` whose ledger has nothing left."""
    finished = runs.filter(
        state=Run.State.RUNNING,
        total=F("sent") + F("failed") + F("unknown") + F("skipped"))
    for pk in finished.values_list("pk", flat=True):
        if Run.objects.filter(pk=pk, state=Run.State.RUNNING).update(
                state=Run.State.FINISHED, finished_at=timezone.now(), hold_until=None,
                reason="", server_words=""):
            log.info("run %s finished", pk, extra={"run": pk})


def pause(run_id, reason, words=""):
    """Pause a running run. Returns whether it was running."""
    paused = Run.objects.filter(pk=run_id, state=Run.State.RUNNING).update(
        state=Run.State.PAUSED, reason=reason, server_words=words, hold_until=None,
        updated_at=timezone.now())
    if paused:
        log.warning("run %s paused: %s %s", run_id, reason, words, extra={"run": run_id})
    return bool(paused)


def stop(run_id, reason):
    """Stop an active run and cancel what was not tried. Returns whether it was active.

    Two transactions: recording locks deliveries before their run, and so must this. Should the
    second be lost, `settle_runs` cancels the rest.
    """
    stopped = Run.objects.active().filter(pk=run_id).update(
        state=Run.State.STOPPED, reason=reason, finished_at=timezone.now(), hold_until=None,
        updated_at=timezone.now())
    if stopped:
        cancel_rest(run_id)
        log.info("run %s stopped: %s", run_id, reason, extra={"run": run_id})
    return bool(stopped)


def cancel_rest(run_id):
    """Cancel what waits in a stopped run; a letter in hand is settled by who holds it.

    What a sender is claiming this moment is passed over: a page does not wait for it, and
    `settle_runs` cancels it once it is given back.
    """
    with transaction.atomic():
        waiting = ledger.free(Delivery.objects.filter(
            run_id=run_id, state__in=[State.PENDING, State.RETRY]))
        cancelled = waiting.update(
            state=State.CANCELLED, next_try_at=None, updated_at=timezone.now())
        counting.add(run_id, {"skipped": cancelled}, {})
    counting.fold()


def recover_journals():
    """Settle what dead connections of this disk left in hand."""
    for journal in dead_journals():
        try:
            recover(journal)
            if journal.letters and not restore.outlive():
                journal.release()
                continue
        except restore.Restored:
            journal.release()
            restore.notice()
            return
        except Exception:
            journal.release()
            raise
        journal.remove()
        restore.forget(journal.token)
        counting.fold()


@transaction.atomic
def recover(journal):
    """Settle the deliveries of a DeadJournal: by its answers, its marks, its silence."""
    restore.verify()
    held = Delivery.objects.filter(
        lease_token=journal.token, state__in=[State.CLAIMED, State.UNKNOWN], settled_at=None)
    by_run = {}
    rows = list(held.select_related("run__mailing").order_by("run", "pk"))
    held.filter(crashes=0).update(crashes=1)  # from now on each is made by itself
    for row in rows:
        by_run.setdefault(row.run, []).append(recovered(journal, row))
    for run, results in by_run.items():
        counts, tries = ledger.record(run, results, journal.token)
        counting.add(run.pk, counts, tries)
        log.warning("run %s: settled %s letters of a lost sender", run.pk, len(results),
                    extra={"run": run.pk})


def recovered(journal, row):
    """Return the Result that the journal proves for a Delivery."""
    claimed = Claimed(row.pk, row.email, row.full_name, row.recipient_id, row.tries, 0, "")
    answer = journal.answers.get(row.pk)
    if answer is not None:
        return result_of(claimed, answer, timezone.now(), row.run.mailing.ends_at)
    if row.pk in journal.marked or not journal.complete:
        told = row.state == State.UNKNOWN  # its lease ran out before: there is an attempt
        return Result(claimed, State.UNKNOWN, row.tries, None if told else LOST_OUTCOME,
                      at=timezone.now(), reason=LOST)
    if row.pk == journal.making:
        Delivery.objects.filter(pk=row.pk).update(crashes=row.crashes + 1)
        if row.crashes + 1 >= CRASHES:
            return Result(claimed, State.SKIPPED, row.tries, reason=SET_ASIDE)
    return Result(claimed, State.PENDING, row.tries)


def result_of(claimed, outcome, at, ends_at):
    """Return the Result of a try that ended `at`: the verdict, and when it is tried again."""
    if outcome.accepted:
        return Result(claimed, State.SENT, claimed.tries, outcome, at)
    verdict = outcome.verdict(claimed.email)
    tries = claimed.tries + (verdict.fault in COSTS_A_TRY)
    state = state_after(verdict)
    due = None
    if state == State.RETRY:
        due = retry_time(tries, at, ends_at)
        state = State.RETRY if due else State.FAILED
    return Result(claimed, state, tries, outcome, at, due)


def expire_leases():
    """Give up as unknown what a silent machine holds past its lease; its journal may know more."""
    late = Now() - timedelta(seconds=2)
    with transaction.atomic():
        rows = ledger.free(Delivery.objects.filter(state=State.CLAIMED, lease_until__lt=late))
        rows = list(rows.select_related("run"))
        if not rows:
            return
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.UNKNOWN, lease_until=None, answer=LOST, updated_at=timezone.now())
        for run in sorted({row.run for row in rows}, key=attrgetter("pk")):
            mine = Attempt.objects.bulk_create(
                [lost_attempt(row) for row in rows if row.run_id == run.pk])
            counting.add(run.pk, {"unknown": len(mine)}, tallies.of_attempts(mine))
            log.error("run %s: %s letters of a lost sender are unknown", run.pk, len(mine),
                      extra={"run": run.pk})
    counting.fold()


def lost_attempt(row):
    return Attempt(
        mailing_id=row.run.mailing_id, owner_id=row.run.owner_id, run_id=row.run_id,
        recipient_id=row.recipient_id, email=row.email, attempted_at=timezone.now(),
        status=Attempt.Status.FAILURE, outcome_unknown=True, server_response=LOST)
