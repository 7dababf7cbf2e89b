"""What people, the command line and the clock do to runs."""
import logging
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.services import Action, record
from apps.mailings.hours.services import opening_write
from apps.mailings.models import Delivery, Mailing, Run
from apps.mailings.preparations import Preparation
from apps.mailings.senders.readiness import run_refusal
from apps.mailings.whom.rules import whom_of
from apps.statistics import counting
from apps.users.models import User

from . import preparing
from .audience import is_dear
from .engine import bell, ledger, refusals, restore, transitions
from .letter_values import letter_snapshot
from .may_start import letter_refusal, mailing_refusal, refusal
from .wire.from_whom import snapshot_of, way_back_of

log = logging.getLogger("vestnik.delivery")

AT_ONCE = 5000  # letters that one click changes in the ledger
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE: another start holds the mailing longer than a page waits


class RunRefused(Exception):
    """The run can not be started, or changed, now. `str()` is for the person who asked."""


class AudienceChanged(RunRefused):
    """The run would send something else, or to others, than the person was told."""


class NotDue(RunRefused):
    """It is no longer to start by itself: somebody has started or changed it meanwhile."""


def due(now: datetime) -> list[Mailing]:
    """Return the mailings that the clock is to start, less those that wait for a person."""
    restore.check()
    return [mailing for mailing in Mailing.objects.due(now)
            if not restore.waits_for_a_person(mailing)]


def as_seen(mailing: Mailing) -> str:
    """Return what differs after the mailing, its letter, sender, segments or runs were changed."""
    last_run = mailing.runs.order_by("-pk").values_list("pk", flat=True).first()
    whom = whom_of(mailing)
    segments = [str(segment.updated_at) for segment in whom.segments + whom.excluded_segments]
    from_whom = [str(value) for value in snapshot_of(mailing.sender).values()]
    attachments = [str(one.snapshot) for one in mailing.message.attachments.all()]
    seen = (f"{mailing.updated_at} {mailing.message_id} {mailing.message.updated_at} {last_run} "
            f"{' '.join(segments + from_whom + attachments)}")
    return sha256(seen.encode()).hexdigest()[:16]


def locked(rows: QuerySet) -> QuerySet:
    """Return `rows` locked until the transaction ends; others may still refer to them."""
    return rows.select_for_update(of=("self",), no_key=True)


def run_start(*, mailing: Mailing, trigger: str, by: User | None = None,
              again: bool = False, expected: int | None = None, seen: str = "",
              only_due: bool = False) -> Run:
    """Start a run for the rest of the recipients, or with `again` for everybody.

    What is sent is fixed here. To whom, is fixed here too for a small run, in one transaction with
    its ledger; for a big one a worker does it within a second (`preparing`). Returns the run.
    Raises RunRefused with the reason: AudienceChanged unless `expected` letters are to go and the
    mailing is as it was `seen`; NotDue on schedule, and with `only_due`, if it is not to start by
    itself. A big run is stopped for such a reason before any letter leaves.
    """
    refusals.catch_up()
    try:
        return _run_start(mailing, trigger, by, again, expected, seen, only_due)
    except (IntegrityError, OperationalError) as error:
        # A mailing has one active run at a time: somebody else was quicker.
        locked_out = getattr(error.__cause__, "pgcode", "") == LOCK_NOT_AVAILABLE
        if isinstance(error, OperationalError) and not locked_out:
            raise
        raise RunRefused(_("This mailing is being sent already.")) from None


