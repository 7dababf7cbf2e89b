"""How much is done at once: so much that the database is never held for long."""
from time import monotonic

from ..models import Run

LEAST, FIRST, MOST = 100, 1_000, 3_000  # rows of a batch
QUIET = 0.25  # seconds that a transaction should take
WHILE_SENDING = 0.1
REST_WHILE_SENDING = 4  # times as long as the batch took


def letters_go_out() -> bool:
    """Whether a run is sending: then an import keeps out of its way."""
    return Run.objects.filter(state=Run.State.RUNNING).exists()


class Pace:
    """How many rows the next batch has, by how long the last ones took."""

    def __init__(self) -> None:
        self.rows = FIRST
        self.sending = False
        self.started = monotonic()

    def look(self) -> None:
        self.sending = letters_go_out()

    def start(self) -> None:
        self.started = monotonic()

    def done(self) -> None:
        """Take the time of a batch; the next is at most twice as large, or half."""
        took = max(monotonic() - self.started, 0.001)
        wanted = WHILE_SENDING if self.sending else QUIET
        rows = self.rows * min(2.0, max(0.5, wanted / took))
        self.rows = int(min(MOST, max(LEAST, rows)))

    def rest(self, took: float, otherwise: float) -> float:
        """Return how long to rest after a batch whose transaction `took` so long."""
        if self.sending:
            return REST_WHILE_SENDING * max(took, monotonic() - self.started)
        return otherwise
