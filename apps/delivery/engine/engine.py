"""The engine of a worker: connections that claim and send letters until nothing is left.

Between groups it asks the database which runs may go on, so that a pause, a block, a disabled
mailing or the end of the window takes effect within one group, about 0.25 s of work.
"""
import contextlib
import threading
import time
from collections.abc import Collection

from django import db
from django.conf import settings

from apps.mailings.models import Run
from apps.mailings.runs import Preparation

from . import admission, failures, recovery
from .connection import Connection
from .ledger import LEASE
from .runnable import runs_with_letters

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
        self.failed = threading.Event()
        self.news = threading.Condition()
        self.calls = 0
        self.waiting = 0
        self.awaits_rows = False  # of its runs; a patient engine waits for anything
        # PostgreSQL orders its writers itself.
        self.database_turn: contextlib.AbstractContextManager = (
            threading.Lock() if db.connection.vendor == "sqlite" else contextlib.nullcontext())
        self.failures = failures.Failures()
        self.admission = admission.Admission(self.size)
        self.connections: list[Connection] = []

    def start(self) -> None:
        """Start the connections' threads. Call it once, and `recover` each second from then on."""
        recovery.recover()
        self.awaits_rows = not self.patient and self.rows_are_made_now()
        self.connections = [Connection(self, number) for number in range(self.size)]
        for connection in self.connections:
            connection.start()

    def stop(self) -> None:
        """Claim nothing more; letters in hand still get their answers."""
        self.stopping.set()
        self.wake_up()

    def join(self, timeout: float) -> bool:
        """Wait for the connections, `timeout` seconds at most. Returns whether all have ended."""
        deadline = time.monotonic() + timeout
        for connection in self.connections:
            connection.join(max(0, deadline - time.monotonic()))
            if connection.is_alive():
                return False
        return True

    def renew_leases(self) -> None:
        """Renew the leases of letters that a slow server has. Call it each second."""
        soon = time.monotonic() + LEASE.total_seconds() / 2
        for connection in self.connections:
            if connection.claimed and connection.lease_until < soon:
                connection.renew()

    def recover(self) -> None:
        with self.database_turn:
            recovery.recover()

    def look(self) -> None:
        """Wake waiting connections if there is something to send. Costs one query."""
        if self.waiting and self.runnable():
            self.wake_up()

    def wake_up(self) -> None:
        """Have the connections look for letters."""
        with self.news:
            self.calls += 1
            self.news.notify_all()

    def runnable(self) -> list[tuple[Run, int]]:
        """Return the runs that this engine may send now, each with its number of letters left."""
        return runs_with_letters(self.run_ids)

    def rows_are_made_now(self) -> bool:
        """Whether the ledger of one of this engine's runs is still being made."""
        mine = self.run_ids or ()
        runs = Preparation.objects.filter(run__in=mine, run__state=Run.State.RUNNING)
        return runs.exists()

    def share(self, left: int) -> int:
        """Return how many of the `left` letters of a run one connection may claim.

        With this share all connections end at the same time.
        """
        in_hand = sum(len(connection.claimed) for connection in self.connections)
        return (left - in_hand * self.all // self.size) // self.all

    def done_or_wait(self, calls: int) -> bool:
        """Return True when the engine is done; else wait for letters and return False.

        `calls` is what `self.calls` was before the look that found no letters.
        """
        if self.stopping.is_set():
            return True
        if settings.SENDER_RATE and self.runnable():
            return self.stopping.wait(0.05)  # other connections have booked the time
        if not self.patient and not any(connection.claimed for connection in self.connections):
            if self.awaits_rows:
                self.awaits_rows = self.rows_are_made_now()  # after the last one it looks again
                return self.stopping.wait(0.1)
            self.wake_up()
            return True
        with self.news:
            self.waiting += 1
            self.news.wait_for(lambda: self.calls != calls, IDLE)
            self.waiting -= 1
        return self.stopping.is_set()