@transaction.atomic
def _run_start(mailing: Mailing, trigger: str, by: User | None, again: bool,
               expected: int | None, seen: str, only_due: bool) -> Run:
    restore.check()
    mailing = locked(Mailing.all_objects.select_related("message", "owner", "sender")).get(
        pk=mailing.pk)
    now = timezone.now()
    by_itself = only_due or trigger == Run.Trigger.SCHEDULE
    if by_itself and not Mailing.objects.due(now).filter(pk=mailing.pk).exists():
        raise NotDue(_("It was sent, or made a draft, or given another time meanwhile."))
    reason = refusal(mailing, now) or letter_refusal(mailing.message)
    if reason:
        raise RunRefused(reason)
    if seen and seen != as_seen(mailing):
        raise AudienceChanged(_("The mailing or its letter has changed, or it was sent meanwhile."))
    opening_write(mailing=mailing)
    run = Run.objects.create(
        mailing=mailing, owner=mailing.owner, started_by=by, trigger=trigger, kind=mailing.kind,
        **letter_snapshot(mailing.message), restores=restore.restores(), prepared_at=None,
        **snapshot_of(mailing.sender), **way_back_of(mailing.sender))
    Preparation.objects.create(run=run, again=again, expected=expected)
    if not is_dear(mailing) and not preparing.former_runs_go_on(run):
        prepare_now(run)
    restore.increase_number()
    bell.ring()
    Mailing.objects.filter(pk=mailing.pk).update(status=Mailing.Status.RUNNING)
    number = run.total or expected or ""
    record(Action.START, on=mailing, by=by, via=trigger, details=number)
    log.info("run %s of mailing %s started (%s) for %s recipients", run.pk, mailing.pk, trigger,
             number or "its", extra={"run": run.pk})
    return run


def prepare_now(run: Run) -> None:
    """Make the ledger of a small run. Raises RunRefused."""
    try:
        preparing.prepare_now(run)
    except preparing.NobodyIsLeft:
        raise RunRefused(_("There is nobody left to send to: every recipient of this mailing "
                           "has the letter, or may have it.")) from None
    except preparing.AudienceDiffers:
        raise AudienceChanged(_("The number of recipients has changed meanwhile.")) from None


@transaction.atomic
def run_pause(*, run: Run) -> None:
    """Pause a running run. Raises RunRefused when it is not running."""
    if not transitions.pause(run.pk, Run.Reason.PERSON):
        raise RunRefused(_("This run is not running any more."))
    record(Action.PAUSE, on=run.mailing)


def run_resume(*, run: Run) -> None:
    """Go on with a paused run. Raises RunRefused when it can not go on."""
    refusals.catch_up()
    _run_resume(run)


@transaction.atomic
def _run_resume(run: Run) -> None:
    now = timezone.now()
    mailing = run.mailing
    assert mailing is not None  # a test is never resumed by hand
    if mailing.disabled_at or not run.owner.is_active or mailing.ends_at <= now:
        raise RunRefused(_("This run can not go on: the mailing is disabled, or its window is "
                           "over."))
    if reason := run_refusal(run) or refusals.gate_refusal():
        raise RunRefused(reason)
    if not _go_on(Run.objects.filter(pk=run.pk, state=Run.State.PAUSED)):
        raise RunRefused(_("This run is not paused any more."))
    bell.ring()
    record(Action.RESUME, on=mailing)
    log.info("run %s resumed", run.pk, extra={"run": run.pk})


@transaction.atomic
def run_count_unknown(*, run: Run, by: User) -> int:
    """Mark letters that are unsent in a restored database as unknown: they may have been sent.

    Then nobody gets a letter twice, and a person decides about them as about any unknown outcome.
    Returns how many there were. Raises RunRefused unless the run is paused after a restore.
    """
    # While it is marked so, nothing of it is sent; a worker goes on with a big one. A worker locks
    # the preparation before the run, and so must this.
    Preparation.objects.update_or_create(
        run=run, defaults={"unknown": True},
        create_defaults={"unknown": True, "again": False, "moment": timezone.now()})
    paused = Run.objects.filter(pk=run.pk, state=Run.State.PAUSED, reason=Run.Reason.RESTORE)
    if not _go_on(paused):
        raise RunRefused(_("This run is not paused any more."))
    Run.objects.filter(pk=run.pk).update(prepared_at=None)
    run.refresh_from_db()
    counting.figures_now(run)
    number = run.left
    preparing.step(run.pk, AT_ONCE)
    bell.ring()
    record(Action.COUNT_UNKNOWN, on=run.mailing, by=by, details=number)
    log.warning("run %s: %s letters that were unsent in the backup are unknown", run.pk, number,
                extra={"run": run.pk})
    return number


