"""What a connection claims next: of which run, by which sender's server, and how many letters."""
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from apps.core.secrets import Unreadable
from apps.mailings.models import Run
from apps.mailings.senders.models import Sender

from ..wire.account import Account, account_of
from . import breaker, ledger, openings
from .admission import Admission
from .doors import KEPT, NOBODY
from .group import Group
from .prefetch import letter_loaded
from .provider_turns import ANY, Turn, turns_of
from .results import Claimed
from .runnable import NO_ONE, RUNS, Queued
from .throttle import Bookings

if TYPE_CHECKING:
    from .connection import Connection

GROUP_SECONDS = 0.25  # of work in one claim
GROUP_LIMIT = 0.4  # seconds after which the rest of a group goes back: the server has slowed down
FIRST_GROUP = 100  # letters, while nobody knows how quick the server is
FEW = 8  # letters that a group may have although they take longer than GROUP_SECONDS
LARGEST_GROUP = 700
LAST_GROUPS = 100  # letters; the end of a run is not shared out in smaller groups than this
NOTHING = NO_ONE, ""
SLICE = 2  # seconds that a connection works for a sender while others have none


class Claims:
    """The claims of one connection, and for whom it works.

    It works for one sender at a time: `sender_id`, by `account`, and has a place at its `door`.
    """

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.engine = connection.engine
        self.token = connection.journal.token
        self.bookings = Bookings()
        self.door = Admission(0)
        self.account: Account | None = None
        self.sender_id: int | None = NO_ONE
        self.turn = ANY  # whose mailboxes the letters are for, where they leave by provider
        self.limited = False  # the sender may have so many connections and no more
        self.slice_ends = 0.0  # monotonic
        # For whom the database knows this connection to work: sender and provider.
        self.noted: tuple[int | None, str] = NOTHING
        self.is_noted = False  # it may know
        self.reached: dict[tuple[int, str], int] = {}  # run and provider: the highest claimed id
        self.is_paced = False  # the sender may have so many letters a minute and no more
        self.elsewhere = 0  # connections of other processes that work for the sender
        self.must_hang_up = False  # before it may work for another sender
        self.passed_by: set[int] = set()  # senders that just now have no letter or place to give
        self.must_look_again = False
        self.holds_rows = False  # of the throttle: this transaction must not ask for others
        self.unreadable: set[int] = set()  # senders whose passwords can not be read
        self.senders: dict[int, tuple[Any, Sender | None]] = {}  # and their versions

    def next(self, *, beside: bool = False) -> Group:
        """Claim letters of a run, as one group; of nothing when nothing waits.

        With `beside` a letter is on its way still: nothing is claimed but more for its sender,
        whose place and server the connection has. Call it in a transaction.
        """
        own_turn = time.monotonic() < self.slice_ends
        self.holds_rows = False
        passed_by = len(self.passed_by)
        runs = self.engine.runnable(
            self.connection, passed_by=self.passed_by, token=self.token, own=self.sender_id,
            is_own_turn=own_turn)
        for queued in runs:
            run = queued.run
            if beside and (run.sender_id != self.sender_id or queued.by_provider):
                break
            if self.limited and run.sender_id != self.sender_id:
                self.must_hang_up = True
                break
            claimed = self.claim(queued, beside)
            if claimed:
                self.passed_by.clear()
                letter_loaded(run)
                return Group(self.door, run, claimed, self.turn, queued.left)
            if self.must_look_again:
                break
        if len(runs) == RUNS and len(self.passed_by) > passed_by:
            self.must_look_again = True  # there may be more
        return Group(self.door)

    def claim(self, queued: Queued, beside: bool) -> list[Claimed]:
        """Claim letters of a run, where there is a place for them; `beside` as `next` says."""
        run = queued.run
        self.look_up_sender(queued)
        try:
            account = account_of(run.sender)
        except Unreadable:
            self.unreadable.add(run.sender_id or NOBODY)
            return []
        door = self.engine.doors.to(run.sender_id, account)
        if beside and door is not self.door or not door.may_send(self.connection):
            return []
        claimed = self.claim_by(door, queued)
        if claimed:
            if not door.is_quick:
                self.engine.pool.tried()
            self.work_for(run.sender, account, door)
        elif door is not self.door:
            door.left(self.connection)
        return claimed

    def look_up_sender(self, queued: Queued) -> None:
        """Have the run know its sender, which is read once until it changes."""
        run = queued.run
        if run.sender_id is None:
            return
        version, known = self.senders.get(run.sender_id, (None, None))
        if version == queued.sender_version:
            run.sender = known
            return
        if len(self.senders) >= KEPT:
            self.senders.clear()
        self.senders[run.sender_id] = queued.sender_version, run.sender

    def claim_by(self, door: Admission, queued: Queued) -> list[Claimed]:
        """Claim letters for the first of the turns that has some to give."""
        rate = self.connection.rate if door is self.door else door.rate
        for turn in self.turns_of(queued):
            claimed = self.claim_turn(queued, turn, rate)
            if claimed:
                self.turn = turn
                mine = self.engine.pool.others_of(self.connection, queued.run.sender_id)
                self.elsewhere = queued.others - mine
                self.note_reached(queued.run.pk, claimed[-1].id)
                self.bookings.book(len(claimed))
                return claimed
        if queued.by_provider or settings.SENDER_RATE or has_limits(queued.run.sender):
            self.bookings.forget()
            self.pass_by(queued.run)
        return []

    def note_reached(self, run_id: int, delivery_id: int) -> None:
        """Begin the next claim of these letters there: before, there may be many dead entries."""
        if any(run != run_id for run, _ in self.reached):
            self.reached.clear()
        self.reached[run_id, self.turn.provider] = delivery_id

    def claim_turn(self, queued: Queued, turn: Turn, rate: float) -> list[Claimed]:
        run = queued.run
        is_counted = turn.connections is not None or has_few_connections(run.sender)
        self.holds_rows |= is_counted
        if is_counted and not self.note(run.sender, turn):
            return []
        booked = turn.provider if turn.is_booked else ""
        size = self.bookings.limit(run.sender, group_size(rate), booked)
        self.holds_rows |= bool(self.bookings.held)
        size = min(size, self.connection.spell.left(turn, self.connection.transport))
        if not size:
            return []
        if not is_counted:
            self.note(run.sender, turn)
        share = max(LAST_GROUPS if rate else 1, self.engine.share(run.pk, queued.left))
        reached = self.reached.get((run.pk, turn.provider), 0)
        provider = turn.provider if queued.by_provider else None
        return ledger.claim(run.pk, min(size, share), self.token, reached, provider)

    def turns_of(self, queued: Queued) -> list[Turn]:
        """Return whose letters of the run may leave now, the next one first."""
        if not queued.by_provider:
            return [ANY]
        return turns_of(queued.run, self.token, timezone.now().date())

    def pass_by(self, run: Run) -> None:
        """Look at others' letters, in another transaction if this one has locked a row."""
        self.passed_by.add(run.sender_id or NOBODY)
        self.must_look_again = self.holds_rows
        self.engine.meets_limits = True

    def note(self, sender: Sender | None, turn: Turn) -> bool:
        """Tell the database for whom the connection works.

        False: the sender, or its letters to the turn's provider, have enough others.
        """
        sender_id = sender.pk if sender else None
        most = sender.connections if sender else None
        if most is None and turn.connections is None and self.noted == (sender_id, turn.noted):
            return True
        self.noted = NOTHING  # until the transaction has ended well
        self.is_noted = True
        return openings.take(self.token, sender_id, most, turn)

    def work_for(self, sender: Sender | None, account: Account, door: Admission) -> None:
        if door is not self.door:
            self.door.left(self.connection)
            self.door = door
            self.connection.rate = door.rate
        sender_id = sender.pk if sender else None
        if sender_id != self.sender_id or time.monotonic() >= self.slice_ends:
            self.slice_ends = time.monotonic() + SLICE
        self.sender_id = sender_id
        self.account = account
        self.limited = has_few_connections(sender)
        self.is_paced = sender is not None and sender.per_minute is not None
        self.engine.meets_limits |= self.is_paced or self.turn is not ANY

    def measure(self, letters: int, started: float) -> None:
        """Note how quick the group of so many `letters` was, which began then (monotonic).

        A pace says nothing of how quick the server is.
        """
        connection = self.connection
        connection.spell.carried(self.turn, letters, connection.transport)
        if not self.bookings.rate:
            started = max(started, connection.transport.connected_at)  # without the connecting
            connection.rate = letters / max(time.monotonic() - started, 1e-6)
            self.door.rate = connection.rate

    def committed(self, run: Run) -> None:
        """Call it when the transaction that claimed letters of `run` has ended well."""
        if run.pk:
            self.noted = self.sender_id, self.turn.noted

    def forget(self) -> None:
        """Call it when the transaction may have failed: what the database knows is not known."""
        self.noted = NOTHING
        self.bookings.forget()

    def settle(self) -> bool:
        """Do what must be done before anything can be claimed; where nothing must, work for nobody.

        Returns whether something was done, so that the next look may find letters.
        """
        settled = self.must_hang_up or self.must_look_again or bool(self.unreadable)
        if self.limited and (self.must_hang_up or not settled):
            self.connection.transport.close()
        with self.engine.database_turn:
            for sender_id in self.unreadable:
                breaker.pause_sender(sender_id, Run.Reason.SENDER)
            if self.must_hang_up or not settled:
                self.rest()
        self.must_hang_up = False
        self.must_look_again = False
        self.unreadable.clear()
        if not settled:
            self.passed_by.clear()
        return settled

    def rest(self) -> None:
        """Work for nobody. A place at a server that has an open connection stays."""
        if self.is_noted:
            openings.release(self.token)
        self.is_noted = False
        self.noted = NOTHING
        if self.connection.transport.connection is None:
            self.door.left(self.connection)
            self.limited = False

    def hang_up(self) -> None:
        """Leave the place at the server to others."""
        self.connection.transport.close()
        self.door.left(self.connection)


def has_limits(sender: Sender | None) -> bool:
    return sender is not None and sender.has_limits


def has_few_connections(sender: Sender | None) -> bool:
    return sender is not None and sender.connections is not None


def group_size(rate: float) -> int:
    """Return how many letters to claim: more from a quick server, so that commits are few."""
    if not rate:
        return FIRST_GROUP
    some = max(rate * GROUP_SECONDS, min(FEW, rate * GROUP_LIMIT))
    return max(1, min(LARGEST_GROUP, int(some)))


def will_follow(rate: float, spent: float, sent: int) -> bool:
    """Whether the next letter, after `sent` in `spent` seconds, is within GROUP_LIMIT."""
    if not sent:
        return rate * GROUP_LIMIT > 1
    return spent + spent / sent < GROUP_LIMIT
