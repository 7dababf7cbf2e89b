"""Which senders this process has room for: an Admission for each mail server that it has met."""
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..wire.account import Account, service_account
from .admission import Admission

if TYPE_CHECKING:
    from .connection import Connection

NOBODY = 0  # where an id stands for a sender: the runs without one
KEPT = 500  # senders that are remembered


@dataclass(frozen=True, slots=True)
class Room:
    """Which senders a connection may take now: none that is `full`.

    If `only` is given, one of these, or with `service` one that uses the service's own server.
    """

    full: list[int] = field(default_factory=list)
    only: Collection[int] | None = None
    service: bool = False


class Doors:
    """The Admissions of one process. Senders whose accounts are equal share theirs."""

    def __init__(self, size: int, first_answer: Callable[[], object] = lambda: None) -> None:
        self.size = size
        self.first_answer = first_answer
        self.lock = threading.Lock()
        self.of: dict[int, Admission] = {}  # by the sender's id

    def to(self, sender_id: int | None, account: Account) -> Admission:
        """Return the Admission of a sender; another one if its account has changed."""
        key = sender_id or NOBODY
        with self.lock:
            door = self.of.get(key)
            if door is None or door.account != account:
                self.forget_some()
                door = self.like(account) or Admission(
                    self.size, account, self.first_answer)
                self.of[key] = door
            return door

    def like(self, account: Account) -> Admission | None:
        """Return the Admission of senders that have such an `account` too."""
        return next((door for door in self.of.values() if door.account == account), None)

    def forget_some(self) -> None:
        """Forget the senders whose letters nobody sends now, once there are many."""
        if len(self.of) >= KEPT:
            self.of = {key: door for key, door in self.of.items() if door.admitted}

    def room(self, connection: "Connection | None", *, all_taken: bool) -> Room:
        """Return the Room for `connection`; None stands for any of this process.

        When the places to wait at are `all_taken`, only senders whose servers answer get more.
        """
        with self.lock:
            doors = list(self.of.items())
        if connection is None:
            full = [key for key, door in doors if not door.could_send()]
        else:
            full = [key for key, door in doors if not door.has_room(connection)]
        if not all_taken:
            return Room(full)
        quick = [key for key, door in doors if door.is_quick]
        account = service_account()
        service = any(door.is_quick for _, door in doors if door.account == account)
        return Room(full, quick, service)