def run_stop(*, run: Run) -> None:
    """Stop an active run; what was not tried is cancelled. Raises RunRefused when it is over."""
    if not transitions.stop(run.pk, Run.Reason.PERSON):
        raise RunRefused(_("This run is over already."))
    record(Action.STOP, on=run.mailing)


DELIVERED = "delivered"
SEND_AGAIN = "again"
RESOLUTIONS = {
    DELIVERED: gettext_lazy("Marked as delivered."),
    SEND_AGAIN: gettext_lazy("Put back in the queue."),
}


@transaction.atomic
def mailing_resolve(*, mailing: Mailing, by: User, how: str,
                    delivery_ids: Iterable[int] | None = None) -> int:
    """Decide a mailing's unknown outcomes in all of its runs, or those of `delivery_ids`.

    `how` is one of RESOLUTIONS. To send letters again makes their run active, and a mailing has
    one active run at a time: then only the latest run that has any is resolved. Returns how many
    were decided. Raises RunRefused as `unknown_resolve` does.
    """
    runs = mailing.runs.filter(unknown__gt=0).order_by("pk")
    if delivery_ids is not None:
        runs = runs.filter(pk__in=Delivery.objects.filter(pk__in=delivery_ids).values("run"))
    if how == SEND_AGAIN:
        runs = runs.reverse()[:1]
    number = 0
    # All runs are locked before the first is counted: a recount locks a run, then the increments.
    for run in locked(runs):
        number += unknown_resolve(run=run, by=by, how=how, delivery_ids=delivery_ids)
    return number


@transaction.atomic
def unknown_resolve(*, run: Run, by: User, how: str,
                    delivery_ids: Iterable[int] | None = None) -> int:
    """Decide unknown outcomes of a run: those of `delivery_ids`, or all. Returns how many.

    Of all it takes AT_ONCE, so that a page does not wait; the page tells how many are left.
    Marked as delivered they count as sent; to send them again reopens a finished run, and
    raises RunRefused after the end of the window or while another run is active.
    """
    run = locked(Run.objects.select_related("mailing", "owner")).get(pk=run.pk)
    rows: QuerySet[Delivery] = Delivery.objects.filter(run=run, state=Delivery.State.UNKNOWN)
    if delivery_ids is not None:
        rows = rows.filter(pk__in=delivery_ids)
    rows = ledger.unlocked(rows.order_by("pk")[:AT_ONCE])
    now = timezone.now()
    changes = {"settled_by": by, "lease_token": ""}
    if how == DELIVERED:
        action = Action.DELIVERED
        # `updated_at` stays: it is when the letter may have gone out.
        number = ledger.change(rows, state=Delivery.State.SENT, settled_at=now, **changes)
        counting.add(run.pk, {"unknown": -number, "sent": number}, {})
    else:
        action = Action.AGAIN
        if not run.is_active:
            assert run.mailing is not None  # nobody decides about the letters of a test
            reason = mailing_refusal(run.mailing, now) or run_refusal(run)
            if reason:
                raise RunRefused(reason)
            _go_on(Run.objects.filter(pk=run.pk))
        number = ledger.change(
            rows, state=Delivery.State.PENDING, settled_at=None, updated_at=now, **changes)
        counting.add(run.pk, {"unknown": -number}, {})
        bell.ring()
    counting.fold()
    if number:
        record(action, on=run.mailing, by=by, details=number)
    log.info("run %s: %s unknown outcomes settled as %s", run.pk, number, how,
             extra={"run": run.pk})
    return number


def _go_on(runs: QuerySet[Run]) -> bool:
    """Set `runs` to running and clear why they stopped. Returns whether there were any."""
    return bool(runs.update(
        state=Run.State.RUNNING, reason="", server_words="", hold_until=None, holds=0,
        finished_at=None, restores=restore.restores(), updated_at=timezone.now()))
