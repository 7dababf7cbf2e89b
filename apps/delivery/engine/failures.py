"""What a process meets of the mail server while letters leave, counted in memory by run.

`breaker.py` tells the database when it is enough; until then the connections stop by this.
"""
import re
import threading
from collections import deque
from enum import StrEnum

from apps.mailings.attempts.explanations import explained
from apps.mailings.attempts.faults import Fault

from .results import State

IN_A_ROW = 3  # so many failures of the connection, or refusals of us, rest or pause a run
POLICY_WINDOW, POLICY_SHARE = 100, 0.2
POLICY_FIRST = 10  # so many letters refused from the first on pause a run
# So many recipients refused in the same words, one after the other, are hardly a coincidence. In a
# list of which a third is dead, 20 dead ones in a row from the start come once in 3 billion lists;
# later, where letters have been taken before, a closed domain may well have 20 people together.
SAME_FIRST, SAME_LATER = 20, 100
KEPT_RUNS = 500
MASKED = re.compile(r"\S*@\S*|\S*\d\S*")  # addresses, numbers, ids: what differs by recipient


class Effect(StrEnum):
    """What answers do to the whole run."""

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
RESTS = (Effect.BUSY, Effect.CONNECTION)
PAUSES = (Effect.REFUSED, Effect.POLICY, Effect.SAME)


def effect_of(verdict):
    """Return what one Verdict does to the run; a letter that is tried again does nothing yet."""
    if verdict.fault is Fault.LETTER and verdict.temporary:
        return Effect.NONE
    return EFFECTS.get(verdict.fault, Effect.NONE)


class Seen:
    """What one run has met of the server lately."""

    __slots__ = (
        "accepted", "alike", "effect", "in_a_row", "letters", "refused", "refusal", "words")

    def __init__(self):
        self.effect = Effect.NONE
        self.in_a_row = 0
        self.words = ""
        self.letters = 0
        self.accepted = False
        self.refused = deque(maxlen=POLICY_WINDOW)  # for their contents: numbers of letters
        self.refusal = ""  # the last one for good about a recipient, masked
        self.alike = 0  # such in a row

    def accept(self):
        self.letters += 1
        self.accepted = True
        self.in_a_row = 0
        self.alike = 0

    def add(self, outcome, verdict):
        self.letters += 1
        self.add_alike(outcome, verdict)
        effect = effect_of(verdict)
        if effect is not Effect.NONE or self.alike:
            self.words = explained(verdict.meaning, outcome.reply)
        if effect is Effect.POLICY:
            self.refused.append(self.letters)
        if effect in (Effect.NONE, Effect.POLICY):
            self.in_a_row = 0
            return
        self.in_a_row = self.in_a_row + 1 if effect is self.effect else 1
        self.effect = effect

    def add_unmade(self, words):
        """Count a letter that could not be made, like a refusal of us."""
        self.in_a_row = self.in_a_row + 1 if self.effect is Effect.REFUSED else 1
        self.effect = Effect.REFUSED
        self.words = words

    def add_alike(self, outcome, verdict):
        """Count refusals for good that say the same of one recipient after the other."""
        refusal = ""
        if verdict.fault in (Fault.ADDRESS, Fault.RECIPIENT) and not verdict.temporary:
            refusal = masked(outcome.reply)
        self.alike = self.alike + 1 if refusal and refusal == self.refusal else int(bool(refusal))
        self.refusal = refusal

    def due(self):
        """Return the effect that the failures call for now."""
        if self.alike >= (SAME_LATER if self.accepted else SAME_FIRST):
            return Effect.SAME
        if self.refused and self.refused_often():
            return Effect.POLICY
        needed = 1 if self.effect is Effect.BUSY else IN_A_ROW
        return self.effect if self.in_a_row >= needed else Effect.NONE

    def refused_often(self):
        if len(self.refused) == self.letters >= POLICY_FIRST:
            return True
        late = sum(number > self.letters - POLICY_WINDOW for number in tuple(self.refused))
        return self.letters >= POLICY_WINDOW and late > POLICY_SHARE * POLICY_WINDOW


