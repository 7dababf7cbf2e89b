"""What each process that sends does, whoever calls its engine: its start, heartbeat and end."""
import contextlib
import logging
import os
import socket
import threading
import time
import uuid
from datetime import timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone

from apps.core.outage import SameFile, outage
from apps.mailings.hours.services import openings_roll

from ..engine import refusals, restore, sharing
from ..models import Worker

log = logging.getLogger("vestnik.sender")
FORGET = timedelta(days=1)
LOOK = 1  # seconds between looks at the database, which tells of every machine's runs
BEAT = 4
BETWEEN_LOOKS = 10  # seconds, at files that this machine lacks
LOCKS = 20  # seconds that a worker waits for a row: longer than a transaction may stand still
GRACE = 30  # seconds that a stopping worker waits for the answers to its letters


def wait_for_locks(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: a worker may wait longer than a page does.

    A pooler would give the connection, with that, to a page: there the role's time-out stays.
    """
    if connection.vendor == "postgresql" and not settings.DATABASE_DIRECT:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCKS}s'")


class Sends(Protocol):
    """What a Heartbeat asks of an Engine, or of what stands in its place; see there."""

    database_turn: contextlib.AbstractContextManager
    failed: threading.Event

    def start(self) -> None: ...

    def tend(self) -> None: ...

    def look(self) -> None: ...

    def wake_up(self) -> None: ...

    def renew_leases(self) -> None: ...

    def renew_openings(self) -> None: ...

    def stop(self) -> None: ...

    def join(self, timeout: float) -> bool: ...


class Heartbeat:
    """An engine and its heartbeat: that it lives, its leases, and whether the database is back."""

    def __init__(self, engine: Sends) -> None:
        connection_created.connect(wait_for_locks, dispatch_uid="worker-waits-for-locks")
        self.engine = engine
        self.next_look = 0.0  # monotonic
        self.next_beat = 0.0
        self.token = uuid.uuid4().hex
        self.same_file = SameFile()

    def start(self) -> None:
        """Begin to work. After an error of the database it can be called again."""
        restore.check()
        restore.increase_number()
        refusals.catch_up(wait=True)  # before anything is sent
        self.wait_for_files()
        self.beat()
        openings_roll(now=timezone.now(), every=True)
        self.engine.start()

    def wait_for_files(self) -> None:
        """Wait until this machine has the files and keys of the others: letters need them."""
        told = ""
        while fault := self.fault_of_files():
            if fault != told:
                log.critical("nothing is sent from here: %s", fault)
                told = fault
            if self.rest(BETWEEN_LOOKS):
                return

    def fault_of_files(self) -> str:
        sharing.tell_or_log()
        return sharing.fault()

    def rest(self, seconds: float) -> bool:
        """Wait for so long. Returns whether the process is to end."""
        raise NotImplementedError

    def heed(self, *, rang: bool = False) -> None:
        """Do what is due; the doorbell `rang` perhaps. Call it again and again.

        While the database is away it does less.
        """
        self.engine.tend()  # it heeds no error of the database
        now = time.monotonic()
        if not rang and now < self.next_look:
            return
        try:
            self.same_file.look()
            if now >= self.next_look:
                self.next_look = now + LOOK
                self.every_second(now)
            if rang:
                self.rang()
            outage.end()
        except Error as error:
            outage.begin(error)
            self.database_away()
            connection.close()

    def every_second(self, now: float) -> None:
        """Beat, and keep leases."""
        if now >= self.next_beat:
            self.next_beat = now + BEAT
            self.beat()
            self.engine.renew_openings()
        self.engine.renew_leases()

    def rang(self) -> None:
        """Look for work: somebody rang the doorbell."""

    def database_away(self) -> None:
        """Rest as long as the database does not answer."""

    def beat(self) -> None:
        """Say that this process lives; see whether the database was restored."""
        if refusals.catch_up():
            self.token = uuid.uuid4().hex  # the old one may be in a dump that is being loaded
        sharing.be_seen()
        now = timezone.now()
        if not Worker.objects.filter(token=self.token).update(seen_at=now):
            Worker.objects.filter(seen_at__lt=now - FORGET).delete()
            Worker.objects.create(token=self.token, host=socket.gethostname()[:255],
                                  pid=os.getpid(), seen_at=now)

    def finish(self) -> bool:
        """Claim nothing more, wait for the answers, say goodbye. Returns whether all went well."""
        self.engine.stop()
        ended = self.engine.join(GRACE)
        self.say_goodbye()
        return ended and not self.engine.failed.is_set()

    def say_goodbye(self) -> None:
        """Count as living no more."""
        with contextlib.suppress(Error):
            Worker.objects.filter(token=self.token).delete()
