"""Failures that this worker meets while letters leave, counted in memory by run.

`breaker.py` tells the database when it is enough; until then the connections stop by this.
"""
import re
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from apps.mailings.attempts.explanations import explained
from apps.mailings.attempts.faults import Fault, Meaning
from apps.mailings.attempts.verdicts import Verdict

from ..wire.outcome import Outcome
from .results import NEVER, Result, State

IN_A_ROW = 3  # so many failures of the connection, or refusals of us, rest or pause a run
POLICY_WINDOW = 100  # so many of a run's last letters are looked at
POLICY_MOST = 20  # if more of them are refused for their contents, the run pauses
POLICY_FIRST = 10  # it pauses too if the first letters, so many or more, are all refused so
# So many recipients refused in the same words, one after the other, are hardly a coincidence. In a
# list of which a third is dead, 20 dead ones in a row from the start come once in 3 billion lists;
# later, where letters have been taken before, a closed domain may well have 20 people together.
SAME_FIRST = 20
SAME_LATER = 100
KEPT_RUNS = 500
MASKED = re.compile(r"\S*@\S*|\S*\d\S*")  # addresses, numbers, ids: what differs by recipient


class Effect(StrEnum):
    """What the server's answers do to the whole run."""

    NONE = ""
    BUSY = "busy"  # the server asks to wait
    CONNECTION = "connection"  # it can not be reached
    REFUSED = "refused"  # it refuses us
    POLICY = "policy"  # it refuses the letter
    SAME = "same"  # it refuses everybody in the same words


EFFECTS = {
    Fault.LETTER: Effect.POLICY, Fault.US: Effect.REFUSED, Fault.US_FOR_NOW: Effect.BUSY,
    Fault.WAY: Effect.CONNECTION,
}


def effect_of(verdict: Verdict) -> Effect:
    """Return what one Verdict does to the run: nothing yet while its letter is tried again."""
    if verdict.fault is Fault.LETTER and verdict.temporary:
        return Effect.NONE
    return EFFECTS.get(verdict.fault, Effect.NONE)


@dataclass
class Seen:
    """What the server has answered to the letters of one run lately."""

    effect: Effect = Effect.NONE
    in_a_row: int = 0  # failures of that effect
    words: str = ""  # what the server said at the last of them
    meaning: Meaning | None = None  # of that; None where the failure was our own
    # Of the last letters, whether the server refused their contents.
    recent: deque[bool] = field(default_factory=partial(deque, maxlen=POLICY_WINDOW))
    refusal: str = ""  # the last final refusal of a recipient, masked
    alike: int = 0  # how many refusals in a row had these words
    most_alike: int = SAME_FIRST  # so many in a row are no coincidence

    def accept(self) -> None:
        self.recent.append(False)
        self.most_alike = SAME_LATER
        self.in_a_row = 0
        self.alike = 0

    def add(self, outcome: Outcome, verdict: Verdict) -> None:
        """Count a try that was not accepted."""
        self.add_alike(outcome, verdict)
        effect = effect_of(verdict)
        self.recent.append(effect is Effect.POLICY)
        if effect or self.alike:
            self.words = explained(verdict.meaning, outcome.reply)
            self.meaning = verdict.meaning
        if not effect or effect is Effect.POLICY:
            self.in_a_row = 0
        else:
            self.add_effect(effect)

    def add_effect(self, effect: Effect, times: int = 1) -> None:
        if effect is not self.effect:
            self.effect = effect
            self.in_a_row = 0
        self.in_a_row += times

    def add_alike(self, outcome: Outcome, verdict: Verdict) -> None:
        """Count how many recipients in a row were refused for good in the same words."""
        refusal = ""
        if verdict.fault in (Fault.ADDRESS, Fault.RECIPIENT) and not verdict.temporary:
            refusal = masked(outcome.reply)
        if refusal != self.refusal:
            self.refusal = refusal
            self.alike = 0
        if refusal:
            self.alike += 1

    def due(self) -> Effect:
        """Return the effect that the failures call for now."""
        if self.alike >= self.most_alike:
            return Effect.SAME
        if self.refused_often():
            return Effect.POLICY
        if self.in_a_row >= IN_A_ROW or self.in_a_row and self.effect is Effect.BUSY:
            return self.effect
        return Effect.NONE

    def refused_often(self) -> bool:
        """Whether the server refused the contents of too many letters lately."""
        refused = sum(self.recent)
        if len(self.recent) == POLICY_WINDOW:
            return refused > POLICY_MOST
        return refused == len(self.recent) >= POLICY_FIRST


