"""What every worker does again and again: recover lost letters, refresh runs and their figures."""
import contextlib
import logging
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.mailings.attempts.verdicts import Phase
from apps.mailings.models import Attempt, Delivery, Run
from apps.statistics import counting, tallies

from ..models import Lease
from ..wire.outcome import Outcome
from . import ledger, openings, restore, slowing
from .journal import DeadJournal, dead_journals
from .results import Claimed, Result, State, result_of, untried
from .transitions import refresh_runs

log = logging.getLogger("vestnik.delivery")
BETWEEN = timedelta(seconds=0.9)  # two rounds
CRASHES = 3  # a letter that killed so many workers is set aside
LOST = "The sender was lost while it had this letter in hand; whether it was sent is not known."
LOST_OUTCOME = Outcome(Phase.DOT, None, LOST)
SET_ASIDE = "Set aside: the sender crashed three times over this letter."
# What every worker asks each second; it reads small indexes only. One of them does it then.
AGO = {
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-{seconds} seconds')",
    "postgresql": "STATEMENT_TIMESTAMP() - INTERVAL '{seconds} seconds'",
}
WORK = """
SELECT EXISTS (SELECT 1 FROM mailings_increment)
    OR EXISTS (SELECT 1 FROM mailings_delivery WHERE state = 'claimed')
    OR EXISTS (SELECT 1 FROM mailings_run WHERE total > sent + failed + unknown + skipped
        AND state IN ('finished', 'stopped')),
    EXISTS (SELECT 1 FROM mailings_run WHERE state IN ('running', 'paused')),
    EXISTS (SELECT 1 FROM mailings_run r WHERE r.state = 'running' AND EXISTS (
        SELECT 1 FROM mailings_delivery d WHERE d.run_id = r.id AND d.state = 'pending')),
    EXISTS (SELECT 1 FROM mailings_preparation)
    OR EXISTS (SELECT 1 FROM mailings_run WHERE total > sent + failed + unknown + skipped
        AND state = 'stopped'),
    EXISTS (SELECT 1 FROM mailings_run r JOIN mailings_mailing m ON m.id = r.mailing_id
        WHERE r.state IN ('running', 'paused') AND NOT r.test AND m.closes_at <= %(now)s),
    NOT EXISTS (SELECT 1 FROM delivery_clocklease WHERE name = %(round)s
        AND ticked_at >= {a_round_ago} AND ticked_at <= {now})
"""


class Work(NamedTuple):
    """What there is to do."""

    at_once: bool  # recovery, which is else done now and then
    running: bool
    letters: bool  # to send
    ledgers: bool  # to make, or to cancel the rest of
    openings: bool  # of mailings, which are over
    is_due: bool  # nobody has begun a round of `recover_all` in this second


def work() -> Work:
    """Return the Work that there is now. One query."""
    ago = AGO[connection.vendor]
    statement = WORK.format(
        a_round_ago=ago.format(seconds=BETWEEN.total_seconds()), now=ago.format(seconds=0))
    with connection.cursor() as cursor:
        cursor.execute(statement, {
            "now": ledger.db_time(timezone.now()), "round": Lease.ROUND})
        return Work(*map(bool, cursor.fetchone()))


def recover() -> None:
    """Do one round of everything. Any number of workers may call it at the same time."""
    recover_journals()
    recover_all()


def recover_in_turn(todo: Work) -> None:
    """Do a worker's part: its disk's journals, and the rest unless another does it now."""
    recover_journals()
    if todo.is_due and is_first():
        recover_all()


def is_first() -> bool:
    """Whether no other worker has begun a round of `recover_all` since it was found to be due."""
    rounds = Lease.objects.filter(name=Lease.ROUND)
    due = Q(ticked_at=None) | Q(ticked_at__lt=Now() - BETWEEN)
    due |= Q(ticked_at__gt=Now())  # before the clock was set back
    if rounds.filter(due).update(ticked_at=Now()):
        return True
    begun = {"until": Now(), "ticked_at": Now()}
    return Lease.objects.get_or_create(name=Lease.ROUND, defaults=begun)[1]


def recover_all() -> None:
    """Do one round of what is the same for all machines."""
    openings.forget_dead()
    slowing.forget_old()
    expire_leases()
    promote_retries()
    refresh_runs(timezone.now())
    tallies.refresh_domains()


