"""Claimed deliveries and their results: from the Outcome of a try to the delivery's new state."""
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.mailings.attempts.faults import Fault
from apps.mailings.attempts.verdicts import Verdict
from apps.mailings.models import Delivery

from ..wire.outcome import Outcome

State = Delivery.State
RETRY_MINUTES = (1, 5, 15, 60, 180)
COSTS_A_TRY = (Fault.ADDRESS, Fault.RECIPIENT, Fault.LETTER)
NEVER = datetime.min.replace(tzinfo=UTC)
FINAL = {Fault.NOBODY: State.SENT, Fault.NOT_KNOWN: State.UNKNOWN}


@dataclass(slots=True)
class Claimed:
    """A delivery in the hands of one connection."""

    id: int
    email: str
    full_name: str
    recipient_id: int | None
    tries: int
    crashes: int  # more than 0: it was in hand when a worker died
    gone: str | None  # why the recipient gets no letter: a key of `prefetch.GONE`
    values: str | None = None  # a JSON object of what the owner's own fields say in this letter
    provider: str = ""  # of the recipient's mailbox


@dataclass(slots=True)
class Result:
    """What a claimed delivery becomes. Without an `outcome` there was no try."""

    delivery: Claimed
    state: Delivery.State
    tries: int
    outcome: Outcome | None = None
    at: datetime = NEVER
    next_try_at: datetime | None = None
    reason: str = ""


Try = tuple[Claimed, Outcome, datetime]  # that ended then


def untried(claimed: Claimed, reason: str = "") -> Result:
    """Return the Result of a delivery that goes back to the queue."""
    return Result(claimed, State.PENDING, claimed.tries, reason=reason)


def results_of(tries: Sequence[Result | Try], claimed: Sequence[Claimed],
               ends_at: datetime) -> list[Result]:
    """Return the Results of a group, of which the first were tried."""
    results = [this if isinstance(this, Result) else result_of(*this, ends_at) for this in tries]
    return results + list(map(untried, claimed[len(tries):]))


def result_of(claimed: Claimed, outcome: Outcome, at: datetime, ends_at: datetime) -> Result:
    """Return the Result of a try that ended `at`: the new state, and when the next try is due.

    No try is due after `ends_at`, the end of the mailing's window.
    """
    if outcome.accepted:
        return Result(claimed, State.SENT, claimed.tries, outcome, at)
    verdict = outcome.verdict(claimed.email)
    tries = claimed.tries + (verdict.fault in COSTS_A_TRY)
    result = Result(claimed, state_after(verdict), tries, outcome, at)
    if result.state is State.RETRY:
        result.next_try_at = retry_time(tries, at, ends_at)
        if result.next_try_at is None:
            result.state = State.FAILED
    return result


def state_after(verdict: Verdict) -> Delivery.State:
    """Return a delivery's state after this Verdict; RETRY even if no try is left."""
    if verdict.fault in FINAL:
        return FINAL[verdict.fault]
    if verdict.fault not in COSTS_A_TRY:
        return State.PENDING
    return State.RETRY if verdict.temporary else State.FAILED


def retry_time(tries: int, now: datetime, ends_at: datetime) -> datetime | None:
    """Return when the try after `tries` temporary refusals is due; None when none is left."""
    if tries > len(RETRY_MINUTES):
        return None
    due = now + timedelta(minutes=RETRY_MINUTES[tries - 1] * random.uniform(0.8, 1.2))
    return due if due < ends_at else None
