"""One SMTP connection of a worker: it claims letters, sends them and stores the results.

It is a thread with a transport, a journal and a database connection of its own. It works for one
sender at a time, claims about 0.25 s of work, and waits for the network with no transaction open.
"""
import contextlib
import logging
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django import db
from django.db import connection, transaction

from apps.core import logs
from apps.core.outage import SameFile, outage
from apps.mailings.attempts.explanations import DISK
from apps.mailings.models import Run
from apps.statistics import counting

from ..wire.account import service_account
from ..wire.transport import Envelope, Transport
from . import breaker, claiming, ledger, restore, slowing
from .envelopes import Envelopes
from .failures import IN_A_ROW, Effect
from .journal import Journal, JournalFull
from .ledger import LEASE
from .prefetch import GONE, Prefetch, Ready, letter_of, words_of
from .results import Claimed, Result, State, Try, results_of, untried
from .second_look import Closed, Left, SecondLook
from .spell import Spell
from .waiting import Waiting

if TYPE_CHECKING:
    from .engine import Engine

log = logging.getLogger("vestnik.delivery")
MARGIN = 5  # seconds of the lease that must be left when a dot leaves
DATABASE_PAUSE = 1


class LeaseTooOld(Exception):
    """The lease may have run out, so another worker may have the letter."""


