"""Between two groups: a connection stores its results and claims the next, in one transaction.

Where a server takes its time for each letter, that is done while the answer to the last letter of a
group is on its way: the database's time costs none of the server's then. The letter has its mark in
the journal, and its result is stored with those of the group that follows.
"""
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django import db
from django.db import connection as database
from django.db import transaction

from apps.core import logs
from apps.core.outage import SameFile, outage
from apps.statistics import counting

from . import breaker, ledger, restore, slowing
from .claiming import GROUP_LIMIT
from .group import Group
from .ledger import LEASE
from .provider_turns import ANY
from .results import Result, Try, results_of, untried

if TYPE_CHECKING:
    from .connection import Connection

DATABASE_PAUSE = 1
SLOW = 100  # letters a second: a quicker server answers before there is time to do anything


class Exchange:
    """The exchanges of one connection with the database, whose `group` they replace."""

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.engine = connection.engine
        self.same_file = SameFile()
        self.late: Group | None = None  # whose last letter's result is not stored yet
        self.is_ahead = False  # the next group was claimed while the last letter went
        self.claimed_at = 0.0  # monotonic: when, then
        self.error: Exception | None = None  # of an exchange beside a letter

    def turn(self) -> bool:
        """Store the results of the last group and claim the next. False: the engine is done."""
        connection = self.connection
        while True:
            calls = self.engine.calls
            try:
                if self.was_done_beside() or self.exchange():
                    return True
                if connection.claims.settle():
                    continue
                if connection.is_retiring and self.engine.pool.needs_again(connection):
                    continue
                if connection.is_retiring or self.engine.done_or_wait(calls, connection):
                    return False
            except db.Error as error:
                if not self.database_failed(error):
                    return False

    def was_done_beside(self) -> bool:
        """Whether the next group is there already. Raises what went wrong as it was claimed.

        One that has waited for a slow answer goes back: its run may have been paused meanwhile.
        """
        error, self.error = self.error, None
        if error:
            raise error
        is_ahead, self.is_ahead = self.is_ahead, False
        if is_ahead and time.monotonic() - self.claimed_at > GROUP_LIMIT:
            group = self.connection.group
            group.results += map(untried, group.claimed)
            return False
        return is_ahead

    def exchange(self) -> bool:
        """Store and claim while no letter is on its way. Returns whether letters are claimed."""
        stored = self.with_results()
        with self.engine.database_turn:
            self.connection.group = self.store_and_claim(stored)
        self.close_runs(stored)
        return bool(self.connection.group.claimed)

    def with_results(self) -> list[Group]:
        """Return whose results are to be stored: the group's, and those of the one before it."""
        groups = [self.late, self.connection.group]
        return [group for group in groups if group and group.results]

    def is_worth_it(self, group: Group, tries: list[Result | Try]) -> bool:
        """Whether to store `tries` and claim more while the last letter of `group` has no answer.

        Only where all went well, and nothing that is limited is in hand: else the next claim
        depends on the answer.
        """
        connection = self.connection
        usual = group.door.is_quick and group.turn is ANY and not connection.claims.bookings.held
        if not usual or not 0 < connection.rate < SLOW or not tries:
            return False
        if not connection.engine.may_send() or not connection.journal.has_room():
            return False
        return all(isinstance(one, tuple) and one[1].accepted for one in tries)

    def beside(self, group: Group, tries: list[Result | Try]) -> None:
        """Store `tries` and claim the next group, while the last letter of `group` has no answer.

        Afterwards that letter is all that is left of it. An error waits for the next turn: it says
        nothing of the letter.
        """
        connection = self.connection
        earlier = group.results
        group.results = earlier + results_of(tries, (), group.run.ends_at)
        stored = self.with_results()
        self.claimed_at = time.monotonic()
        try:
            with self.engine.database_turn:
                following = self.store_and_claim(stored, beside=True)
        except Exception as error:
            self.error = error
            group.results = earlier
            return
        tries.clear()
        group.results = []
        group.claimed = group.claimed[-1:]
        if following.claimed:
            self.late = group
            self.is_ahead = True
            connection.group = following
        self.close_runs(one for one in stored if one is not group)

    def join(self, group: Group) -> None:
        """Have the last result of `group` be stored as one of the group that follows, if it may."""
        following = self.connection.group
        if self.late is group and following.may_join(group):
            following.results = group.results
            self.late = None

    def store_and_claim(self, stored: Sequence[Group], *, beside: bool = False) -> Group:
        """Store the results of groups and claim the next, then clear the journal. Returns it.

        With `beside` the journal's last line stays: the mark of a letter that is on its way.
        Returns a Group of nothing after a restore of the database, which pauses all runs.
        """
        connection = self.connection
        self.same_file.look()
        connection.envelopes.write_down()
        for group in stored:
            breaker.apply(group.run, group.results, connection.failures, group.door)
            slowing.apply(group.run, group.results, group.turn, self.engine)
        connection.claims.bookings.give_back(
            sum(not result.outcome for result in connection.group.results))
        try:
            with transaction.atomic():
                following, moved = self.exchange_in_transaction(stored, beside)
        except restore.Restored:  # the database does not know the letters in hand
            restore.notice()
            following, moved = Group(connection.claims.door), 0
        connection.claims.committed(following.run)
        connection.journal.clear(moved, but_last=beside)
        connection.away = False
        self.late = None
        logs.note(run=following.run_id or "-")
        return following

    def exchange_in_transaction(self, stored: Sequence[Group],
                                beside: bool) -> tuple[Group, int]:
        """Return the next group, and how many letters have moved: stored ones, and claimed ones.

        Results are counted too, so that a backup from before they were stored shows as one.
        """
        journal = self.connection.journal
        restore.verify()
        for group in stored:
            counts, tries = ledger.store(group.run, group.results, journal.token)
            counting.add(group.run_id, counts, tries)
        following = self.claim(beside)
        moved = sum(len(group.results) for group in stored) + len(following.claimed)
        if moved:
            restore.write_letters_taken(journal.token, journal.letters + moved)
        return following, moved

    def claim(self, beside: bool) -> Group:
        """Claim the next group; of nothing when nothing waits."""
        connection = self.connection
        if not self.engine.may_send() or self.engine.pool.retire(connection):
            return Group(connection.claims.door)
        connection.began = connection.failures.number
        connection.lease_until = time.monotonic() + LEASE.total_seconds()
        connection.second_look.begin()
        return connection.claims.next(beside=beside)

    def close_runs(self, groups: Iterable[Group]) -> None:
        """Finish the runs of groups that are over, and are not gone on with."""
        for group in groups:
            if group.run_id != self.connection.group.run_id:
                self.engine.close_run(group.run, group.left)

    def in_hand(self) -> set[int]:
        """Return the ids of the deliveries whose results are not stored."""
        groups = [group for group in (self.late, self.connection.group) if group]
        results = {result.delivery.id for group in groups for result in group.results}
        return results | {row.id for group in groups for row in group.claimed}

    def database_failed(self, error: db.Error) -> bool:
        """Wait for the database; results stay in hand and in the journal. False: give up."""
        outage.begin(error)
        database.close()
        self.connection.claims.forget()
        if self.engine.stopping.is_set() and not self.with_results():
            return False
        time.sleep(DATABASE_PAUSE)
        try:
            ledger.abandon(self.connection.journal.token, self.in_hand())
        except db.Error:
            database.close()
        return True
