"""When the server, not the recipient, is the trouble: rest the run, or pause it with the reason."""
import logging
import threading
from collections import deque

from django.db.models import F
from django.utils import timezone

from apps.mailings.models import Run

from . import upkeep
from .answers import IN_A_ROW, Effect, hold_time, judge

log = logging.getLogger("vestnik.delivery")
POLICY_WINDOW, POLICY_SHARE = 100, 0.2
KEPT_RUNS = 500
POLICY_WORDS = "The server calls this spam: {}"


class Seen:
    """What one run has met of the server lately."""

    __slots__ = ("effect", "in_a_row", "letters", "refused", "words")

    def __init__(self):
        self.effect, self.in_a_row, self.words = Effect.NONE, 0, ""
        self.letters = 0
        self.refused = deque(maxlen=POLICY_WINDOW)  # for their contents: numbers of letters

    def add(self, effect, words):
        self.letters += 1
        if effect is Effect.NONE:
            self.in_a_row = 0
            return
        self.words = words
        if effect is Effect.POLICY:
            self.in_a_row = 0
            self.refused.append(self.letters)
        else:
            self.in_a_row = self.in_a_row + 1 if effect is self.effect else 1
            self.effect = effect

    def due(self):
        """Return the effect that the failures call for now."""
        if self.refused and self.refused_often():
            return Effect.POLICY
        needed = 1 if self.effect is Effect.BUSY else IN_A_ROW
        return self.effect if self.in_a_row >= needed else Effect.NONE

    def refused_often(self):
        late = sum(number > self.letters - POLICY_WINDOW for number in tuple(self.refused))
        return self.letters >= POLICY_WINDOW and late > POLICY_SHARE * POLICY_WINDOW


class Failures:
    """What this process has seen of the server, by run; shared by its connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.runs, self.due = {}, set()

    def note(self, run_id, outcome):
        """Count a try's effect; a try that ended otherwise ends the row of failures."""
        effect = Effect.NONE if outcome.accepted else judge(outcome).effect
        with self.lock:
            seen = self.seen(run_id)
            seen.add(effect, outcome.reply if effect else "")
            if effect and seen.due() is not Effect.NONE:
                self.due.add(run_id)

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
            seen.effect, seen.in_a_row, seen.words = Effect.SETTINGS, IN_A_ROW, words
            self.due.add(run_id)

    def unmade(self, run_id, words):
        """Count a letter that could not be made; as many in a row as refused logins pause."""
        with self.lock:
            seen = self.seen(run_id)
            seen.add(Effect.SETTINGS, words)
            if seen.due() is not Effect.NONE:
                self.due.add(run_id)

    def enough(self, run_id):
        """Whether to stop trying until the database has been told."""
        return run_id in self.due

    def take(self, run_id):
        """Return (effect that is due for the run, its words), and start counting anew."""
        with self.lock:
            self.due.discard(run_id)
            seen = self.runs.get(run_id)
            effect = seen.due() if seen else Effect.NONE
            if effect is not Effect.NONE:
                del self.runs[run_id]
            return effect, seen.words if seen else ""


def apply(run, results, failures):
    """Hold or pause `run` when its failures say so; forget holds once letters get through."""
    effect, words = failures.take(run.pk)
    if effect is Effect.SETTINGS:
        upkeep.pause(run.pk, Run.Reason.SERVER, words)
    elif effect is Effect.POLICY:
        upkeep.pause(run.pk, Run.Reason.SERVER, POLICY_WORDS.format(words))
    elif effect in (Effect.BUSY, Effect.CONNECTION):
        until = timezone.now() + hold_time(effect, run.holds)
        Run.objects.filter(pk=run.pk).update(
            hold_until=until, holds=F("holds") + 1, server_words=words)
        log.warning("run %s rests until %s: %s", run.pk, until, words, extra={"run": run.pk})
    elif run.holds and any(r.outcome and r.outcome.code for r in results):
        Run.objects.filter(pk=run.pk).update(hold_until=None, holds=0, server_words="")