class Call(NamedTuple):
    """What the failures of a run call for. `meaning` is None where the server is not the cause."""

    effect: Effect = Effect.NONE
    words: str = ""
    meaning: Meaning | None = None


def masked(reply: str) -> str:
    """Return a reply without what differs from recipient to recipient."""
    return " ".join(MASKED.sub("", reply).split())


class Failures:
    """What this process has seen of the server, by run; shared by its connections."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.accepted_at = NEVER  # when this process last had a letter accepted
        self.runs: dict[int, Seen] = {}  # run's id: what it has met
        self.due: set[int] = set()  # ids of runs that are to rest or pause
        self.being_told: dict[int, int] = {}  # run's id: the thread that tells the database
        self.number = 0  # how many times this process has stopped sending a run
        self.stops: dict[int, int] = {}  # run's id: the number of its last stop
        self.suspects: dict[int, str] = {}  # run's id: the masked words that refuse everybody
        self.trusted: set[int] = set()  # runs paused for such words once: a person then decides

    def note(self, run_id: int, outcome: Outcome, recipient: str) -> None:
        """Count the try of a letter for `recipient`; an accepted one ends a row of failures."""
        if outcome.accepted:
            with self.lock:
                self.seen(run_id).accept()
            return
        verdict = outcome.verdict(recipient)
        with self.lock:
            seen = self.seen(run_id)
            seen.add(outcome, verdict)
            effect = seen.due()
            if effect is Effect.SAME and run_id in self.trusted:
                seen.alike = 0
            elif effect:
                self.due.add(run_id)
                if effect is Effect.SAME:
                    self.suspects[run_id] = seen.refusal

    def seen(self, run_id: int) -> Seen:
        if run_id not in self.runs:
            if len(self.runs) >= KEPT_RUNS:
                self.runs.clear()
            self.runs[run_id] = Seen()
        return self.runs[run_id]

    def count(self, run_id: int, effect: Effect, words: str, times: int = 1) -> None:
        """Count a failure of our own `times` times, as if the server had failed with `effect`.

        IN_A_ROW times at once is enough to rest or pause the run. `words` say what is wrong.
        """
        with self.lock:
            seen = self.seen(run_id)
            seen.add_effect(effect, times)
            seen.words = words
            seen.meaning = None
            if seen.due():
                self.due.add(run_id)

    def keep_last(self, results: Sequence[Result]) -> None:
        """Remember when this worker last had a letter accepted."""
        for result in reversed(results):  # they are in the order of their times
            if result.outcome and result.outcome.accepted:
                self.accepted_at = max(self.accepted_at, result.at)
                return

    def begin(self, run_id: int, began: int) -> None:
        """Clear the suspicion against a run that goes on; call it as a group of letters begins."""
        if not self.enough(run_id, began):
            self.suspects.pop(run_id, None)

    def enough(self, run_id: int, began: int) -> bool:
        """Whether to send no more of a group, because its run is to rest or pause, or does already.

        `began` is what `number` was before the group's run was read from the database: a stop
        since then has a higher number.
        """
        return run_id in self.due or self.stops.get(run_id, 0) > began

    def spare(self, run_id: int, results: Iterable[Result]) -> None:
        """Put the letters that were refused in the same words as everybody's back in the queue."""
        words = self.suspects.get(run_id)
        if not words:
            return
        for result in results:
            if result.outcome and masked(result.outcome.reply) == words:
                result.state = State.PENDING
                result.tries = result.delivery.tries

    def called_for(self, run_id: int) -> Call:
        """Return the Call that is to be written to the database; of Effect.NONE for none.

        A caller that gets an effect must call `told`; until then no letter of the run is tried.
        """
        with self.lock:
            me = threading.get_ident()
            if self.being_told.get(run_id, me) != me:
                return Call()  # another connection is writing it
            seen = self.seen(run_id)
            effect = seen.due()
            if effect:
                self.being_told[run_id] = me
            else:
                self.due.discard(run_id)  # a letter was accepted since
            return Call(effect, seen.words, seen.meaning)

    def told(self, run_id: int, others: Iterable[int] = ()) -> None:
        """Start to count anew: the effect is in the database.

        It holds for the `others` too: groups of them that are on their way end.
        """
        with self.lock:
            self.being_told.pop(run_id, None)
            self.due.discard(run_id)
            self.runs.pop(run_id, None)
            self.number += 1
            for stopped in (run_id, *others):
                self.stops[stopped] = self.number
