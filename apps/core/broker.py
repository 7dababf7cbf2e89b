"""Wake-ups through Celery's broker, where SENDER_ENGINE is celery.

Who sends them never waits for long, and never relies on one: a lost wake-up is sent again by
whoever looks at the rows next. No page sends any.
"""
import importlib.util
import logging
import threading
import time

from django.conf import settings

CELERY = "celery"
LETTERS = "letters"  # the names of the two queues
JOBS = "jobs"
WAIT = 4  # seconds that a broker has to take a connection
PAUSE = 5  # seconds in which a broker that did not answer is not asked again

log = logging.getLogger("vestnik.broker")


def is_chosen() -> bool:
    """Return whether Celery's workers do the work."""
    chosen: bool = settings.SENDER_ENGINE == CELERY
    return chosen


def is_installed() -> bool:
    return importlib.util.find_spec("celery") is not None


class Broker:
    """What this process knows of the broker; shared by its threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_away = False
        self.ask_at = 0.0  # monotonic

    def send(self, task: str, *ids: object, queue: str, expires: float | None = None) -> bool:
        """Send a wake-up: the name of a task, and ids. Returns whether the broker has taken it.

        Where it is not taken in `expires` seconds, no worker heeds it.
        """
        if time.monotonic() < self.ask_at:
            return False
        try:
            self.publish(task, ids, queue, expires)
        except Exception as error:  # each client library has errors of its own
            self.failed(error)
            return False
        self.answered()
        return True

    def publish(self, task: str, ids: tuple[object, ...], queue: str,
                expires: float | None) -> None:
        from project.celery import app  # only here: Celery need not be installed

        # On a connection of its own: a Redis that was emptied has forgotten the queues, and only a
        # new connection makes them again. Wake-ups are few.
        with app.connection_for_write() as connection:
            app.send_task(task, args=ids, queue=queue, expires=expires, retry=False,
                          connection=connection)

    def failed(self, error: Exception) -> None:
        with self.lock:
            self.ask_at = time.monotonic() + PAUSE
            if not self.is_away:
                log.error("the broker does not answer, its workers are told later: %s", error)
            self.is_away = True

    def answered(self) -> None:
        with self.lock:
            if self.is_away:
                log.warning("the broker answers again")
            self.is_away = False


broker = Broker()
