"""A worker: its lock on SQLite, its heartbeat, its engine, and the clock."""
import contextlib
import fcntl
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone

from apps.core.outage import SameFile, outage, steadily
from apps.core.processes import Child, Stop

from ..engine import recovery, restore
from ..engine.bell import Listener, Pipe, open_bell
from ..engine.engine import Engine
from ..models import Worker
from ..schedule import Clock
from .preparer import Preparer

FORGET = timedelta(days=1)
GLANCE = 0.2  # seconds in which a stop is noticed
LOOK = 1  # seconds between looks at the database, which tells of every machine's runs
BEAT = 4
REST = 10  # seconds between rounds of recovery while runs only wait
LOCKS = 20  # seconds that a worker waits for a row: longer than a transaction may stand still
GRACE = 30  # seconds that a stopping worker waits for the answers to its letters


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


def wait_for_locks(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: a worker may wait longer than a page does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCKS}s'")


class SendingProcess:
    """Engine and heartbeat together; `keep_clock` starts due mailings too."""

    def __init__(self, *, keep_clock: bool, **engine: Any) -> None:
        connection_created.connect(wait_for_locks, dispatch_uid="worker-waits-for-locks")
        self.engine = Engine(**engine)
        self.clock = Clock() if keep_clock else None
        self.preparer = Preparer(self.engine.database_turn)
        self.stopping: threading.Event | Stop = threading.Event()
        self.next_look = self.next_beat = self.next_recovery = 0.0  # monotonic
        self.token = uuid.uuid4().hex
        self.bell: Pipe | Listener | None = None
        self.beside: list[Child] = []  # processes that are kept running while this one works
        self.same_file = SameFile()

    def start(self) -> None:
        """Begin to work. After an error of the database it can be called again."""
        restore.check()
        restore.increase_number()
        self.beat()
        self.bell = self.bell or open_bell()
        self.engine.start()
        self.preparer.wake()
        self.preparer.start()

    def tend(self, seconds: float = 0) -> None:
        """Wait for the bell up to `seconds`, then do what is due. Call it again and again.

        While the database is away it does less.
        """
        rang = self.bell and self.bell.wait(seconds)
        self.engine.tend()  # it heeds no error of the database
        now = time.monotonic()
        if not rang and now < self.next_look:
            return
        for child in self.beside:
            child.look_after()
        try:
            self.same_file.look()
            if now >= self.next_look:
                self.next_look = now + LOOK
                self.every_second(now)
            if rang:
                self.engine.wake_up()
                self.preparer.wake()
            outage.end()
        except Error as error:
            outage.begin(error)
            if self.clock:
                self.clock.rest()
            connection.close()

    def every_second(self, now: float) -> None:
        """Beat, tick, keep leases, and recover: each second while letters are under way."""
        if now >= self.next_beat:
            self.next_beat = now + BEAT
            self.beat()
            self.engine.renew_openings()
        if self.clock:
            self.clock.tick()
        self.engine.renew_leases()
        work = recovery.work()
        if work.at_once or work.running and now >= self.next_recovery:
            self.next_recovery = now + REST
            self.engine.recover()
        if work.letters:
            self.engine.look()
        if work.ledgers:
            self.preparer.wake()

    def beat(self) -> None:
        """Say that this process lives; see whether the database was restored."""
        if restore.check():
            self.token = uuid.uuid4().hex  # the old one may be in a dump that is being loaded
        now = timezone.now()
        if not Worker.objects.filter(token=self.token).update(seen_at=now):
            Worker.objects.filter(seen_at__lt=now - FORGET).delete()
            Worker.objects.create(token=self.token, host=socket.gethostname()[:255],
                                  pid=os.getpid(), seen_at=now)

    def run(self) -> bool:
        """Work until `stopping` is set or the engine fails. Returns whether all went well."""
        steadily(self.start, rest=self.stopping.wait)
        while not self.stopping.is_set() and not self.engine.failed.is_set():
            self.tend(GLANCE)
        return self.finish()

    def finish(self) -> bool:
        """Claim nothing more, wait for the answers, say goodbye. Returns whether all went well."""
        if self.clock:
            self.clock.stop()
        self.engine.stop()
        self.preparer.stop()
        ended = self.engine.join(GRACE)
        if self.bell:
            self.bell.close()
        with contextlib.suppress(Error):
            Worker.objects.filter(token=self.token).delete()
        return ended and not self.engine.failed.is_set()
