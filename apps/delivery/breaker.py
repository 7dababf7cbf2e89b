"""When the server, not a recipient, is the trouble: rest the run, or pause it with the reason.

Failures are counted in memory while letters leave, so that the connections stop at once; `apply`
then tells the database.
"""
import logging
import re
import threading
from collections import deque
from datetime import timedelta
from enum import StrEnum
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.core.models import TrailEntry
from apps.mailings.attempts.meanings import Fault
from apps.mailings.models import Attempt, Mailing, Recipient, Run
from apps.mailings.words import SAME, explained

from . import upkeep
from .outcome import State

log = logging.getLogger("vestnik.delivery")
BUSY_HOLD = (timedelta(minutes=1), timedelta(minutes=15))
CONNECTION_HOLD = (timedelta(seconds=30), timedelta(minutes=15))
JUST_NOW = timedelta(seconds=10)
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


def apply(run, results, failures, admission):
    """Rest or pause `run` when its failures say so; forget rests once letters get through.

    Call it before `results` are recorded and more is claimed of the run; it needs no transaction.
    Where the letters of other processes get through, this one stands back and the run goes on.
    """
    failures.spare(run.pk, results)
    failures.keep_last(results)
    effect, words = failures.called_for(run.pk)
    if effect is Effect.SAME:
        pause_unless_trusted(run, words, failures)
    elif effect in PAUSES:
        upkeep.pause(run.pk, Run.Reason.SERVER, words)
    elif effect in RESTS and others_get_through(run, failures.accepted_at):
        admission.stand_back()
    elif effect is not Effect.NONE:
        rest(run, effect, words)
    elif run.holds and any(r.outcome and r.outcome.code for r in results):
        Run.objects.filter(pk=run.pk).update(hold_until=None, holds=0, server_words="")
    if effect is not Effect.NONE:
        transaction.on_commit(partial(failures.told, run.pk))  # at once, without a transaction


def pause_unless_trusted(run, words, failures):
    """Pause a run in which all were refused alike, but once only: a person looks, and decides."""
    failures.trusted.add(run.pk)
    looked_at = TrailEntry.objects.filter(
        action=TrailEntry.Action.RESUME, object_type=Mailing._meta.label_lower,
        object_id=run.mailing_id, happened_at__gte=run.started_at)
    if not looked_at.exists():
        unmark(run, failures.suspects.get(run.pk))
        upkeep.pause(run.pk, Run.Reason.SERVER, f"{SAME}: {words}")


def unmark(run, refusal):
    """Take back the marks that groups which are recorded already made by this `refusal`."""
    refused = run.deliveries.filter(state=State.FAILED).order_by("-updated_at").values_list(
        "recipient_id", "answer")[:SAME_LATER]
    alike = [pk for pk, answer in refused if masked(answer) == refusal]
    marked = Recipient.objects.filter(pk__in=alike, bounced_at__gte=run.started_at)
    marked.update(**Recipient.UNMARKED)


def others_get_through(run, accepted_at):
    """Whether another process has had a letter of `run` accepted just now, and this one not."""
    since = max(filter(None, [accepted_at, timezone.now() - JUST_NOW]))
    return Attempt.objects.filter(mailing=run.mailing_id, run=run, attempted_at__gt=since,
                                  status=Attempt.Status.SUCCESS).exists()


def rest(run, effect, words):
    until = timezone.now() + hold_time(effect, run.holds)
    Run.objects.filter(pk=run.pk).update(
        hold_until=until, holds=F("holds") + 1, server_words=words)
    log.warning("run %s rests until %s: %s", run.pk, until, words, extra={"run": run.pk})


def hold_time(effect, holds):
    """How long the run rests after `holds` earlier rests in a row."""
    first, longest = BUSY_HOLD if effect is Effect.BUSY else CONNECTION_HOLD
    return min(first * 2 ** min(holds, 10), longest)
