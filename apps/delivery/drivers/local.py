"""A worker: its lock on SQLite, its heartbeat, its engine, and the clock."""
import contextlib
import fcntl
import threading
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.core.outage import steadily
from apps.core.processes import Child, Stop
from apps.mailings.hours.services import openings_roll

from ..engine import recovery
from ..engine.bell import Listener, Pipe, open_bell
from ..engine.engine import Engine
from ..schedule import Clock
from .heartbeat import Heartbeat, Sends
from .preparer import Preparer

GLANCE = 0.2  # seconds in which a stop is noticed
REST = 10  # seconds between rounds of recovery while runs only wait


class Busy(Exception):
    """Another process sends, and on SQLite only one may."""


@contextlib.contextmanager
def sending_lock() -> Iterator[None]:
    """Hold the sending lock of SQLite; no-op elsewhere. Raises Busy.

    The kernel frees the lock when the process dies.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with open(settings.DATA_DIR / "sender.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield


class SendingProcess(Heartbeat):
    """Engine and heartbeat, with all upkeep; `keep_clock` starts due mailings too."""

    def __init__(self, *, keep_clock: bool, **engine: Any) -> None:
        super().__init__(self.make_engine(**engine))
        self.clock = Clock() if keep_clock else None
        self.preparer = Preparer(self.engine.database_turn)
        self.stopping: threading.Event | Stop = threading.Event()
        self.next_recovery = 0.0  # monotonic
        self.bell: Pipe | Listener | None = None
        self.beside: list[Child] = []  # processes that are kept running while this one works

    def make_engine(self, **options: Any) -> Sends:
        return Engine(**options)

    def start(self) -> None:
        self.bell = self.bell or open_bell()
        super().start()
        self.preparer.wake()
        self.preparer.start()

    def rest(self, seconds: float) -> bool:
        return self.stopping.wait(seconds)

    def tend(self, seconds: float = 0) -> None:
        """Wait for the bell up to `seconds`, then do what is due. Call it again and again."""
        rang = bool(self.bell and self.bell.wait(seconds))
        for child in self.beside:
            child.look_after()
        self.heed(rang=rang)

    def every_second(self, now: float) -> None:
        """Tick, and recover: each second while letters are under way."""
        super().every_second(now)
        if self.clock:
            self.clock.tick()
        work = recovery.work()
        if work.openings:
            openings_roll(now=timezone.now())
        if work.at_once or work.running and now >= self.next_recovery:
            self.next_recovery = now + REST
            with self.engine.database_turn:
                recovery.recover_in_turn(work)
        if work.letters:
            self.engine.look()
        if work.ledgers:
            self.preparer.wake()

    def rang(self) -> None:
        self.engine.wake_up()
        self.preparer.wake()

    def database_away(self) -> None:
        if self.clock:
            self.clock.rest()

    def run(self) -> bool:
        """Work until `stopping` is set or the engine fails. Returns whether all went well."""
        steadily(self.start, rest=self.stopping.wait)
        while not self.stopping.is_set() and not self.engine.failed.is_set():
            self.tend(GLANCE)
        return self.finish()

    def finish(self) -> bool:
        if self.clock:
            self.clock.stop()
        self.engine.stop()
        self.preparer.stop()
        ended = super().finish()
        if self.bell:
            self.bell.close()
        return ended
