"""How many connections a mail server takes at once; its refusals tell.

A server that has not answered this process yet gets one connection, until it does. While the
server lets some connections in, a refused one does no harm to the run: its letters go back to the
queue, and it stays away. After a minute one connection more is tried. Each time that it is refused
again, the next try waits twice as long.
"""
import contextlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django import db
from django.utils import timezone

from apps.mailings.attempts.explanations import FEWER
from apps.mailings.attempts.faults import Fault, Meaning
from apps.mailings.attempts.verdicts import Phase
from apps.mailings.models import Run

from ..wire.account import Account
from ..wire.outcome import Outcome

if TYPE_CHECKING:
    from .connection import Connection

WAIT = 60  # seconds until one connection more is tried
LONGEST_WAIT = 15 * 60


class Admission:
    """Of one mail server, shared by the connections of a process; `size` is how many may work."""

    def __init__(self, size: int, account: Account | None = None,
                 first_answer: Callable[[], object] = lambda: None) -> None:
        self.size = size
        self.account = account
        self.first_answer = first_answer  # is called when others may send too
        self.limit = size
        self.lock = threading.Lock()
        # The connections that may send, and whether the server has let them in.
        self.admitted: dict["Connection", bool] = {}
        self.answers = False  # the server has answered this process
        self.is_slow = False  # the last time that somebody waited for it, it was long
        self.rate = 0.0  # letters a second, as the last group of any connection went
        self.rests = False  # this process had the sender's runs rest
        self.wait = WAIT
        self.grows_at = 0.0  # monotonic
        self.grown = False  # one connection more than the server took is being tried
        self.reply = ""  # the server's last refusal of a connection
        self.news: tuple[int, str] | None = None  # (limit, reply) that no page shows yet

    @property
    def is_quick(self) -> bool:
        return self.answers and not self.is_slow

    def has_room(self, connection: "Connection | None" = None) -> bool:
        """Whether `connection` may send, or one that has not sent by this server yet."""
        if connection in self.admitted:
            return True
        if any(other.waiting.is_long() for other in list(self.admitted)):
            return False
        limit = self.limit if self.answers else min(1, self.limit)
        if self.limit < self.size and time.monotonic() >= self.grows_at:
            limit += 1
        return len(self.admitted) < limit

    def could_send(self) -> bool:
        """Whether there is room, or a connection with a place that sends nothing just now."""
        return self.has_room() or any(not one.waiting.since for one in list(self.admitted))

    def may_send(self, connection: "Connection") -> bool:
        """Take a place for `connection`, which sends or tries to. Returns whether it has one.

        Call it before letters are claimed.
        """
        with self.lock:
            if connection in self.admitted:
                return True
            if not self.has_room():
                return False
            if self.limit < self.size and time.monotonic() >= self.grows_at:
                self.limit += 1
                self.grown = True
                self.grows_at = time.monotonic() + self.wait
            self.admitted[connection] = False
            return True

    def turned_away(self, connection: "Connection", outcome: Outcome, recipient: str) -> bool:
        """Whether the server refused this `connection` by `outcome` while it takes others.

        Call it after each try of a letter. When no other connection is left, their number is not
        the reason, and the limit goes.
        """
        if outcome.accepted and self.admitted.get(connection):
            return False  # the usual case, which needs no lock
        refused = is_about_connections(outcome, recipient)
        with self.lock:
            self.admitted.pop(connection, None)
            if refused and self.admitted:
                self.lower(len(self.admitted), outcome.reply)
                return True
            if refused:
                self.limit = self.size
                self.news = None
            elif connection.transport.connection is not None:
                self.let_in(connection)
            return False

    def stand_back(self) -> None:
        """Let no connection of this process send for a while: another's letters get through."""
        with self.lock:
            self.admitted.clear()
            self.limit = 0
            self.grown = False
            self.wait = WAIT
            self.grows_at = time.monotonic() + WAIT

    def begin_rest(self) -> None:
        """Have one connection try when the sender's runs go on: the server may be away still."""
        self.rests = True
        self.answers = False

    def lower(self, limit: int, reply: str) -> None:
        if self.grown:
            self.wait = min(2 * self.wait, LONGEST_WAIT)
        self.grown = False
        self.grows_at = time.monotonic() + self.wait
        self.limit = limit
        self.reply = reply
        self.news = limit, reply

    def let_in(self, connection: "Connection") -> None:
        self.admitted[connection] = True
        if not self.answers:
            self.answers = True
            self.first_answer()
        if self.grown and sum(self.admitted.values()) == self.limit:
            self.grown = False
            self.wait = WAIT
            self.news = self.limit, self.reply

    def left(self, connection: "Connection") -> None:
        """Forget `connection`, which has ended or sends by another server."""
        with self.lock:
            self.admitted.pop(connection, None)

    def tell_news(self, connection: "Connection", run_id: int,
                  database_turn: contextlib.AbstractContextManager) -> None:
        """Tell the page of the run that `connection` has sent when the limit has changed."""
        news = self.take_news(connection)
        if news:
            with contextlib.suppress(db.Error), database_turn:
                tell(run_id, self.size, news)

    def take_news(self, connection: "Connection") -> tuple[int, str] | None:
        """Return (limit, reply) once after a change, to a connection that is let in; else None."""
        if self.news is None or not self.admitted.get(connection):
            return None
        with self.lock:
            news = self.news
            self.news = None
            return news


def is_about_connections(outcome: Outcome, recipient: str) -> bool:
    """Whether a try was refused because there are too many connections already."""
    verdict = outcome.verdict(recipient)
    opening = outcome.phase in (Phase.CONNECT, Phase.LOGIN)
    return verdict.meaning is Meaning.CONNECTIONS or (
        opening and verdict.fault in (Fault.US_FOR_NOW, Fault.WAY))


def tell(run_id: int, size: int, news: tuple[int, str]) -> None:
    """Tell the page of a running run how many connections the server takes, if not all `size`."""
    limit, reply = news
    words = f"{FEWER.format(limit)}: {reply}" if limit < size else ""
    Run.objects.filter(pk=run_id, state=Run.State.RUNNING, hold_until=None).update(
        server_words=words, updated_at=timezone.now())
