"""The thread of a worker that makes the ledgers of big runs, and cancels what stopped ones left."""
import contextlib
import logging
import threading
import time
from collections.abc import Callable

from django.db import Error, connection

from apps.core.outage import SameFile, outage
from apps.mailings.models import Run
from apps.mailings.preparations import Preparation

from .. import preparing
from ..engine import transitions

log = logging.getLogger("vestnik.delivery")
FIRST = 2000  # rows of a run's first batch, so that letters leave soon
LEAST = 500
SECONDS = {"sqlite": 0.15, "postgresql": 0.4}  # that a transaction is to take
PAUSE = 1  # seconds after an error


class Preparer(threading.Thread):
    """Takes the steps of all preparations in turn; `wake` tells that there may be some.

    It shares `turn` with the connections. On SQLite, which has one writer, it rests after each
    step as long as that took, so that pages and connections can write.
    """

    def __init__(self, turn: contextlib.AbstractContextManager) -> None:
        super().__init__(name="preparer", daemon=True)
        self.turn = turn
        self.news = threading.Event()
        self.stopping = False
        self.rows = FIRST
        self.same_file = SameFile()

    def wake(self) -> None:
        self.news.set()

    def stop(self) -> None:
        """Take no further step; what is not done is left to another worker."""
        self.stopping = True
        self.wake()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        while not self.stopping:
            self.news.wait()
            self.news.clear()
            try:
                self.same_file.look()
                while not self.stopping and self.round():
                    pass
            except Error as error:
                outage.begin(error)
                connection.close()
                time.sleep(PAUSE)
        connection.close()

    def round(self) -> bool:
        """Take a step of each run that needs one. Returns whether there may be more."""
        more = False
        stopped = transitions.stopped_with_waiting(Run.objects.all())
        for run_id in stopped.values_list("pk", flat=True):
            more |= bool(self.step(transitions.cancel_some, run_id))
        for run_id in Preparation.objects.order_by("pk").values_list("pk", flat=True):
            more |= self.step(preparing.step, run_id) is not None
        return more

    def step(self, take: Callable[[int, int], int | None], run_id: int) -> int | None:
        """Take a step of a run; fit the size of the next one to the time that this took."""
        began = time.monotonic()
        try:
            with self.turn:
                rows = take(run_id, self.rows)
        except Error:
            raise
        except Exception:  # of any kind: the others go on
            log.exception("the ledger of run %s can not be made", run_id)
            return None
        took = time.monotonic() - began
        if rows:
            fitting = int(rows / took * SECONDS[connection.vendor])
            self.rows = max(LEAST, min(preparing.LARGEST, fitting, self.rows * 2))
        elif rows == 0:
            self.rows = FIRST  # a moment was fixed: the first letters wait for the next step
        if rows and connection.vendor == "sqlite":
            time.sleep(took)
        return rows
