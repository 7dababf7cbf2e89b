"""How many letters one SMTP connection has carried since it was opened, by provider."""
from collections import Counter

from ..wire.transport import Transport
from .budgets import UNLIMITED
from .provider_turns import Turn


class Spell:
    """The letters of a connection, for a provider that takes so many by one and no more."""

    def __init__(self) -> None:
        self.opened_at = 0.0  # monotonic: which opening of the connection they went by
        self.letters: Counter[str] = Counter()

    def left(self, turn: Turn, transport: Transport) -> int:
        """Return how many letters of the turn's provider the connection may still carry."""
        if turn.per_connection is None:
            return UNLIMITED
        if transport.connection is None:
            return turn.per_connection
        return max(0, turn.per_connection - self.letters[turn.provider])

    def carried(self, turn: Turn, letters: int, transport: Transport) -> None:
        """Count so many more `letters`, and hang up after the last that the provider takes."""
        if turn.per_connection is None:
            return
        if transport.connected_at != self.opened_at:
            self.opened_at = transport.connected_at
            self.letters.clear()
        self.letters[turn.provider] += letters
        if not self.left(turn, transport):
            transport.close()
            self.letters.clear()
