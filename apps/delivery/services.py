"""What people, the command line and the clock do to runs."""
import logging

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.services import Action, record
from apps.mailings.models import Delivery, Mailing, Run
from apps.statistics import counting

from .engine import bell, ledger, restore, transitions

log = logging.getLogger("vestnik.delivery")

# A letter in hand may be there already, and what a run that stops this moment has queued may
# still be claimed by a sender that saw it running.
HAS = """(
    d.state IN ('sent', 'unknown', 'claimed') OR n.state = 'stopped' AND d.state = 'pending')"""
# The rest: nothing sent, unknown or under way to this person or address in any run of the
# mailing. Who has bounced is told so by one run, not by each.
REST = """
    AND r.id NOT IN (
        SELECT d.recipient_id FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
        WHERE n.mailing_id = %s AND {has} AND d.recipient_id IS NOT NULL)
    AND LOWER(r.email) NOT IN (
        SELECT LOWER(d.email) FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
        WHERE n.mailing_id = %s AND {has})
    AND (r.bounced_at IS NULL OR r.id NOT IN (
        SELECT d.recipient_id FROM mailings_delivery d JOIN mailings_run n ON n.id = d.run_id
        WHERE n.mailing_id = %s AND d.recipient_id IS NOT NULL))
"""
WHO = """
    FROM mailings_recipient r
    JOIN mailings_mailing_recipients m ON m.recipient_id = r.id AND m.mailing_id = %s
    WHERE r.deleted_at IS NULL AND r.owner_id = %s {rest}
"""
FILL = """
INSERT INTO mailings_delivery (run_id, recipient_id, email, full_name, state, tries, crashes,
    lease_token, answer, updated_at)
SELECT %s, r.id, r.email, r.full_name, 'pending', 0, 0, '', '', %s {who} ORDER BY r.id
"""


LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE: who starts the mailing now takes longer than a page waits
MAY_HAVE_LEFT = ("The database was restored from a backup made before this letter's turn; whether "
                 "it was sent is not known.")


class RunRefused(Exception):
    """The run can not be started, or changed, now. `str()` is for the person who asked."""


def refusal(mailing, now):
    """Return why `mailing` can not be sent at `now`; None when it can."""
    if mailing.deleted_at:
        return _("This mailing was deleted.")
    if mailing.ends_at <= now:
        return _("The window of sending is over. Move its end to send again.")
    if mailing.disabled_at:
        return _("A manager has disabled this mailing.")
    if not mailing.owner.is_active:
        return _("The owner of this mailing is blocked.")
    if mailing.runs.active().exists():
        return _("This mailing is being sent already.")
    return None


def due(now):
    """Return the mailings that the clock is to start, less those that wait for a person."""
    restore.check()
    return [mailing for mailing in Mailing.objects.due(now)
            if not restore.waits_for_a_person(mailing)]


def who_gets_it(mailing, *, again=False):
    """Return how many recipients a run would take: the rest, or with `again` everybody."""
    sql, params = _who(mailing, again)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) {sql}", params)
        return cursor.fetchone()[0]


def who_has_it(mailing):
    """Return to how many addresses a letter of this mailing went, or may have gone."""
    return Delivery.objects.filter(
        run__mailing=mailing, state__in=[Delivery.State.SENT, Delivery.State.UNKNOWN],
    ).values("email").distinct().count()


def _who(mailing, again):
    params = [mailing.pk, mailing.owner_id]
    if not again:
        params += [mailing.pk] * 3
    return WHO.format(rest="" if again else REST.format(has=HAS)), params


def run_start(*, mailing, trigger, by=None, again=False):
    """Start a run for the rest of the recipients, or with `again` for everybody.

    What is sent, and to whom, is fixed here, in one transaction with its ledger. Raises
    RunRefused with the reason.
    """
    try:
        with transaction.atomic():
            return _run_start(mailing, trigger, by, again)
    except IntegrityError:  # one active run a mailing: somebody was quicker
        raise RunRefused(_("This mailing is being sent already.")) from None
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise RunRefused(_("This mailing is being sent already.")) from None


def _run_start(mailing, trigger, by, again):
    restore.check()
    mailing = Mailing.all_objects.select_for_update(of=("self",), no_key=True).select_related(
        "message", "owner").get(pk=mailing.pk)
    reason = refusal(mailing, timezone.now())
    if reason:
        raise RunRefused(reason)
    run = Run.objects.create(
        mailing=mailing, owner_id=mailing.owner_id, started_by=by, trigger=trigger,
        subject=mailing.message.subject, body=mailing.message.body, restores=restore.restores())
    who, params = _who(mailing, again)
    with connection.cursor() as cursor:
        cursor.execute(FILL.format(who=who), [run.pk, ledger.db_time(timezone.now()), *params])
        run.total = cursor.rowcount
    if not run.total:
        raise RunRefused(_("There is nobody left to send to: every recipient of this mailing "
                           "has the letter, or may have it."))
    run.save(update_fields=["total"])
    restore.advance()
    bell.ring()
    Mailing.objects.filter(pk=mailing.pk).update(status=Mailing.Status.RUNNING)
    record(Action.START, on=mailing, by=by, via=trigger, details=run.total)
    log.info("run %s of mailing %s started (%s) for %s recipients", run.pk, mailing.pk, trigger,
             run.total, extra={"run": run.pk})
    return run


@transaction.atomic
def run_pause(*, run):
    """Pause a running run. Raises RunRefused when it is not running."""
    if not transitions.pause(run.pk, Run.Reason.PERSON):
        raise RunRefused(_("This run is not running any more."))
    record(Action.PAUSE, on=run.mailing)


