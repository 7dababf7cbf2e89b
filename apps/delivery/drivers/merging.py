"""When web and jobs processes see whether this machine's file of refusals is to be merged.

They tell the other machines of this one meanwhile.

Those that send do it with each beat.
"""
import logging
import os
import threading
import time

from django.core.signals import request_started
from django.db import Error, connection

from ..engine import refusals, sharing

log = logging.getLogger("vestnik.delivery")
LOOK = 5  # seconds


def catch_up() -> None:
    """Merge this machine's file where that is due, and tell the others that it is there."""
    refusals.catch_up()
    sharing.tell_or_log()


class MergingChore:
    """The chore of a jobs process."""

    def __init__(self) -> None:
        self.next_look = 0.0  # monotonic

    def step(self) -> bool:
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + LOOK
            catch_up()
        return False


class WebLook:
    """Looks beside the pages, at the start of a web process and then with requests: none waits."""

    def __init__(self) -> None:
        self.next_look = 0.0  # monotonic
        self.turn = threading.Lock()

    def begin(self) -> None:
        self.look()
        os.register_at_fork(after_in_child=self.begin_anew)
        request_started.connect(self.look, weak=False, dispatch_uid="merges-refusals")

    def begin_anew(self) -> None:
        """Look with the next request: the thread of a preloaded process is not in its workers."""
        self.turn = threading.Lock()
        self.next_look = 0.0

    def look(self, **kwargs: object) -> None:
        if time.monotonic() >= self.next_look and self.turn.acquire(blocking=False):
            self.next_look = time.monotonic() + LOOK
            threading.Thread(target=self.merge, name="refusals", daemon=True).start()

    def merge(self) -> None:
        try:
            catch_up()
        except Error as error:
            log.warning("who has left can not be brought in now: %s", error)
        finally:
            connection.close()
            self.turn.release()


CHORE = MergingChore()