def masked(reply):
    """Return a reply without what differs from recipient to recipient."""
    return " ".join(MASKED.sub("", reply).split())


class Failures:
    """What this process has seen of the server, by run; shared by its connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.accepted_at = None  # when this process last had a letter accepted
        self.runs, self.due = {}, set()
        self.being_told = {}  # run's id: the thread that tells the database of its failures
        self.number = 0  # of stops so far
        self.stops = {}  # run's id: the number of its last stop
        self.suspects = {}  # run's id: the masked words in which it was refused everybody
        self.trusted = set()  # runs that a person has looked at: such words are taken at face value

    def note(self, run_id, outcome, recipient):
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
            elif effect is not Effect.NONE:
                self.due.add(run_id)
                if effect is Effect.SAME:
                    self.suspects[run_id] = seen.refusal

    def seen(self, run_id):
        if run_id not in self.runs:
            if len(self.runs) >= KEPT_RUNS:
                self.runs.clear()
            self.runs[run_id] = Seen()
        return self.runs[run_id]

    def trouble(self, run_id, words):
        """Have the run rest: this side can not send now (a full disk), as `words` say."""
        with self.lock:
            seen = self.seen(run_id)
            seen.effect, seen.in_a_row, seen.words = Effect.CONNECTION, IN_A_ROW, words
            self.due.add(run_id)

    def fault(self, run_id, words):
        """Have the run pause: no letter of it can be made, as `words` say."""
        with self.lock:
            seen = self.seen(run_id)
            seen.effect, seen.in_a_row, seen.words = Effect.REFUSED, IN_A_ROW, words
            self.due.add(run_id)

    def unmade(self, run_id, words):
        """Count a letter that could not be made; as many in a row as refused logins pause."""
        with self.lock:
            seen = self.seen(run_id)
            seen.add_unmade(words)
            if seen.due() is not Effect.NONE:
                self.due.add(run_id)

    def keep_last(self, results):
        """Keep when this process last had a letter accepted."""
        accepted = [result.at for result in results if result.outcome and result.outcome.accepted]
        self.accepted_at = max(filter(None, [self.accepted_at, *accepted[-1:]]), default=None)

    def begin(self, run_id, began):
        """A group of letters begins: a run that goes on is under no suspicion any more."""
        if not self.enough(run_id, began):
            self.suspects.pop(run_id, None)

    def enough(self, run_id, began):
        """Whether to send no more of a group: its run is to rest or pause, or does.

        `began` is what `number` was before the database was asked which runs may go on.
        """
        return run_id in self.due or self.stops.get(run_id, 0) > began

    def spare(self, run_id, results):
        """Take back the `results` that say what everybody was told: nobody is marked by them."""
        words = self.suspects.get(run_id)
        for result in results if words else ():
            if result.outcome and masked(result.outcome.reply) == words:
                result.state = State.PENDING
                result.tries = result.delivery.tries

    def called_for(self, run_id):
        """Return (the effect that the database is to be told of, its words); NONE, "" for none.

        Whoever gets an effect calls `told`; meanwhile no letter of the run is tried.
        """
        with self.lock:
            me = threading.get_ident()
            if self.being_told.get(run_id, me) != me:
                return Effect.NONE, ""  # another connection tells it just now
            seen = self.runs.get(run_id)
            effect = seen.due() if seen else Effect.NONE
            if effect is Effect.NONE:
                self.due.discard(run_id)  # a letter was accepted since
                return effect, ""
            self.being_told[run_id] = me
            return effect, seen.words

    def told(self, run_id):
        """The database knows: count anew."""
        with self.lock:
            self.being_told.pop(run_id, None)
            self.due.discard(run_id)
            self.runs.pop(run_id, None)
            self.number += 1
            self.stops[run_id] = self.number
