"""A line when the database goes away and a line when it is back, whoever of many notices."""
import logging
import threading
import time

log = logging.getLogger("vestnik.sender")


class Outage:
    """Whether the database answers this process; one for all of its threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.since = None  # monotonic; None while it answers

    def begin(self, error):
        with self.lock:
            if self.since is None:
                self.since = time.monotonic()
                log.error("the database does not answer, sending waits for it: %s",
                          " ".join(str(error).split()))

    def end(self):
        with self.lock:
            if self.since is not None:
                log.warning("the database answers again, after %.0f s",
                            time.monotonic() - self.since)
                self.since = None


outage = Outage()
