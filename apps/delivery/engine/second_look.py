"""What is looked at once more right before a letter's dot.

Whoever has left since a group was claimed gets no letter of it that leaves much later. A claim
finds who is not written to. Most groups are sent within 0.25 s; where a server, a pace or a
connection takes longer, the database is asked again. And no dot leaves outside of the mailing's
window and hours, by the clock that the claim went by, however slow the server is.
"""
import time
from typing import TYPE_CHECKING

from django import db
from django.utils import timezone

from . import ledger
from .group import Group

if TYPE_CHECKING:
    from .connection import Connection

FRESH = 0.3  # seconds for which a look holds


class Left(Exception):
    """The recipient gets no letter any more; `why` is as in `Claimed.gone`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Closed(Exception):
    """The window, or the hours, of the letter's mailing are over: it goes back, untried."""


class SecondLook:
    """What is known of the recipients of one connection's group."""

    group: Group  # whose letters go

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.at = 0.0  # monotonic: when the database was asked last
        self.gone: dict[int, str] = {}  # why, by the delivery's id
        self.is_closed = False  # the window, or the hours, have been found to be over

    def begin(self) -> None:
        """Call it right before letters are claimed."""
        self.at = time.monotonic()
        self.gone = {}

    def claimed(self, group: Group) -> None:
        """Call it before the first letter of a group."""
        self.group = group
        self.opens, self.closes = group.run.opening
        self.is_closed = False

    def take(self, delivery_id: int) -> None:
        """Raise Left or Closed where this letter must not go. Raises Error of the database."""
        if time.monotonic() - self.at > FRESH:
            self.look()
        if why := self.gone.get(delivery_id):
            raise Left(why)
        self.is_closed = not self.opens <= timezone.now() < self.closes
        if self.is_closed:
            raise Closed

    def look(self) -> None:
        """Ask the database, whose connection may have been closed meanwhile."""
        connection = self.connection
        group = self.group
        connection.waiting.end()
        at = time.monotonic()
        try:
            self.gone = ledger.gone_now(
                group.run_id, connection.journal.token, group.claimed[0].id, group.claimed[-1].id)
            self.at = at
        finally:
            if not group.door.is_quick:
                db.connection.close()
            connection.waiting.begin()
