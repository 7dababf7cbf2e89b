"""The ledger of a run is made from whom one statement found, in short transactions.

The click makes a Run and its Preparation. Then whoever holds the Preparation's row takes the next
step; each is one transaction, so that a killed process leaves the next one to another:

1. the moment: one statement writes down who is in, and at which address (RunAudience); its snapshot
   is the moment;
2. rows of the ledger are made from it, so many at a time, while the first letters leave;
3. after the last row the Preparation goes, and the run is `prepared_at`.

A small run takes all steps in the click's own transaction. One that was stopped meanwhile gets the
rest of its rows as cancelled: nobody is lost from view.
"""
import logging
from dataclasses import replace

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.mailings.attempts.explanations import MAY_HAVE_LEFT
from apps.mailings.models import Delivery, Run
from apps.mailings.preparations import Preparation, RunAudience
from apps.mailings.providers import in_sql
from apps.mailings.whom.rests import run_moment_in_turn
from apps.mailings.whom.rules import whom_of
from apps.statistics import counting

from .audience import GOES, WHO, about, people_of
from .engine import bell, ledger, moves, transitions
from .letter_values import values_in_sql

log = logging.getLogger("vestnik.delivery")
State = Delivery.State
FIX = """
INSERT INTO mailings_runaudience (run_id, recipient_id, email) SELECT %(run)s, r.id, r.email
"""
GOING = f"""
SELECT COUNT(*) FROM mailings_runaudience a JOIN mailings_recipient r ON r.id = a.recipient_id
LEFT JOIN mailings_suppression s ON s.owner_id = %(owner)s AND s.email = LOWER(r.email)
    AND s.scope IN ('all', %(kind)s)
WHERE a.run_id = %(run)s AND {GOES}
"""  # nosec B608 of constants
NEXT = """
SELECT MAX(recipient_id), COUNT(*) FROM (
    SELECT recipient_id FROM mailings_runaudience WHERE run_id = %s AND recipient_id > %s
    ORDER BY recipient_id LIMIT %s) AS following
"""
# The address is that of the moment: today's may have the letter already, from this run or a former
# one, by way of another recipient who had it then.
FILL = f"""
INSERT INTO mailings_delivery (run_id, recipient_id, email, full_name, provider, "values", state,
    tries, crashes, lease_token, answer, updated_at)
WITH {in_sql.FAMILY}
SELECT a.run_id, r.id, a.email, r.full_name, {in_sql.PROVIDER}, {{values}}, %(state)s, 0, 0, '',
    %(answer)s, %(now)s
FROM mailings_runaudience a JOIN mailings_recipient r ON r.id = a.recipient_id {{providers}}
WHERE a.run_id = %(run)s AND a.recipient_id > %(place)s AND a.recipient_id <= %(last)s
    AND r.id > %(place)s AND r.id <= %(last)s
ORDER BY r.id
"""  # nosec B608 of constants
COUNTER = {State.CANCELLED: "skipped", State.UNKNOWN: "unknown"}
LARGEST = 20_000  # rows of one batch


class NoMoment(Exception):
    """Nobody may be written to. `reason` is the one that the run is stopped for."""

    reason: Run.Reason


class NobodyIsLeft(NoMoment):
    reason = Run.Reason.NOBODY


class AudienceDiffers(NoMoment):
    """Other numbers of letters would go than the person was told."""

    reason = Run.Reason.AUDIENCE


def prepare_now(run: Run) -> None:
    """Fix the moment of a new run and make its whole ledger. Raises NoMoment."""
    fix_moment(run.preparation)
    while run.prepared_at is None:
        make_rows(run.preparation, LARGEST)


def step(run_id: int, rows: int) -> int | None:
    """Take the next step of a run's preparation, of up to so many `rows`, in a transaction.

    Returns how many rows it made or changed; None where nothing can be done now: another process
    has it in hand, or letters of a former run are still being cancelled.
    """
    with transaction.atomic():
        mine = Preparation.objects.select_for_update(skip_locked=True, of=("self",))
        preparation = mine.select_related("run__mailing").filter(pk=run_id).first()
        if preparation is None:
            return None
        if preparation.moment is None:
            return begin(preparation)
        number = make_rows(preparation, rows)
    if preparation.run.prepared_at:
        log.info("run %s: its ledger is made", run_id, extra={"run": run_id})
        transitions.close_run(preparation.run)
    return number


def begin(preparation: Preparation) -> int | None:
    """Fix the moment of a run that still goes on; stop one that has nobody to write to."""
    run = preparation.run
    if not run.is_active:
        end(preparation)
        return 0
    if former_runs_go_on(run):
        return None
    try:
        with transaction.atomic():
            fix_moment(preparation)
    except NoMoment as why:
        end(preparation)
        transitions.stop(run.pk, why.reason)
    return 0


