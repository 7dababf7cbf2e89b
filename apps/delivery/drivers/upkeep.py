"""Upkeep where Celery's workers send: `manage.py sender` then sends nothing itself.

It settles what dead processes of its machine left in their journals, gives up leases, makes
ledgers, keeps the clock, and wakes the workers when there is something to send. Each machine has
one.
"""
import contextlib
import threading
import time
from datetime import datetime
from typing import Any

from apps.core.broker import LETTERS, broker

from ..engine import recovery, refusals
from ..engine.runnable import runs_with_letters
from ..wire.lasting_key import lasting_key
from . import presence
from .local import SendingProcess

DRAIN = "vestnik.drain"
AGAIN = 5  # seconds after which a wake-up that nobody took counts as lost
NOBODY = 30  # seconds between wake-ups while no worker shows itself


class FarWorkers:
    """Stands where a sending process has its Engine: what it is asked to send, workers do."""

    def __init__(self) -> None:
        self.database_turn: contextlib.AbstractContextManager = contextlib.nullcontext()
        self.failed = threading.Event()
        self.waits_until = 0.0  # monotonic: for workers to take what was sent
        self.was_alone = False  # no worker showed itself then
        self.began: datetime | None = None  # when a worker last began, before that

    def start(self) -> None:
        recovery.recover()
        lasting_key()

    def look(self) -> None:
        """Wake as many workers as do nothing, if a letter may go now."""
        if self.waits() or not runs_with_letters():
            return
        there, idle = presence.numbers()
        self.was_alone = not there
        if self.was_alone:
            self.wake(1, NOBODY)
        elif idle:
            self.wake(idle, AGAIN)

    def waits(self) -> bool:
        """Whether what was sent may still be taken: nobody has begun, or come, since."""
        if time.monotonic() >= self.waits_until or presence.last_began() != self.began:
            return False
        return not (self.was_alone and presence.numbers()[0])

    def wake(self, number: int, seconds: float) -> None:
        """Send wake-ups, and wait for so many seconds until somebody begins to send."""
        self.began = presence.last_began()
        self.waits_until = time.monotonic() + seconds
        for _ in range(number):
            if not broker.send(DRAIN, queue=LETTERS, expires=NOBODY):
                break

    def wake_up(self) -> None:
        self.look()

    def tend(self) -> None:
        """Nothing: the connections are the workers' own. So it is with what follows."""

    def renew_openings(self) -> None: ...

    def renew_leases(self) -> None: ...

    def stop(self) -> None: ...

    def join(self, timeout: float) -> bool:
        return True


class Upkeep(SendingProcess):
    """All that a sending process does beside sending."""

    def make_engine(self, **options: Any) -> FarWorkers:
        return FarWorkers()

    def beat(self) -> None:
        """See whether the database was restored. It is no worker, so it does not show itself."""
        refusals.catch_up()
        presence.forget_dead()
