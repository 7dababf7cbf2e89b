"""The bell: whoever makes work for the workers rings it, so that they need not keep asking.

On PostgreSQL it is NOTIFY, which reaches the workers of all machines. On SQLite, which serves one
machine, each worker has a named pipe under `DATA_DIR/bell/`. A ring may be lost (a pooler stands
between, a disk is full), so the workers also look once a second by themselves.
"""
import contextlib
import errno
import os
import select
import time
import uuid
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

CHANNEL = "vestnik_bell"
AGAIN = 10  # seconds until a lost connection is opened again


def ring() -> None:
    """Wake all workers once the current transaction is committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    else:
        transaction.on_commit(write_to_pipes)


def folder() -> Path:
    return Path(settings.DATA_DIR, "bell")


def write_to_pipes() -> None:
    """Write an octet to each worker's pipe; delete a pipe that nobody reads any more."""
    for path in folder().glob("*"):
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == errno.ENXIO:
                path.unlink(missing_ok=True)
            continue
        with contextlib.suppress(OSError):  # it is full, so it rings already; or it is gone
            os.write(pipe, b"!")
        os.close(pipe)


class Pipe:
    """The bell of a worker on SQLite."""

    def __init__(self) -> None:
        folder().mkdir(exist_ok=True)
        self.path = folder() / uuid.uuid4().hex
        new = folder().with_name(f"bell.{self.path.name}")  # outside the folder until it is open
        os.mkfifo(new, 0o600)
        self.file = os.open(new, os.O_RDWR | os.O_NONBLOCK)
        os.rename(new, self.path)

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, but no longer than `seconds`. Returns whether it rang."""
        heard, _, _ = select.select([self.file], [], [], seconds)
        if heard:
            os.read(self.file, 65536)
        return bool(heard)

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.file)


class Listener:
    """The bell of a worker on PostgreSQL, on a database connection of its own."""

    def __init__(self) -> None:
        self.connection: psycopg2.extensions.connection | None = None
        self.retry_at = 0.0  # monotonic

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, but no longer than `seconds`. Returns whether it rang."""
        try:
            server = self.connection or self.listen()
            if server is None:
                time.sleep(seconds)
                return False
            select.select([server], [], [], seconds)
            server.poll()
            rang = bool(server.notifies)
            server.notifies.clear()
            return rang
        except (OSError, DatabaseError, psycopg2.Error):
            self.close()
            return False

    def listen(self) -> psycopg2.extensions.connection | None:
        """Open the connection and return it; None while the last try was a moment ago."""
        if time.monotonic() < self.retry_at:
            return None
        self.retry_at = time.monotonic() + AGAIN
        wrapper = connections["default"].copy()
        wrapper.settings_dict.update(settings.DATABASE_DIRECT)
        wrapper.connect()
        with wrapper.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        self.connection = wrapper.connection
        return self.connection

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def open_bell() -> Pipe | Listener:
    """Return the bell of this worker; close it at the end."""
    return Listener() if connection.vendor == "postgresql" else Pipe()