def promote_retries() -> int:
    """Put deliveries that are due for another try back in the queue. Returns how many.

    Some at a time, so that on SQLite nobody waits for long for the turn to write.
    """
    number = 0
    while some := promote_some():
        number += some
    return number


@transaction.atomic
def promote_some() -> int:
    due = Delivery.objects.filter(
        state=State.RETRY, next_try_at__lte=timezone.now(), run__state=Run.State.RUNNING)
    # Locked, not only looked at: another worker may have promoted one, and a third have claimed it.
    free = ledger.unlocked(due[:ledger.AT_ONCE])
    return free.update(state=State.PENDING, next_try_at=None)


def recover_journals() -> None:
    """Recover the letters that dead connections of this disk had in hand."""
    try:
        with contextlib.closing(dead_journals()) as journals:
            for journal in journals:
                recover_journal(journal)
                openings.release(journal.token)
                if not journal.letters or restore.replace_journal():
                    journal.remove()
                    restore.forget(journal.token)
                    counting.fold()
    except restore.Restored:
        restore.notice()


@transaction.atomic
def recover_journal(journal: DeadJournal) -> None:
    """Store what a DeadJournal proves of its deliveries. Raises restore.Restored."""
    restore.verify()
    held = Delivery.objects.filter(
        lease_token=journal.token, state__in=[State.CLAIMED, State.UNKNOWN], settled_at=None)
    rows = list(held.select_related("run__mailing").order_by("run", "pk"))
    held.filter(crashes=0).update(crashes=1)  # from now on the journal notes when one is made
    for run, mine in groupby(rows, attrgetter("run")):
        results = [recovered(journal, row) for row in mine]
        counts, tries = ledger.store(run, results, journal.token)
        counting.add(run.pk, counts, tries)
        log.warning("run %s: settled %s letters of a lost sender", run.pk, len(results),
                    extra={"run": run.pk})


def recovered(journal: DeadJournal, row: Delivery) -> Result:
    """Return the Result of a Delivery that the journal proves.

    An answer is the outcome. A mark without an answer is an unknown outcome, and so is everything
    in a journal that may have lost lines. Without a mark nothing was sent.
    """
    claimed = Claimed(row.pk, row.email, row.full_name, row.recipient_id, row.tries, 0, "")
    answer = journal.answers.get(row.pk)
    if answer is not None:
        return result_of(claimed, answer, timezone.now(), row.run.ends_at)
    if row.pk in journal.marked or not journal.complete:
        lost = Result(claimed, State.UNKNOWN, row.tries, reason=LOST)
        if row.state == State.CLAIMED:  # else its lease ran out before, and it has an attempt
            lost.outcome = LOST_OUTCOME
            lost.at = timezone.now()
        return lost
    if row.pk == journal.making:
        Delivery.objects.filter(pk=row.pk).update(crashes=row.crashes + 1)
        if row.crashes + 1 >= CRASHES:
            return Result(claimed, State.SKIPPED, row.tries, reason=SET_ASIDE)
    return untried(claimed)


def expire_leases() -> None:
    """Give up letters whose lease has run out: their outcome is unknown until a journal tells."""
    late = Now() - timedelta(seconds=2)
    with transaction.atomic():
        rows = ledger.unlocked(Delivery.objects.filter(state=State.CLAIMED, lease_until__lt=late))
        rows = rows.select_related("run").order_by("run", "pk")
        if not rows:
            return
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.UNKNOWN, lease_until=None, answer=LOST, updated_at=timezone.now())
        for run, mine in groupby(rows, attrgetter("run")):
            tell_lost(run, list(mine))
    counting.fold()


def tell_lost(run: Run, rows: list[Delivery]) -> None:
    """Add the attempts of letters whose outcome nobody knows, and count them; a test has none."""
    attempts = [] if run.test else Attempt.objects.bulk_create([
        Attempt(
            mailing_id=run.mailing_id, owner_id=run.owner_id, run=run,
            recipient_id=row.recipient_id, email=row.email, attempted_at=timezone.now(),
            status=Attempt.Status.FAILURE, outcome_unknown=True, server_response=LOST)
        for row in rows])
    counting.add(run.pk, {"unknown": len(rows)}, tallies.of_attempts(attempts))
    log.error("run %s: %s letters of a lost sender are unknown", run.pk, len(rows),
              extra={"run": run.pk})
