"""A process of a Celery worker that sends: one engine for all of its tasks.

A task opens the engine for a minute at the most. When it ends nothing more is claimed, but a
connection that waits for the answer to a letter waits on: this process renews its lease and stores
the answer when it comes. So a slow mail server never holds a task, which the broker would take for
lost.
"""
import contextlib
import logging
import math
import mmap
import threading
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection

from apps.core.outage import steadily

from ..engine.draining import drain
from ..engine.engine import Engine
from . import presence
from .heartbeat import GRACE, Heartbeat

GLANCE = 0.2  # seconds between looks of the heartbeat
SECONDS = 60  # of one task
SHARED = 5  # seconds of one task in a worker that does jobs too: these wait for no longer
log = logging.getLogger("vestnik.delivery")
# One octet that the worker's processes share: it is 1 when they are to end.
ENDING = mmap.mmap(-1, 1)


@dataclass
class Shape:
    """How the worker was started: processes, and whether they send letters and do jobs."""

    processes: int = 1
    sends: bool = True
    does_jobs: bool = False

    @property
    def connections(self) -> int:
        """The share of one process in SENDER_CONNECTIONS, which are those of a machine."""
        return math.ceil(settings.SENDER_CONNECTIONS / self.processes)

    @property
    def seconds(self) -> float:
        return SHARED if self.does_jobs else SECONDS


SHAPE = Shape()


class CeleryProcess(Heartbeat):
    """The engine of this process, and the thread of its heartbeat."""

    engine: Engine

    def __init__(self, shape: Shape) -> None:
        super().__init__(Engine(connections=shape.connections))
        self.engine.close()
        self.seconds = shape.seconds
        self.turn = threading.Lock()  # of the one task that drains
        self.is_draining = False
        self.started = threading.Event()
        self.finished = threading.Event()
        self.heart = threading.Thread(target=self.live, name="heartbeat", daemon=True)

    def live(self) -> None:
        """Start, then beat until it is finished."""
        try:
            steadily(self.start, rest=self.finished.wait)
            self.started.set()
            while not self.finished.wait(GLANCE):
                self.heed()
        except Exception:
            log.exception("the heartbeat of a worker ended")
            self.engine.failed.set()
        finally:
            connection.close()

    def rest(self, seconds: float) -> bool:
        return self.finished.wait(seconds)

    def beat(self) -> None:
        super().beat()
        presence.appear(self.token)
        if self.is_draining:
            presence.renew(self.token)

    def every_second(self, now: float) -> None:
        super().every_second(now)
        self.engine.look()

    def drain(self) -> bool:
        """Send for as long as one task may. Returns whether letters are left that may go now."""
        if not self.turn.acquire(blocking=False):
            return False  # another task of this process does it
        try:
            if not self.started.wait(SECONDS):
                return False
            return self.drain_noted()
        finally:
            self.turn.release()

    def drain_noted(self) -> bool:
        self.is_draining = True
        presence.began(self.token)
        try:
            return drain(self.engine, seconds=self.seconds, stopped=is_ending)
        finally:
            self.is_draining = False
            presence.ended(self.token)

    def say_goodbye(self) -> None:
        self.finished.set()
        self.heart.join(GRACE)  # it would show itself again
        super().say_goodbye()
        with contextlib.suppress(Error):
            presence.left(self.token)


def is_ending() -> bool:
    """Whether the worker was asked to stop."""
    return ENDING[0] == 1


class OwnProcess:
    """The CeleryProcess of this process, made when it is needed first, after the fork."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: CeleryProcess | None = None

    def get(self) -> CeleryProcess:
        with self.lock:
            if self.made is None:
                self.made = CeleryProcess(SHAPE)
                self.made.heart.start()
            return self.made

    def finish(self) -> None:
        """Have the letters in hand answered, 30 seconds at the most."""
        if self.made and not self.made.finish():
            log.error("a worker ended with letters in hand; the next one settles them")


own = OwnProcess()
