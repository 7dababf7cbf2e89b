"""A sending process: its lock on SQLite, its heartbeat, its engine, and the clock."""
import contextlib
import fcntl
import os
import socket
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from . import restore
from .engine import Engine
from .models import Sender
from .outage import outage, steadily
from .schedule import Clock

ALIVE = timedelta(seconds=15)  # without a heartbeat for longer, a sender is not there
FORGET = timedelta(days=1)
GLANCE = 0.01  # seconds between glances at the disk: a run that starts moves the number there
LOOK = 0.05  # seconds between looks at the database, which tells of every machine's runs
GRACE = 30  # seconds that a stopping sender waits for the answers to its letters


class Busy(Exception):
    """On SQLite one process sends, and another one does."""


@contextlib.contextmanager
def sending_lock():
    """Hold SQLite's sending lock; raises Busy. The kernel frees it on death. No-op elsewhere."""
    if connection.vendor != "sqlite":
        yield
        return
    with open(Path(settings.DATA_DIR) / "sender.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield


def sender_alive():
    """Whether any sending process has shown itself lately."""
    return Sender.objects.filter(seen_at__gte=timezone.now() - ALIVE).exists()


class SendingProcess:
    """Engine and heartbeat together; `keep_clock` starts due mailings too."""

    def __init__(self, *, keep_clock, **engine):
        self.token = uuid.uuid4().hex
        self.engine = Engine(**engine)
        self.clock = Clock(self.token) if keep_clock else None
        self.stopping, self.next_beat, self.next_look = threading.Event(), 0.0, 0.0
        self.moved = None

    def start(self):
        restore.check()
        restore.advance()
        self.beat()
        self.engine.start()

    def beat(self):
        """One second's work besides sending. Errors of the database are waited out."""
        now = timezone.now()
        Sender.objects.update_or_create(token=self.token, defaults={
            "host": socket.gethostname()[:255], "pid": os.getpid(), "seen_at": now})
        Sender.objects.filter(seen_at__lt=now - FORGET).delete()
        restore.check()
        if self.clock:
            self.clock.tick()
        if self.engine.connections:
            self.engine.heartbeat()

    def tend(self):
        """Call each GLANCE: wake the connections for new work, and `beat` once a second."""
        try:
            if time.monotonic() >= self.next_beat:
                self.next_beat = time.monotonic() + 1
                self.beat()
            moved = restore.moved_at()
            if moved != self.moved or time.monotonic() >= self.next_look:
                self.moved, self.next_look = moved, time.monotonic() + LOOK
                self.engine.look()
                outage.end()
        except (DatabaseError, InterfaceError) as error:
            outage.begin(error)
            if self.clock:
                self.clock.rest()
            connection.close()

    def run(self):
        """Work until `stopping` is set or the engine fails. Returns whether all went well."""
        steadily(self.start, rest=self.stopping.wait)
        while not self.stopping.wait(GLANCE) and not self.engine.failed.is_set():
            self.tend()
        return self.finish()

    def finish(self):
        """Claim nothing more, wait for the answers, say goodbye. Returns whether all went well."""
        if self.clock:
            self.clock.stop()
        self.engine.stop()
        ended = self.engine.join(GRACE)
        with contextlib.suppress(DatabaseError, InterfaceError):
            Sender.objects.filter(token=self.token).delete()
        return ended and not self.engine.failed.is_set()
