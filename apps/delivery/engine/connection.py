"""One SMTP connection of a worker: it claims letters, sends them and stores the results.

It is a thread with a transport, a journal and a database connection of its own. It claims about a
quarter of a second of work at a time, and waits for the network with no transaction open.
"""
import contextlib
import logging
import threading
import time
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django import db
from django.db import connection, transaction
from django.utils import timezone

from apps.core import logs
from apps.core.outage import SameFile, outage
from apps.mailings.attempts.explanations import DISK
from apps.mailings.models import Run
from apps.statistics import counting

from ..wire.account import service_account
from ..wire.from_whom import from_of_run
from ..wire.letter import Letter
from ..wire.outcome import Outcome
from ..wire.transport import Transport
from . import breaker, ledger, restore, transitions
from .failures import IN_A_ROW, Effect
from .journal import Journal, JournalFull
from .ledger import LEASE
from .prefetch import Prefetch, Ready
from .results import Claimed, Result, State, result_of, untried
from .throttle import Bookings

if TYPE_CHECKING:
    from .engine import Engine

log = logging.getLogger("vestnik.delivery")
GROUP_SECONDS = 0.25  # of work in one claim
GROUP_LIMIT = 0.4  # seconds after which the rest of a group goes back: the server has slowed down
FIRST_GROUP = 100  # letters, while nobody knows how quick the server is
FEW = 8  # letters that a group may have although they take longer than GROUP_SECONDS
LARGEST_GROUP = 700
LAST_GROUPS = 100  # letters; the end of a run is not shared out in smaller groups than this
MARGIN = 5  # seconds of the lease that must be left when a dot leaves
DATABASE_PAUSE = 1
Try = tuple[Claimed, Outcome, datetime]  # that ended then
letter_of = lru_cache(maxsize=50)(Letter)  # each run's letter is prepared once


class LeaseTooOld(Exception):
    """The lease may have run out, so another worker may have the letter."""


