"""What a sender's trouble does to its runs, and what lets them go on."""
from apps.mailings.attempts.explanations import meaning_of
from apps.mailings.attempts.faults import FAULTS, Fault
from apps.mailings.models import Run
from apps.mailings.senders.models import Sender
from apps.mailings.senders.readiness import sender_refusal

from ..engine import transitions
from ..services import RunRefused, run_resume

Reason = Run.Reason


def sender_runs_pause(*, sender: Sender, words: str) -> int:
    """Pause the running runs of a sender whose server lets it in no more. Returns how many."""
    running = Run.objects.filter(sender=sender.pk, state=Run.State.RUNNING)
    pks = running.order_by("pk").values_list("pk", flat=True)
    return sum(transitions.pause(pk, Reason.SENDER, words) for pk in pks)


def runs_to_resume(sender: Sender) -> list[Run]:
    """Return the runs that the server's refusals of this sender have paused.

    Runs that were paused for what their letters say, or for their recipients, are not among them.
    """
    paused = Run.objects.of_mailings().filter(
        sender=sender.pk, state=Run.State.PAUSED, reason__in=[Reason.SENDER, Reason.SERVER])
    paused = paused.without_letter().select_related("mailing", "owner").order_by("pk")
    return [run for run in paused if is_of_account(run)]


def is_of_account(run: Run) -> bool:
    if run.reason == Reason.SENDER:
        return True
    meaning = meaning_of(run.server_words)
    return meaning is not None and FAULTS[meaning] is Fault.US


def sender_runs_resume(*, sender: Sender) -> int:
    """Go on with the runs that this sender's trouble has paused. Returns how many go on.

    Raises RunRefused while the sender can not send.
    """
    reason = sender_refusal(sender)
    if reason:
        raise RunRefused(reason)
    number = 0
    for run in runs_to_resume(sender):
        try:
            run_resume(run=run)
        except RunRefused:  # its window is over, or it was disabled
            continue
        number += 1
    return number
