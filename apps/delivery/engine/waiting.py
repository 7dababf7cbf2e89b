"""How long a connection waits for its server, and what becomes of its database connection then."""
import contextlib
import threading
import time

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

LONG = 2  # seconds for which a server may let us wait before another connection works instead


class Waiting:
    """The wait of one connection for the answers to its letters.

    While it is long the connection to the database is closed, since the database has only so many.
    """

    def __init__(self) -> None:
        self.since = 0.0  # monotonic: when the letter that the server has now left; 0: none has
        self.lock = threading.Lock()
        self.database: BaseDatabaseWrapper | None = None  # of the waiting thread
        self.parked = False

    def begin(self) -> None:
        """Begin to send a group of letters; the thread must not use the database until `end`."""
        self.database = connections["default"]
        self.next_letter()

    def next_letter(self) -> None:
        self.since = time.monotonic()

    def is_long(self) -> bool:
        since = self.since
        return since > 0 and time.monotonic() - since > LONG

    def park(self) -> None:
        """Close the waiting thread's connection to the database; any thread may call this."""
        with self.lock:
            database = self.database
            if self.parked or database is None or not self.is_long():
                return
            if database.vendor == "postgresql" and database.connection is not None:
                self.parked = True
                with contextlib.suppress(Exception):
                    database.connection.close()

    def end(self) -> bool:
        """End the group. Returns whether the wait for its last letter was long."""
        with self.lock:
            was_long = self.is_long()
            self.since = 0.0
            if self.parked and self.database is not None:
                self.database.close()  # it does not know yet that it is closed
            self.parked = False
            self.database = None
        return was_long
