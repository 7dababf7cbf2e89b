"""One SMTP connection of a worker: it claims letters, sends them and stores the results.

It is a thread with a transport, a journal and a database connection of its own. It works for one
sender at a time, claims about 0.25 s of work, and waits for the network with no transaction open.
"""
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from django import db
from django.db import connection

from apps.mailings.attempts.explanations import DISK

from ..wire.account import service_account
from ..wire.transport import Envelope, Transport
from . import claiming, ledger, restore
from .envelopes import Envelopes
from .exchange import Exchange
from .failures import IN_A_ROW, Effect
from .group import Group
from .journal import Journal, JournalFull
from .ledger import LEASE
from .prefetch import GONE, Prefetch, Ready, letter_of, words_of
from .results import Result, State, Try, results_of, untried
from .second_look import Closed, Left, SecondLook
from .spell import Spell
from .waiting import Waiting

if TYPE_CHECKING:
    from .engine import Engine

log = logging.getLogger("vestnik.delivery")
MARGIN = 5  # seconds of the lease that must be left when a dot leaves


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
        self.group = Group(self.claims.door)  # that is in hand
        self.door = self.claims.door  # of the server that has its letters
        self.started = 0.0  # monotonic: when its first letter was on its way
        self.is_measured = False  # how quick it went
        self.exchange = Exchange(self)
        self.away = False  # the server turned this connection away while it takes others
        self.began = 0  # `failures.number` before this group was claimed
        self.current = 0  # the delivery whose letter is on its way
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
            while self.exchange.turn():
                self.send_group(self.group)
        except Exception:
            log.exception("a connection of the sender ended")
            self.engine.failed.set()
        finally:
            self.transport.close()
            self.claims.door.left(self)
            with contextlib.suppress(db.Error):
                self.claims.rest()
            restore.leave(self.journal, len(self.exchange.in_hand()))
            connection.close()
            if self.is_retiring:
                self.engine.pool.left(self)

    def send_group(self, group: Group) -> None:
        """Send what is claimed; what is not reached goes back to the queue."""
        self.door = group.door
        self.waiting.begin()
        try:
            self.engine.group_begins(self)
            if not group.door.is_quick:
                connection.close()  # it may wait for long, and the database has only so many
            self.use_account()
            self.send_claimed(group)
        finally:
            group.door.is_slow = self.waiting.end()
            if group.door.is_slow:
                self.engine.wake_up()  # others may work for this sender again
        self.exchange.join(group)
        group.door.tell_news(self, group.run_id, self.engine.database_turn)

    def use_account(self) -> None:
        """Have the transport speak to the server of the run's sender."""
        account = self.claims.account
        if account and self.transport.account != account:
            self.transport.close()
            self.transport = Transport(account, before_dot=self.before_dot)

    def send_claimed(self, group: Group) -> None:
        run = group.run
        self.failures.begin(run.pk, self.began)
        try:
            letter = letter_of(run)
        except Exception as error:  # of any kind: it pauses only this run
            log.exception("run %s can not be made into letters", run.pk)
            self.failures.count(run.pk, Effect.REFUSED, words_of(error), IN_A_ROW)
            group.results += map(untried, group.claimed)
            return
        self.envelopes.begin(run, letter)
        self.second_look.claimed(group)
        self.is_paced = bool(self.claims.bookings.rate)
        tries = self.send_letters(group, Prefetch(letter, self.journal).ready(group.claimed))
        results = results_of(tries, group.claimed, run.ends_at)
        self.failures.spare(run.pk, results)
        group.results += results

    def send_letters(self, group: Group, letters: Iterator[Ready]) -> list[Result | Try]:
        """Send the letters of `group`; return those tries whose results are not stored yet."""
        tries: list[Result | Try] = []
        self.is_measured = False
        self.started = time.monotonic()
        ready: Ready | None = next(letters)
        while ready:
            spent = time.monotonic() - self.started
            if tries and not self.is_paced and spent > claiming.GROUP_LIMIT:
                break
            after = next(letters, None)
            following = None
            meanwhile = None
            if after and after.octets and self.will_follow(spent, len(tries)):
                following = self.envelopes.of_following(after.row)
            elif not after and self.exchange.is_worth_it(group, tries):
                meanwhile = partial(self.exchange_beside, group, tries)
            tries.append(self.send_one(group, ready, following, meanwhile))
            ready = after
        if not self.is_measured:
            self.claims.measure(len(tries), self.started)
        return tries

    def exchange_beside(self, group: Group, tries: list[Result | Try]) -> None:
        """Do what is to be done between two groups, while the last letter's answer is awaited."""
        self.waiting.end()
        self.claims.measure(len(tries), self.started)
        self.is_measured = True
        try:
            self.exchange.beside(group, tries)
        finally:
            self.waiting.begin()

    def will_follow(self, spent: float, sent: int) -> bool:
        """Whether the next letter comes right after one, `sent` of the group having left."""
        return not self.is_paced and claiming.will_follow(self.rate, spent, sent)

    def send_one(self, group: Group, ready: Ready, following: Envelope | None,
                 meanwhile: Callable[[], object] | None = None) -> Result | Try:
        """Send one letter, if it may still be sent. Of a Try the group makes a Result later.

        `following` is the envelope of the letter that comes right after it, if that is sure.
        `meanwhile` is called while the answer to its dot is awaited.
        """
        row = ready.row
        if self.away or self.has_to_stop(group.run_id) or self.second_look.is_closed:
            return untried(row)
        if not ready.octets:
            if ready.unmade:
                self.failures.count(group.run_id, Effect.REFUSED, ready.reason)
            return Result(row, State.SKIPPED, row.tries, reason=ready.reason)
        if self.slow_downs.holds(group.sender_id, row.provider):
            return untried(row)
        if self.is_paced and not self.claims.bookings.wait(self.engine.stopping):
            return untried(row)
        self.current = row.id
        self.waiting.next_letter()
        try:
            outcome = self.envelopes.hand_in(self.transport, ready, following, meanwhile)
        except Left as left:
            return Result(row, State.SKIPPED, row.tries, reason=GONE[left.why])
        except (LeaseTooOld, Closed, db.Error):
            return untried(row)
        except JournalFull as error:
            log.error("the journal takes no more: %s", error)
            self.failures.count(group.run_id, Effect.CONNECTION, f"{DISK}: {error}", IN_A_ROW)
            return untried(row, reason=str(error))
        if group.door is self.claims.door:  # else an exchange that failed has left it
            self.away = group.door.turned_away(self, outcome, row.email)
        if self.away:
            return untried(row)
        try:
            self.journal.answer(row.id, outcome)
        except JournalFull as error:
            log.error("an answer is in hand, but not in the journal: %s", error)
        if not self.slow_downs.note(group.sender_id, row, outcome):
            self.failures.note(group.run_id, outcome, row.email)
        return row, outcome, datetime.now(UTC)  # Django's own takes three times as long

    def has_to_stop(self, run_id: int) -> bool:
        return not self.engine.may_send() or self.failures.enough(run_id, self.began)

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
            not self.door.is_quick or self.waiting.is_long())
