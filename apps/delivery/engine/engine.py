"""The engine of a worker: connections that claim and send letters until nothing is left.

Between groups it asks the database which runs may go on, so that a pause, a block, a disabled
mailing or the end of the window takes effect within one group, about 0.25 s of work.
"""
import contextlib
import threading
import time
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django import db
from django.conf import settings

from apps.core.outage import outage
from apps.mailings.models import Run
from apps.mailings.preparations import Preparation

from ..wire.lasting_key import lasting_key
from . import failures, openings, recovery, slowing, throttle, transitions
from .claiming import LARGEST_GROUP
from .connection import Connection
from .doors import Doors
from .ledger import LEASE
from .pool import Pool
from .runnable import Queued, runs_with_letters

A_MINUTE = timedelta(seconds=61)  # in which the next letter of any pace is due
IDLE = 60  # seconds after which a connection looks for letters although nobody woke it


class Engine:
    """Sends what may be sent; with `run_ids`, only those runs.

    It ends when it is stopped, or when none of its `run_ids` has a letter to send now; a `patient`
    one waits for more.
    """

    def __init__(self, *, connections: int | None = None, run_ids: Collection[int] | None = None,
                 patient: bool = False) -> None:
        self.patient = patient or run_ids is None
        self.size: int = connections or settings.SENDER_CONNECTIONS
        self.all: int = max(self.size, settings.SENDER_CONNECTIONS)  # those of all processes
        self.run_ids = run_ids
        self.stopping = threading.Event()
        self.is_open = True  # for claiming
        self.failed = threading.Event()
        self.news = threading.Condition()
        self.calls = 0
        self.waiting = 0
        self.meets_limits = bool(settings.SENDER_RATE)  # or those of senders
        self.polling = threading.Lock()
        self.awaits_rows = False  # of its runs; a patient engine waits for anything
        # PostgreSQL orders its writers itself.
        self.database_turn: contextlib.AbstractContextManager = (
            threading.Lock() if db.connection.vendor == "sqlite" else contextlib.nullcontext())
        self.failures = failures.Failures()
        self.slow_downs = slowing.SlowDowns()
        self.doors = Doors(self.size, self.wake_up)
        self.pool = Pool(self, self.size)

    @property
    def connections(self) -> list[Connection]:
        return self.pool.living()

    def start(self) -> None:
        """Start the connections' threads. Call it once, and `recover` each second from then on."""
        recovery.recover()
        lasting_key()  # made before the first claim
        self.awaits_rows = not self.patient and self.rows_are_made_now()
        self.pool.grow()

    def tend(self) -> None:
        """Start connections in place of those that wait for their servers. Call it often."""
        for connection in self.connections:
            if connection.waiting.is_long():
                connection.door.is_slow = True
                connection.waiting.park()
        self.grow()
        if self.waiting and self.pool.has_surplus():
            self.wake_up()

    def open(self) -> None:
        """Claim letters again, after `close`."""
        self.is_open = True
        self.wake_up()

    def close(self) -> None:
        """Claim nothing more until `open`; connections live on, and letters get their answers."""
        self.is_open = False

    def may_send(self) -> bool:
        """Whether connections may claim letters, and begin with those that they have."""
        return self.is_open and not self.stopping.is_set()

    def is_busy(self) -> bool:
        """Whether a connection has letters and has not been waiting for its server for long."""
        return any(one.group.claimed and not (one.door.is_slow or one.waiting.is_long())
                   for one in self.connections)

    def stop(self) -> None:
        """Claim nothing more; letters in hand still get their answers."""
        self.stopping.set()
        self.pool.close()
        self.wake_up()

    def join(self, timeout: float) -> bool:
        """Wait for the connections, `timeout` seconds at most. Returns whether all have ended."""
        return self.pool.join(timeout)

    def renew_leases(self) -> None:
        """Renew the leases of letters that a slow server has. Call it each second."""
        soon = time.monotonic() + LEASE.total_seconds() / 2
        for connection in self.connections:
            if connection.group.claimed and connection.lease_until < soon:
                connection.renew()

    def renew_openings(self) -> None:
        """Go on to count as connections of their senders. Call it every few seconds."""
        tokens = [connection.journal.token for connection in self.connections
                  if connection.claims.is_noted]
        if tokens:
            openings.renew(tokens)

    def look(self) -> None:
        """Wake waiting connections if there is something to send. Costs one query."""
        if self.is_open and self.waiting and self.runnable():
            self.wake_up()

    def group_begins(self, connection: Connection) -> None:
        """Have others work beside a connection that begins to wait, or that looked for them all."""
        is_held_up = connection.is_held_up()
        if is_held_up or self.meets_limits:
            self.call_one()
        if is_held_up:
            self.grow()

    def close_run(self, run: Run, left: int) -> None:
        """Finish the run if it is over. If the database fails now, recovery does it later.

        So many letters were `left` when its last group was claimed. While others have some of them
        it is not over.
        """
        if left > self.all * LARGEST_GROUP:
            return
        try:
            with self.database_turn:
                transitions.close_run(run)
        except db.Error as error:
            outage.begin(error)
            db.connection.close()

    def call_one(self) -> None:
        """Have one waiting connection look for letters."""
        with self.news:
            self.calls += 1
            self.news.notify()

    def grow(self) -> None:
        """Start connections if too few work and there is something to send."""
        if self.is_open and self.pool.has_too_few():
            with contextlib.suppress(db.Error):
                if self.runnable():
                    self.pool.grow()

    def wake_up(self) -> None:
        """Have the connections look for letters."""
        with self.news:
            self.calls += 1
            self.news.notify_all()

    def runnable(self, connection: Connection | None = None, *, passed_by: Collection[int] = (),
                 **asking: Any) -> list[Queued]:
        """Return the runs that this engine may send now.

        `connection`, if any, asks for itself, as `runs_with_letters` says, and has `passed_by`
        these senders.
        """
        room = self.doors.room(connection, all_taken=self.pool.all_taken())
        room.full.extend(passed_by)
        return runs_with_letters(self.run_ids, room=room, **asking)

    def rows_are_made_now(self) -> bool:
        """Whether the ledger of one of this engine's runs is still being made."""
        mine = self.run_ids or ()
        runs = Preparation.objects.filter(run__in=mine, run__state=Run.State.RUNNING)
        return runs.exists()

    def share(self, run_id: int, left: int) -> int:
        """Return how many of the `left` letters of a run one connection may claim.

        With this share all connections end at the same time.
        """
        groups = [connection.group for connection in self.connections]
        in_hand = sum(len(group.claimed) for group in groups if group.run_id == run_id)
        return (left - in_hand * self.all // self.size) // self.all

    def done_or_wait(self, calls: int, connection: Connection) -> bool:
        """Return True when the engine is done; else wait for letters and return False.

        `calls` is what `self.calls` was before the look of `connection` that found no letters.
        """
        if self.stopping.is_set():
            return True
        is_first = self.is_open and self.polling.acquire(blocking=False)
        if is_first:  # it looks for all that wait
            try:
                if rest := self.seconds_of_pace():
                    with self.news:
                        self.news.wait_for(lambda: self.calls != calls, rest)
                    if self.doors.room(connection, all_taken=False).full:
                        self.call_one()  # who waits beside may have the place that this one lacks
                    return self.stopping.is_set()
            finally:
                self.polling.release()
        if self.calls != calls:
            return False
        if is_first and not self.patient and not self.has_letters_in_hand():
            if self.awaits_rows:
                self.awaits_rows = self.rows_are_made_now()  # after the last one it looks again
                return self.stopping.wait(0.1)
            self.pool.close()
            self.wake_up()
            return True
        with self.news:
            self.waiting += 1
            self.news.wait_for(lambda: self.calls != calls, IDLE)
            self.waiting -= 1
        return self.stopping.is_set()

    def has_letters_in_hand(self) -> bool:
        return any(connection.group.claimed for connection in self.connections)

    def seconds_of_pace(self) -> float:
        """Return how long to wait where a limit alone holds letters up for a moment; else 0."""
        if self.meets_limits:
            if soon := self.runnable(ahead=throttle.SOON):
                return throttle.seconds_until_free({queued.run.sender_id for queued in soon})
        if not self.patient and self.runnable(ahead=A_MINUTE):
            return 0.5
        return 0