@transaction.atomic
def run_resume(*, run):
    """Go on with a paused run. Raises RunRefused when it can not."""
    mailing, now = run.mailing, timezone.now()
    if mailing.disabled_at or not run.owner.is_active or mailing.ends_at <= now:
        raise RunRefused(_("This run can not go on: the mailing is disabled, or its window is "
                           "over."))
    resumed = Run.objects.filter(pk=run.pk, state=Run.State.PAUSED).update(
        state=Run.State.RUNNING, reason="", server_words="", hold_until=None, holds=0,
        restores=restore.restores(), updated_at=now)
    if not resumed:
        raise RunRefused(_("This run is not paused any more."))
    bell.ring()
    record(Action.RESUME, on=run.mailing)
    log.info("run %s resumed", run.pk, extra={"run": run.pk})


@transaction.atomic
def run_count_unknown(*, run, by):
    """Take the letters that a restored database has as unsent for unknown: they may have left.

    Nobody gets a letter twice then; who has none is decided like any unknown outcome. Returns how
    many there were. Raises RunRefused unless the run is paused after a restore.
    """
    paused = Run.objects.filter(
        pk=run.pk, state=Run.State.PAUSED, reason=Run.Reason.RESTORE).update(
        state=Run.State.RUNNING, reason="", restores=restore.restores(),
        updated_at=timezone.now())
    if not paused:
        raise RunRefused(_("This run is not paused any more."))
    number = Delivery.objects.filter(run=run, state__in=Delivery.OPEN).update(
        state=Delivery.State.UNKNOWN, answer=MAY_HAVE_LEFT, lease_token="", lease_until=None,
        next_try_at=None, updated_at=timezone.now())
    counting.add(run.pk, {"unknown": number}, {})
    transitions.close_run(run)
    record(Action.COUNT_UNKNOWN, on=run.mailing, by=by, details=number)
    log.warning("run %s: %s letters that were unsent in the backup are unknown", run.pk, number,
                extra={"run": run.pk})
    return number


def run_stop(*, run):
    """Stop an active run; what was not tried is cancelled. Raises RunRefused when it is over."""
    if not transitions.stop(run.pk, Run.Reason.PERSON):
        raise RunRefused(_("This run is over already."))
    record(Action.STOP, on=run.mailing)


DELIVERED, SEND_AGAIN = "delivered", "again"
RESOLUTIONS = {
    DELIVERED: gettext_lazy("Marked as delivered."),
    SEND_AGAIN: gettext_lazy("Put back in the queue."),
}


@transaction.atomic
def mailing_resolve(*, mailing, by, how, delivery_ids=None):
    """Decide a mailing's unknown outcomes in all of its runs, or those of `delivery_ids`.

    To send them again makes their run active, of which a mailing has one at a time: then it is
    those of the latest run that has any. Raises RunRefused as `unknown_resolve` does. Returns how
    many were decided.
    """
    runs = mailing.runs.filter(unknown__gt=0).order_by("id")
    if delivery_ids is not None:
        runs = runs.filter(deliveries__in=delivery_ids).distinct()
    if how == SEND_AGAIN:
        runs = runs.reverse()[:1]
    # All before the first of them is counted: a recount locks a run, then the increments.
    runs = Run.objects.filter(pk__in=list(runs.values_list("pk", flat=True))).order_by("pk")
    runs = list(runs.select_for_update(of=("self",), no_key=True))
    return sum(unknown_resolve(run=run, by=by, how=how, delivery_ids=delivery_ids) for run in runs)


@transaction.atomic
def unknown_resolve(*, run, by, how, delivery_ids=None):
    """Decide unknown outcomes of a run: all, or those of `delivery_ids`. Returns how many.

    Marked as delivered they count as sent; to send them again reopens a finished run, and
    raises RunRefused after the end of the window or while another run is active.
    """
    run = Run.objects.select_for_update(of=("self",), no_key=True).select_related(
        "mailing", "owner").get(pk=run.pk)
    rows = _undecided(run, delivery_ids)
    now = timezone.now()
    decided = {"settled_by": by, "settled_at": now, "lease_token": "", "updated_at": now}
    if how == DELIVERED:
        number = rows.update(state=Delivery.State.SENT, **decided)
        counting.add(run.pk, {"unknown": -number, "sent": number}, {})
        action = Action.DELIVERED
    else:
        _reopen(run, now)
        number = rows.update(state=Delivery.State.PENDING, **{**decided, "settled_at": None})
        counting.add(run.pk, {"unknown": -number}, {})
        bell.ring()
        action = Action.AGAIN
    counting.fold()
    if number:
        record(action, on=run.mailing, by=by, details=number)
    log.info("run %s: %s unknown outcomes settled as %s", run.pk, number, how,
             extra={"run": run.pk})
    return number


def _undecided(run, delivery_ids):
    """Return the run's deliveries of unknown outcome: all, or those of `delivery_ids`."""
    rows = Delivery.objects.filter(run=run, state=Delivery.State.UNKNOWN)
    if delivery_ids is not None:
        rows = rows.filter(pk__in=delivery_ids)
    return ledger.free(rows)


def _reopen(run, now):
    reason = refusal(run.mailing, now)
    if reason and not run.is_active:
        raise RunRefused(reason)
    Run.objects.filter(pk=run.pk).exclude(state__in=Run.ACTIVE).update(
        state=Run.State.RUNNING, reason="", finished_at=None, restores=restore.restores())
