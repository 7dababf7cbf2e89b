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
POLICY_WORDS = "The server calls this spam: {}"


class Failures:
    """What this process has seen of the server lately, by run; shared by its connections."""

    def __init__(self):
        self.lock = threading.Lock()
        self.in_a_row, self.recent, self.words = {}, {}, {}

    def note(self, run_id, result):
        """Count a try's effect; a try that ended otherwise ends the row of failures."""
        effect = judge(result.outcome).effect
        with self.lock:
            if effect is not Effect.NONE:
                self.words[run_id] = words_of(result)
            last, number = self.in_a_row.get(run_id, (Effect.NONE, 0))
            if effect in (Effect.BUSY, Effect.CONNECTION, Effect.SETTINGS):
                self.in_a_row[run_id] = (effect, number + 1 if effect is last else 1)
            else:
                self.in_a_row.pop(run_id, None)
            self.recent.setdefault(run_id, deque(maxlen=POLICY_WINDOW)).append(
                effect is Effect.POLICY)

    def trouble(self, run_id, words):
        """Have the run rest: this side can not send now (a full disk), as `words` say."""
        with self.lock:
            self.words[run_id] = words
            self.in_a_row[run_id] = (Effect.CONNECTION, IN_A_ROW)

    def enough(self, run_id):
        """Whether to stop trying until the database has been told."""
        effect, number = self.in_a_row.get(run_id, (Effect.NONE, 0))
        return number >= (1 if effect is Effect.BUSY else IN_A_ROW) or self.called_spam(run_id)

    def called_spam(self, run_id):
        recent = self.recent.get(run_id, ())
        return len(recent) == POLICY_WINDOW and sum(recent) > POLICY_SHARE * POLICY_WINDOW

    def take(self, run_id):
        """Return the effect that is due for the run, if any, and start counting anew."""
        with self.lock:
            if self.called_spam(run_id):
                self.recent.pop(run_id)
                return Effect.POLICY
            effect, number = self.in_a_row.get(run_id, (Effect.NONE, 0))
            if number >= (1 if effect is Effect.BUSY else IN_A_ROW):
                self.in_a_row.pop(run_id)
                return effect
        return Effect.NONE


def apply(run, results, failures):
    """Hold or pause `run` when its failures say so; forget holds once letters get through."""
    effect = failures.take(run.pk)
    # Who takes the effect may be another connection than the one that was told the reason.
    words = next((words_of(r) for r in reversed(results) if words_of(r)),
                 failures.words.get(run.pk, ""))
    if effect is Effect.SETTINGS:
        upkeep.pause(run.pk, Run.Reason.SERVER, words)
    elif effect is Effect.POLICY:
        upkeep.pause(run.pk, Run.Reason.SERVER, POLICY_WORDS.format(words))
    elif effect in (Effect.BUSY, Effect.CONNECTION):
        until = timezone.now() + hold_time(effect, run.holds)
        Run.objects.filter(pk=run.pk).update(
            hold_until=until, holds=F("holds") + 1, server_words=words)
        log.warning("run %s rests until %s: %s", run.pk, until, words)
    elif run.holds and any(r.outcome and r.outcome.code for r in results):
        Run.objects.filter(pk=run.pk).update(hold_until=None, holds=0, server_words="")


def words_of(result):
    """Return what the server, or the disk, said when a try came to nothing."""
    if result.outcome is None:
        return result.reason
    return "" if result.outcome.accepted else result.outcome.reply