def former_runs_go_on(run: Run) -> bool:
    """Whether ended runs of the mailing still have letters that are to be cancelled.

    Before they are, nobody can tell whether these people are to get a letter in this run.
    """
    ended = Run.objects.filter(mailing=run.mailing_id).exclude(state__in=Run.ACTIVE)
    in_preparation = ended.filter(preparation__isnull=False).exclude(pk=run.pk)
    return in_preparation.exists() or transitions.stopped_with_waiting(ended).exists()


def fix_moment(preparation: Preparation) -> None:
    """Write down who is in the run. Raises NoMoment; then nothing may be kept.

    Who rests from the owner's other mailings is judged here too: their runs see each other, for
    one waits until the other's moment is committed.
    """
    run = preparation.run
    whom = replace(whom_of(run.mailing), kind=run.kind)  # it may have another by now
    run_moment_in_turn(run.owner_id, alone=whom.has_rests)
    fix = about(whom, FIX, f"{WHO[preparation.again]} ORDER BY r.id",
                people_of(whom, timezone.now()))
    with connection.cursor() as cursor:
        cursor.execute(fix.sql, {**fix.values, "run": run.pk})
        run.total = cursor.rowcount
        if not run.total:
            raise NobodyIsLeft
        if preparation.expected is not None and not preparation.unknown:
            cursor.execute(GOING, {**fix.values, "run": run.pk})
            if cursor.fetchone() != (preparation.expected,):
                raise AudienceDiffers
    preparation.moment = timezone.now()
    preparation.save(update_fields=["moment"])
    run.save(update_fields=["total", "updated_at"])


def make_rows(preparation: Preparation, limit: int) -> int | None:
    """Make up to `limit` rows of a run's ledger, and end its preparation after the last.

    Returns how many rows were made or changed, as `step` does.
    """
    run = preparation.run
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [run.pk, preparation.place, limit])
        last, people = cursor.fetchone()
        if not people:
            return end_or_call_unknown(preparation, limit)
        state = state_of_new(preparation)
        values, parameters = values_in_sql(run.fields)
        providers = in_sql.joins_of("a.email", connection.vendor)
        cursor.execute(FILL.format(values=values, providers=providers), {
            "run": run.pk, "place": preparation.place, "last": last, "state": state.value,
            "answer": MAY_HAVE_LEFT if state == State.UNKNOWN else "",
            "now": ledger.db_time(timezone.now()), **parameters})
        made = cursor.rowcount
    in_sql.domains_meet(run.pk, preparation.place, last, timezone.now())
    counts = {COUNTER[state]: made} if state in COUNTER else {}
    audience = RunAudience.objects.filter(run=run, recipient__lte=last)
    if made < people:
        Run.objects.filter(pk=run.pk).update(total=F("total") - (people - made))
        log.warning("run %s: %s recipients are gone from the database", run.pk, people - made,
                    extra={"run": run.pk})
    audience._raw_delete(audience.db)
    preparation.place = last
    preparation.made += made
    preparation.save(update_fields=["place", "made"])
    if people < limit and not preparation.unknown:
        end(preparation)
    counting.add(run.pk, counts, {})
    bell.ring()
    return made


def state_of_new(preparation: Preparation) -> Delivery.State:
    """Return the state that rows are made in now."""
    if preparation.unknown:
        return State.UNKNOWN
    # As it is now: it may have been stopped since the last batch.
    is_active = Run.objects.active().filter(pk=preparation.pk).exists()
    return State.PENDING if is_active else State.CANCELLED


def end_or_call_unknown(preparation: Preparation, limit: int) -> int | None:
    """End a preparation whose rows are made; of a restored run what is unsent is unknown first.

    Returns how many letters became unknown; None where others hold all that are left.
    """
    run_id = preparation.pk
    number = 0
    if preparation.unknown:
        for state in Delivery.OPEN:
            number += moves.move(run_id, state, State.UNKNOWN, limit - number, MAY_HAVE_LEFT)
        counting.add(run_id, {"unknown": number}, {})
        if Delivery.objects.filter(run=run_id, state__in=Delivery.OPEN).exists():
            return number or None
    end(preparation)
    return number


def end(preparation: Preparation) -> None:
    """Call the run prepared."""
    Preparation.objects.filter(pk=preparation.pk).delete()
    run = preparation.run
    run.prepared_at = timezone.now()
    run.save(update_fields=["prepared_at", "updated_at"])