class Connection(threading.Thread):
    """One SMTP connection, the group of letters that it has claimed, and their results."""

    def __init__(self, engine: "Engine", number: int) -> None:
        super().__init__(name=f"connection-{number}", daemon=True)
        self.engine = engine
        self.failures = engine.failures
        self.slow_downs = engine.slow_downs
        self.journal = Journal()
        self.transport = Transport(service_account(), before_dot=self.before_dot)
        self.rate = 0.0  # letters a second, as the last group went
        self.claims = claiming.Claims(self)
        self.lease_until = 0.0  # monotonic
        self.run_now = Run()  # whose letters are claimed; without a key while none are
        self.run_id = 0  # its key, and that of its sender, as each letter asks for them
        self.sender_id: int | None = None
        self.claimed: list[Claimed] = []
        self.results: list[Result] = []
        self.away = False  # the server turned this connection away while it takes others
        self.began = 0  # `failures.number` before this group was claimed
        self.current = 0  # the delivery whose letter is on its way
        self.same_file = SameFile()
        self.is_retiring = False  # it is one too many
        self.is_paced = False  # the letters in hand have their slots
        self.waiting = Waiting()
        self.spell = Spell()
        self.envelopes = Envelopes()
        self.second_look = SecondLook(self)

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
            self.claims.door.left(self)
            with contextlib.suppress(db.Error):
                self.claims.rest()
            restore.leave(self.journal, len(self.claimed))
            connection.close()
            if self.is_retiring:
                self.engine.pool.left(self)

    def turn(self) -> bool:
        """Store the results of the last group and claim the next. False: the engine is done."""
        while True:
            calls = self.engine.calls
            done, left = self.run_now, self.claims.left
            try:
                with self.engine.database_turn:
                    claimed = self.exchange_or_hold()
                if done.pk and done != self.run_now:
                    self.engine.close_run(done, left)
                if claimed:
                    return True
                if self.claims.settle():
                    continue
                if self.is_retiring and self.engine.pool.needs_again(self):
                    continue
                if self.is_retiring or self.engine.done_or_wait(calls, self):
                    return False
            except db.Error as error:
                if not self.database_failed(error):
                    return False

    def exchange_or_hold(self) -> list[Claimed]:
        """Store results and claim new letters, then clear the journal. Returns what is claimed.

        Returns [] after a restore of the database, which pauses all runs.
        """
        self.same_file.look()
        if self.results:
            self.envelopes.write_down(self.run_now)
            breaker.apply(self.run_now, self.results, self.failures, self.claims.door)
            slowing.apply(self.run_now, self.results, self.claims.turn, self.engine)
            self.claims.bookings.give_back(sum(not result.outcome for result in self.results))
        try:
            with transaction.atomic():
                run, claimed = self.exchange()
        except restore.Restored:  # the database does not know the letters in hand
            restore.notice()
            run = Run()
            claimed = []
            self.results = []
        self.claims.committed(run)
        self.journal.clear(len(self.results) + len(claimed))
        self.run_now = run
        self.run_id = run.pk or 0
        self.sender_id = run.sender_id
        self.claimed = claimed
        self.results = []
        logs.note(run=run.pk or "-")
        return claimed

    def database_failed(self, error: db.Error) -> bool:
        """Wait for the database; results stay in hand and in the journal. False: give up."""
        outage.begin(error)
        connection.close()
        self.claims.forget()
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
        if not self.engine.may_send() or self.engine.pool.retire(self):
            return Run(), []
        self.began = self.failures.number
        self.lease_until = time.monotonic() + LEASE.total_seconds()
        self.second_look.begin()
        return self.claims.next()

    def send_group(self) -> None:
        """Send what is claimed; what is not reached goes back to the queue."""
        self.waiting.begin()
        try:
            self.engine.group_begins(self)
            if not self.claims.door.is_quick:
                connection.close()  # it may wait for long, and the database has only so many
            self.use_account()
            self.send_claimed()
        finally:
            self.claims.door.is_slow = self.waiting.end()
            if self.claims.door.is_slow:
                self.engine.wake_up()  # others may work for this sender again
        self.claims.door.tell_news(self, self.engine.database_turn)

    def use_account(self) -> None:
        """Have the transport speak to the server of the run's sender."""
        account = self.claims.account
        if account and self.transport.account != account:
            self.transport.close()
            self.transport = Transport(account, before_dot=self.before_dot)

    def send_claimed(self) -> None:
        run = self.run_now
        self.away = False
        self.failures.begin(run.pk, self.began)
        try:
            letter = letter_of(run)
        except Exception as error:  # of any kind: it pauses only this run
            log.exception("run %s can not be made into letters", run.pk)
            self.failures.count(run.pk, Effect.REFUSED, words_of(error), IN_A_ROW)
            self.results = list(map(untried, self.claimed))
            return
        self.envelopes.begin(run, letter)
        self.second_look.claimed(run)
        self.is_paced = bool(self.claims.bookings.rate)
        started = time.monotonic()
        tries: list[Result | Try] = []
        letters = Prefetch(letter, self.journal).ready(self.claimed)
        ready: Ready | None = next(letters)
        while ready:
            spent = time.monotonic() - started
            if tries and not self.is_paced and spent > claiming.GROUP_LIMIT:
                break
            after = next(letters, None)
            following = None
            if after and after.octets and self.will_follow(spent, len(tries)):
                following = self.envelopes.of_following(after.row)
            tries.append(self.send_one(ready, following))
            ready = after
        self.claims.measure(len(tries), started)
        self.results = results_of(tries, self.claimed, self.claims.ends_at)
        self.failures.spare(run.pk, self.results)

    def will_follow(self, spent: float, sent: int) -> bool:
        """Whether the next letter comes right after one, `sent` of the group having left."""
        return not self.is_paced and claiming.will_follow(self.rate, spent, sent)

    def send_one(self, ready: Ready, following: Envelope | None) -> Result | Try:
        """Send one letter, if it may still be sent. Of a Try the group makes a Result later.

        `following` is the envelope of the letter that comes right after it, if that is sure.
        """
        row = ready.row
        if self.away or self.has_to_stop() or self.second_look.is_closed:
            return untried(row)
        if not ready.octets:
            if ready.unmade:
                self.failures.count(self.run_id, Effect.REFUSED, ready.reason)
            return Result(row, State.SKIPPED, row.tries, reason=ready.reason)
        if self.slow_downs.holds(self.sender_id, row.provider):
            return untried(row)
        if self.is_paced and not self.claims.bookings.wait(self.engine.stopping):
            return untried(row)
        self.current = row.id
        self.waiting.next_letter()
        try:
            outcome = self.envelopes.hand_in(self.transport, ready, following)
        except Left as left:
            return Result(row, State.SKIPPED, row.tries, reason=GONE[left.why])
        except (LeaseTooOld, Closed, db.Error):
            return untried(row)
        except JournalFull as error:
            log.error("the journal takes no more: %s", error)
            self.failures.count(self.run_id, Effect.CONNECTION, f"{DISK}: {error}", IN_A_ROW)
            return untried(row, reason=str(error))
        self.away = self.claims.door.turned_away(self, outcome, row.email)
        if self.away:
            return untried(row)
        try:
            self.journal.answer(row.id, outcome)
        except JournalFull as error:
            log.error("an answer is in hand, but not in the journal: %s", error)
        if not self.slow_downs.note(self.sender_id, row, outcome):
            self.failures.note(self.run_id, outcome, row.email)
        return row, outcome, datetime.now(UTC)  # Django's own takes three times as long

    def has_to_stop(self) -> bool:
        return not self.engine.may_send() or self.failures.enough(self.run_id, self.began)

    def before_dot(self) -> None:
        """Mark the letter in the journal; the transport calls this before its dot leaves."""
        if time.monotonic() > self.lease_until - MARGIN:
            raise LeaseTooOld
        self.second_look.take(self.current)
        self.journal.mark(self.current)

    def renew(self) -> None:
        """Renew the lease while the server is slow; the heartbeat's thread calls this."""
        until = time.monotonic() + LEASE.total_seconds()
        if ledger.renew(self.journal.token):
            self.lease_until = until

    def is_held_up(self) -> bool:
        """Whether it keeps its sender's pace, or waits for a slow server or the first answer."""
        return self.claims.is_paced or self.waiting.since > 0 and (
            not self.claims.door.is_quick or self.waiting.is_long())