class Connection(threading.Thread):
    """One SMTP connection, the group of letters that it has claimed, and their results."""

    def __init__(self, engine: "Engine", number: int) -> None:
        super().__init__(name=f"connection-{number}", daemon=True)
        self.engine = engine
        self.failures = engine.failures
        self.admission = engine.admission
        self.journal = Journal()
        self.transport = Transport(service_account(), before_dot=self.before_dot)
        self.bookings = Bookings()
        self.rate = 0.0  # letters a second, as the last group went
        self.lease_until = 0.0  # monotonic
        self.run_now = Run()  # whose letters are claimed; without a key while none are
        self.ends_at = timezone.now()  # the end of its mailing's window
        self.claimed: list[Claimed] = []
        self.results: list[Result] = []
        self.away = False  # the server turned this connection away while it takes others
        self.began = 0  # `failures.number` before this group was claimed
        self.reached: dict[int, int] = {}  # run's id: the highest delivery that was claimed of it
        self.current = 0  # the delivery whose letter is on its way
        self.same_file = SameFile()

    def run(self) -> None:
        try:
            # Have the database read its catalogs now, not when somebody waits for letters.
            with contextlib.suppress(db.Error), self.engine.database_turn:
                ledger.rehearse(self.journal.token)
            while self.turn():
                self.send_group()
        except Exception:
            log.exception("a connection of the sender ended")
            self.engine.failed.set()
        finally:
            self.transport.close()
            self.admission.left(self)
            self.leave()
            connection.close()

    def leave(self) -> None:
        """Delete the journal once the restore guard's number can show a restore in its place.

        Where that fails, or letters are still claimed, the journal stays: recovery reads it.
        """
        told = False
        with contextlib.suppress(db.Error, restore.Restored):
            told = not self.claimed and (not self.journal.letters or restore.replace_journal())
        self.journal.close(forget=told)
        if told:
            with contextlib.suppress(db.Error):
                restore.forget(self.journal.token)

    def turn(self) -> bool:
        """Store the results of the last group and claim the next. False: the engine is done."""
        while True:
            calls = self.engine.calls
            done = self.run_now
            try:
                with self.engine.database_turn:
                    claimed = self.exchange_or_hold()
                if done.pk and done != self.run_now:
                    self.close_run(done)
                if claimed:
                    return True
                if self.engine.done_or_wait(calls):
                    return False
            except db.Error as error:
                if not self.database_failed(error):
                    return False

    def close_run(self, run: Run) -> None:
        """Finish the run if it is over. If the database fails now, recovery does it later."""
        try:
            with self.engine.database_turn:
                transitions.close_run(run)
        except db.Error as error:
            outage.begin(error)
            connection.close()

    def exchange_or_hold(self) -> list[Claimed]:
        """Store results and claim new letters, then clear the journal. Returns what is claimed.

        Returns [] after a restore of the database, which pauses all runs.
        """
        self.same_file.look()
        if self.results:
            breaker.apply(self.run_now, self.results, self.failures, self.admission)
            self.bookings.give_back(sum(result.outcome is None for result in self.results))
        try:
            with transaction.atomic():
                run, claimed = self.exchange()
        except restore.Restored:  # the database does not know the letters in hand
            restore.notice()
            run = Run()
            claimed = []
            self.results = []
        self.journal.clear(len(self.results) + len(claimed))
        self.run_now = run
        self.claimed = claimed
        self.results = []
        logs.note(run=run.pk or "-")
        return claimed

    def database_failed(self, error: db.Error) -> bool:
        """Wait for the database; results stay in hand and in the journal. False: give up."""
        outage.begin(error)
        connection.close()
        if self.engine.stopping.is_set() and not self.results:
            return False
        time.sleep(DATABASE_PAUSE)
        try:
            ledger.abandon(self.journal.token, [row.id for row in self.claimed])
        except db.Error:
            connection.close()
        return True

    def exchange(self) -> tuple[Run, list[Claimed]]:
        """Store the results of the last group and claim the next, in one transaction."""
        restore.verify()
        if self.results:
            run = self.run_now
            counts, tries = ledger.store(run, self.results, self.journal.token)
            counting.add(run.pk, counts, tries)
        run, claimed = self.claim()
        # Results are counted too, so that a backup from before they were stored shows as one.
        moved = len(self.results) + len(claimed)
        if moved:
            restore.write_letters_taken(self.journal.token, self.journal.letters + moved)
        return run, claimed

    def claim(self) -> tuple[Run, list[Claimed]]:
        """Return a run and what is claimed of it, as one group; (Run(), []) when nothing waits."""
        if self.engine.stopping.is_set() or not self.admission.may_send(self):
            return Run(), []
        self.began = self.failures.number
        self.lease_until = time.monotonic() + LEASE.total_seconds()
        least = LAST_GROUPS if self.rate else 1
        for run, left in self.engine.runnable():
            size = self.bookings.limit(run.sender, self.group_size())
            if not size:
                break
            share = max(least, self.engine.share(left))
            claimed = ledger.claim(
                run.pk, min(size, share), self.journal.token, self.reached.get(run.pk, 0))
            if claimed:
                self.ends_at = run.mailing.ends_at
                self.reached = {run.pk: claimed[-1].id}
                self.bookings.book(len(claimed))
                return run, claimed
        return Run(), []

    def group_size(self) -> int:
        """Return how many letters to claim: more from a quick server, so that commits are few."""
        if not self.rate:
            return FIRST_GROUP
        some = max(self.rate * GROUP_SECONDS, min(FEW, self.rate * GROUP_LIMIT))
        return max(1, min(LARGEST_GROUP, int(some)))

    def send_group(self) -> None:
        """Send what is claimed; what is not reached goes back to the queue."""
        run = self.run_now
        self.away = False
        self.failures.begin(run.pk, self.began)
        try:
            letter = letter_of(seed=run.seed, subject=run.subject, body=run.body,
                               own=tuple(run.fields or ()), **from_of_run(run)._asdict())
        except Exception as error:  # of any kind: it pauses only this run
            log.exception("run %s can not be made into letters", run.pk)
            self.failures.count(
                run.pk, Effect.REFUSED, str(error) or type(error).__name__, IN_A_ROW)
            self.results = list(map(untried, self.claimed))
            return
        started = time.monotonic()
        tries: list[Result | Try] = []
        letters = Prefetch(letter, self.journal).ready(self.claimed)
        ready: Ready | None = next(letters)
        while ready:
            spent = time.monotonic() - started
            if tries and not self.bookings.rate and spent > GROUP_LIMIT:
                break
            after = next(letters, None)
            following = None
            if after and after.octets and self.will_follow(spent, len(tries)):
                following = after.row.email
            tries.append(self.send_one(letter.sender, ready, following))
            ready = after
        started = max(started, self.transport.connected_at)  # without the time to connect
        self.rate = len(tries) / max(time.monotonic() - started, 1e-6)
        self.results = [
            this if isinstance(this, Result) else result_of(*this, self.ends_at)
            for this in tries]
        self.results += map(untried, self.claimed[len(tries):])
        self.failures.spare(run.pk, self.results)
        self.admission.tell_news(self, self.engine.database_turn)

    def will_follow(self, spent: float, sent: int) -> bool:
        """Whether the next letter, after `sent` in `spent` seconds, is within GROUP_LIMIT."""
        if self.bookings.rate:
            return False
        if not sent:
            return self.rate * GROUP_LIMIT > 1
        return spent + spent / sent < GROUP_LIMIT

    def send_one(self, sender: str, ready: Ready, following: str | None) -> Result | Try:
        """Send one letter, if it may still be sent. Of a Try the group makes a Result later.

        `following` is the recipient of the letter that comes right after it, if that is sure.
        """
        row = ready.row
        run = self.run_now
        if self.away or self.engine.stopping.is_set() or self.failures.enough(run.pk, self.began):
            return untried(row)
        if not ready.octets:
            if ready.unmade:
                self.failures.count(run.pk, Effect.REFUSED, ready.reason)
            return Result(row, State.SKIPPED, row.tries, reason=ready.reason)
        if not self.bookings.wait(self.engine.stopping):
            return untried(row)
        self.current = row.id
        try:
            outcome = self.transport.send(ready.octets, sender, row.email, following)
        except LeaseTooOld:
            return untried(row)
        except JournalFull as error:
            log.error("the journal takes no more: %s", error)
            self.failures.count(run.pk, Effect.CONNECTION, f"{DISK}: {error}", IN_A_ROW)
            return untried(row, reason=str(error))
        self.away = self.admission.turned_away(self, outcome, row.email)
        if self.away:
            return untried(row)
        try:
            self.journal.answer(row.id, outcome)
        except JournalFull as error:
            log.error("an answer is in hand, but not in the journal: %s", error)
        self.failures.note(run.pk, outcome, row.email)
        return row, outcome, timezone.now()

    def before_dot(self) -> None:
        """Mark the letter in the journal; the transport calls this before its dot leaves."""
        if time.monotonic() > self.lease_until - MARGIN:
            raise LeaseTooOld
        self.journal.mark(self.current)

    def renew(self) -> None:
        """Renew the lease while the server is slow; the heartbeat's thread calls this."""
        until = time.monotonic() + LEASE.total_seconds()
        if ledger.renew(self.journal.token):
            self.lease_until = until
