"""The connections of a process: as many as its size work, and others may wait for their servers.

A connection is held up while its server lets it wait, or has not answered this process yet. One
that is held up does not count as one that works, so a dead server holds up nobody else's letters.

One that is too many then rests for a while before it ends: a pace holds connections up for moments,
and to make a thread and its connection to the database anew takes longer than a group of letters.
"""
import logging
import threading
import time
from typing import TYPE_CHECKING

from .connection import Connection

if TYPE_CHECKING:
    from .engine import Engine

log = logging.getLogger("vestnik.delivery")
MOST = 10  # times the size: so many connections may wait, whoever's
ALWAYS = 100  # or so many: a process of few connections meets as many dead servers
BEYOND = 200  # more may wait, and then begin one after the other
PAUSE = 1  # seconds between two of these
RESTS = 5  # seconds for which a connection that is one too many may be needed again


class Pool:
    """Threads that are started when too few of them work, and end when too many do."""

    def __init__(self, engine: "Engine", size: int) -> None:
        self.engine = engine
        self.size = size
        self.many = max(MOST * size, ALWAYS)
        self.most = self.many + BEYOND
        self.next_try = 0.0  # monotonic: when one more server may be tried, beyond `many`
        self.lock = threading.Lock()
        self.news = threading.Condition(self.lock)
        self.connections: list[Connection] = []
        self.resting: list[Connection] = []
        self.made = 0
        self.closed = False

    def living(self) -> list[Connection]:
        with self.lock:
            return list(self.connections)

    def working(self) -> int:
        """Return how many connections work, or could at once."""
        return sum(not one.is_retiring and not one.is_held_up() for one in self.connections)

    def all_taken(self) -> bool:
        """Whether the places that are left are for senders whose servers answer.

        While very many wait, another server is tried now and then, so that a newcomer gets its
        turn; the last places, as many as the size, are never for that.
        """
        held_up = sum(one.is_held_up() for one in self.living())
        if held_up < self.many - self.size:
            return False
        return held_up >= self.most - self.size or time.monotonic() < self.next_try

    def tried(self) -> None:
        """Count that a server is tried that may let a connection wait."""
        self.next_try = time.monotonic() + PAUSE

    def has_too_few(self) -> bool:
        """Whether too few work, and none waits for letters to come."""
        with self.lock:
            return not self.closed and not self.engine.waiting and self.working() < self.size

    def grow(self) -> None:
        """Start connections until enough work."""
        with self.lock:
            if self.closed:
                return
            for _ in range(self.size - self.working()):
                if self.resting:
                    self.resting.pop().is_retiring = False
                elif len(self.connections) < self.most:
                    self.add()
            self.news.notify_all()

    def add(self) -> None:
        connection = Connection(self.engine, self.made)
        self.made += 1
        self.connections.append(connection)
        try:
            connection.start()
        except RuntimeError as error:  # the machine has no thread left
            log.error("no more connections: %s", error)
            self.connections.remove(connection)
            connection.journal.close(forget=True)

    def retire(self, connection: Connection) -> bool:
        """Whether `connection` is one too many, and is to end.

        Those that have nothing to send go first. The only one that keeps a sender's pace stays: it
        hardly works, and the next slot is near.
        """
        with self.lock:
            if connection.is_retiring or self.closed or self.keeps_pace_alone(connection):
                return connection.is_retiring
            spare = self.engine.waiting if connection.group.results else 0
            others = self.working() - (not connection.is_held_up())
            connection.is_retiring = others + 1 - spare > self.size
        if connection.is_retiring:
            self.engine.wake_up()  # others can take what it could have taken
        return connection.is_retiring

    def keeps_pace_alone(self, connection: Connection) -> bool:
        claims = connection.claims
        return claims.is_paced and claims.elsewhere <= 0 and not self.others_of(
            connection, claims.sender_id)

    def others_of(self, connection: Connection, sender_id: int | None) -> int:
        """Return how many connections of this process but `connection` work for a sender."""
        return sum(one.claims.sender_id == sender_id and not one.is_retiring
                   for one in self.connections if one is not connection)

    def needs_again(self, connection: Connection) -> bool:
        """Have `connection`, which is one too many, rest. Returns whether it is to work after all.

        It has no letters, and hangs up first: another may need its place at the server.
        """
        connection.claims.hang_up()
        with self.news:
            self.resting.append(connection)
            self.news.wait_for(lambda: self.closed or not connection.is_retiring, RESTS)
            if connection.is_retiring:
                self.resting.remove(connection)
            return not connection.is_retiring

    def has_surplus(self) -> bool:
        with self.lock:
            return self.working() > self.size

    def left(self, connection: Connection) -> None:
        """Forget a connection that has retired."""
        with self.lock:
            if connection in self.connections:
                self.connections.remove(connection)

    def close(self) -> None:
        """Start no more connections."""
        with self.news:
            self.closed = True
            self.news.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait for all, `timeout` seconds at most. Returns whether all have ended."""
        deadline = time.monotonic() + timeout
        while alive := [one for one in self.living() if one.is_alive()]:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            alive[0].join(left)
        return True
