"""Logs once when the database goes away and once when it is back, whichever thread notices."""
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")
log = logging.getLogger("vestnik.sender")
AWAY = OperationalError, InterfaceError
PAUSE = 1  # seconds before the database is asked again


class Outage:
    """Whether the database answers this process; shared by all of its threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.since: float | None = None  # monotonic; None while it answers

    def begin(self, error: Error) -> None:
        with self.lock:
            if self.since is None:
                self.since = time.monotonic()
                log.error("the database does not answer, sending waits for it: %s",
                          " ".join(str(error).split()))

    def end(self) -> None:
        with self.lock:
            if self.since is not None:
                log.warning("the database answers again, after %.0f s",
                            time.monotonic() - self.since)
                self.since = None


outage = Outage()


def steadily(look: Callable[..., T], *args: object,
             rest: Callable[[float], object] = time.sleep) -> T | None:
    """Return `look(*args)` as soon as the database answers.

    Between tries it calls `rest` with seconds; if that returns True it gives up and returns None.
    """
    while True:
        try:
            found = look(*args)
            outage.end()
            return found
        except AWAY as error:
            outage.begin(error)
            connection.close()
            if rest(PAUSE):
                return None


class SameFile:
    """Notices when a restore has moved another file into the place of SQLite's database.

    The thread's connection would go on with the old file, which has no name any more.
    """

    def __init__(self, connection: BaseDatabaseWrapper = connection) -> None:
        self.connection = connection
        self.number: int | None = None  # of its inode

    def look(self) -> None:
        """Close the connection if its file was replaced; Django then opens the new one."""
        if self.connection.vendor != "sqlite":
            return
        try:
            number = os.stat(self.connection.settings_dict["NAME"]).st_ino
        except FileNotFoundError:  # it is being replaced
            number = 0
        if self.number not in (None, number):
            self.connection.close()
        self.number = number
