"""Rests or pauses a run when the mail server is the trouble, not a recipient.

`failures.py` counts failures in memory while letters leave, so that all connections stop at once.
`apply` then writes to the database what they call for.
"""
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.attempts.explanations import SAME
from apps.mailings.attempts.faults import Meaning
from apps.mailings.models import Attempt, Mailing, Recipient, Run
from apps.mailings.senders.services import sender_check_start

from . import transitions
from .admission import Admission
from .failures import SAME_LATER, Call, Effect, Failures, masked
from .results import Result, State

log = logging.getLogger("vestnik.delivery")
# What makes a run rest, and for how long at first; other effects pause it.
FIRST_REST = {Effect.BUSY: timedelta(minutes=1), Effect.CONNECTION: timedelta(seconds=30)}
OF_THE_SERVER = (Effect.BUSY, Effect.CONNECTION, Effect.REFUSED)  # not of one run's letters
LONGEST_REST = timedelta(minutes=15)
JUST_NOW = timedelta(seconds=10)


def apply(run: Run, results: Sequence[Result], failures: Failures, door: Admission) -> None:
    """Rest or pause `run` when its failures call for it; forget rests once letters get through.

    Where the server of a sender is the cause, that holds for all of the sender's runs. Call it
    outside of a transaction, before `results` are stored and more of the run is claimed. While
    letters of another process get through, this one stands back and the run goes on.
    """
    failures.spare(run.pk, results)
    failures.keep_last(results)
    call = failures.called_for(run.pk)
    if not call.effect:
        if any(result.outcome and result.outcome.code for result in results):
            forget_rests(run, door)
        return
    runs = [run]
    if call.meaning and call.effect in OF_THE_SERVER:
        runs = runs_with(run)
    if call.effect is Effect.SAME:
        pause_unless_trusted(run, call.words, failures)
    elif call.effect not in FIRST_REST:
        refuse(runs, call)
    elif others_get_through(run, failures.accepted_at):
        door.stand_back()
    else:
        door.begin_rest()
        for each in runs:
            rest(each, call.effect, call.words)
    failures.told(run.pk, [each.pk for each in runs])


def runs_with(run: Run) -> list[Run]:
    """Return `run` and the other running ones of its sender; without a sender it is alone."""
    if run.sender_id is None:
        return [run]
    others = Run.objects.filter(sender=run.sender_id, state=Run.State.RUNNING).exclude(pk=run.pk)
    return [run, *others.only("pk", "holds").order_by("pk")]


def refuse(runs: Sequence[Run], call: Call) -> None:
    """Pause the runs; have the account checked where it was the login that was refused."""
    for run in runs:
        transitions.pause(run.pk, Run.Reason.SERVER, call.words)
    sender = runs[0].sender
    if call.meaning is Meaning.LOGIN and sender and not sender.deleted_at:
        sender_check_start(sender=sender)


def pause_sender(sender_id: int, reason: Run.Reason) -> None:
    """Pause all running runs of a sender."""
    runs = Run.objects.filter(sender=sender_id, state=Run.State.RUNNING)
    for pk in runs.values_list("pk", flat=True):
        transitions.pause(pk, reason)


def forget_rests(run: Run, door: Admission) -> None:
    """Let the runs that rest because of this server go on: it answers."""
    if not run.holds and not door.rests:
        return
    rested = Run.objects.filter(pk=run.pk)
    if run.sender_id:
        rested = Run.objects.filter(sender=run.sender_id, state=Run.State.RUNNING)
    door.rests = False
    # One by one: two of them in one statement could wait for a fold that holds the second.
    for pk in list(rested.filter(holds__gt=0).values_list("pk", flat=True)):
        Run.objects.filter(pk=pk).update(hold_until=None, holds=0, server_words="")


def pause_unless_trusted(run: Run, words: str, failures: Failures) -> None:
    """Pause a run whose recipients are all refused alike, unless a person has resumed it since.

    A person who resumes it has read the words and believes them.
    """
    failures.trusted.add(run.pk)
    looked_at = Entry.objects.filter(
        action=Entry.Action.RESUME, object_type=Mailing._meta.label_lower,
        object_id=run.mailing_id, happened_at__gte=run.started_at)
    if not looked_at.exists():
        unmark(run, failures.suspects.get(run.pk))
        transitions.pause(run.pk, Run.Reason.SERVER, f"{SAME}: {words}")


def unmark(run: Run, refusal: str | None) -> None:
    """Take back the marks of recipients whom earlier groups of `run` marked for this `refusal`."""
    refused = run.deliveries.filter(state=State.FAILED).order_by("-updated_at").values_list(
        "recipient_id", "answer")[:SAME_LATER]
    alike = [pk for pk, answer in refused if masked(answer) == refusal]
    marked = Recipient.objects.filter(pk__in=alike, bounced_at__gte=run.started_at)
    marked.update(**Recipient.UNMARKED)


def others_get_through(run: Run, accepted_at: datetime) -> bool:
    """Whether another process had a letter of `run` accepted lately, and after this one had."""
    since = max(accepted_at, timezone.now() - JUST_NOW)
    return Attempt.objects.filter(mailing=run.mailing_id, run=run, attempted_at__gt=since,
                                  status=Attempt.Status.SUCCESS).exists()


def rest(run: Run, effect: Effect, words: str) -> None:
    until = timezone.now() + rest_time(effect, run.holds)
    Run.objects.filter(pk=run.pk).update(
        hold_until=until, holds=F("holds") + 1, server_words=words)
    log.warning("run %s rests until %s: %s", run.pk, until, words, extra={"run": run.pk})


def rest_time(effect: Effect, holds: int) -> timedelta:
    """How long the run rests after `holds` earlier rests in a row."""
    doubled: timedelta = FIRST_REST[effect] * 2 ** min(holds, 10)
    return min(doubled, LONGEST_REST)
