"""The threads of a jobs process: one for work on the database, others for talks with machines.

A machine that hangs holds up neither the work on the database nor the talks of another kind.
"""
import logging
import threading
import time
import uuid
from collections.abc import Callable
from itertools import cycle

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from apps.core import broker
from apps.core.outage import AWAY, SameFile, outage
from apps.core.processes import Stop

from .chores import CHORES
from .kinds import KINDS, Kind
from .services import jobs_forget
from .wakeups import WakeUps
from .worker import Renewal, claim, do_batch

log = logging.getLogger("vestnik.jobs")
LOOK = 1  # seconds between looks while there is nothing to do
FORGET = 3600  # seconds between two rounds of forgetting


class Lane:
    """Does jobs one after another until it is stopped, in a thread."""

    def __init__(self, stopping: Stop | threading.Event) -> None:
        self.token = uuid.uuid4().hex
        self.stopping = stopping
        self.same_file = SameFile()
        self.rest = 0.0  # seconds, after the last batch of a job
        self.is_busy = False  # with a job

    def run(self) -> None:
        """Work until it is stopped. Where it breaks, it has the process stop and begin anew."""
        renewal = Renewal(self.token, lambda: self.is_busy)
        renewal.start()
        try:
            while not self.stopping.is_set():
                rest = self.work()
                if rest:
                    self.stopping.wait(rest)
            self.let_go()
        except Exception:
            log.exception("a thread of the jobs ended")
            self.stopping.set()
        finally:
            renewal.ended.set()

    def work(self) -> float:
        """Do one batch. Returns the seconds to rest after it; while the database is away too."""
        try:
            self.same_file.look()
            rest = self.turn()
            outage.end()
            return rest
        except AWAY as error:
            outage.begin(error)
            connection.close()
            return LOOK

    def turn(self) -> float:
        raise NotImplementedError

    def kinds(self) -> dict[str, Kind]:
        """Return the kinds of jobs that this lane does."""
        raise NotImplementedError

    def which(self) -> Q:
        """Return the jobs that this lane does."""
        return Q(kind__in=self.kinds())

    def do_job(self) -> bool:
        """Do a batch of the job that waits longest. Returns whether one waited."""
        job = claim(self.token, self.which())
        if job:
            self.is_busy = True
            try:
                self.rest = do_batch(job)
            finally:
                self.is_busy = False
        return job is not None

    def let_go(self) -> None:
        for kind in self.kinds().values():
            kind.idle()


class NetworkLane(Lane):
    """Jobs of one kind that speak to other machines.

    Where the kind has more threads, the second looks for jobs only while the first has one, and
    so on: at rest one of them asks the database, and one has a connection to it.
    """

    def __init__(self, stopping: Stop | threading.Event, kind: Kind,
                 before: "NetworkLane | None" = None) -> None:
        super().__init__(stopping)
        self.kind = kind
        self.before = before

    def kinds(self) -> dict[str, Kind]:
        return {self.kind.key: self.kind}

    def run(self) -> None:
        super().run()
        connection.close()  # its thread's own

    def turn(self) -> float:
        if self.before and not self.before.is_busy:
            connection.close()
            return LOOK
        if self.do_job():
            return 0
        self.let_go()
        return LOOK


class DatabaseLane(Lane):
    """Jobs and chores that need the database alone, in turns; jobs of unknown kinds too."""

    def __init__(self, stopping: Stop | threading.Event) -> None:
        super().__init__(stopping)
        self.next_forgetting = 0.0  # monotonic
        tasks: list[Callable[[], bool]] = [self.do_job, *(chore.step for chore in CHORES)]
        self.number = len(tasks)
        self.tasks = cycle(tasks)

    def kinds(self) -> dict[str, Kind]:
        return {key: kind for key, kind in KINDS.items() if kind.atomic}

    def which(self) -> Q:
        network = [key for key, kind in KINDS.items() if not kind.atomic]
        return ~Q(kind__in=network)

    def turn(self) -> float:
        self.forget()
        for _number in range(self.number):
            task = next(self.tasks)
            started = time.monotonic()
            if task():
                return self.rest_after(task, time.monotonic() - started)
        self.let_go()
        return LOOK

    def rest_after(self, task: Callable[[], bool], took: float) -> float:
        """Return how long to rest. Nobody waits for a chore: it takes half of the time."""
        return self.rest if task == self.do_job else took

    def forget(self) -> None:
        now = time.monotonic()
        if now >= self.next_forgetting:
            self.next_forgetting = now + FORGET
            jobs_forget(now=timezone.now())


class WakingLane(DatabaseLane):
    """Chores, and in place of jobs the wake-ups by which Celery's workers do them."""

    def __init__(self, stopping: Stop | threading.Event) -> None:
        super().__init__(stopping)
        self.wake_ups = WakeUps()

    def do_job(self) -> bool:
        self.wake_ups.look(self.which())
        return False

    def which(self) -> Q:
        return ~Q(kind__in=[key for key, kind in KINDS.items() if kind.at_home])


class JobsProcess:
    """Does jobs and chores until it is stopped; any number of such processes may run.

    Where Celery's workers do the jobs, it keeps the chores and the kinds that do not leave home.
    """

    def __init__(self, stopping: Stop | threading.Event) -> None:
        is_far = broker.is_chosen()
        self.database = WakingLane(stopping) if is_far else DatabaseLane(stopping)
        self.network: list[NetworkLane] = []
        for kind in KINDS.values():
            if not kind.atomic and (kind.at_home or not is_far):
                self.network += lanes_of(kind, stopping)

    def run(self) -> None:
        beside = [threading.Thread(target=lane.run, name=lane.kind.key, daemon=True)
                  for lane in self.network]
        for thread in beside:
            thread.start()
        self.database.run()
        for thread in beside:
            thread.join()


def lanes_of(kind: Kind, stopping: Stop | threading.Event) -> list[NetworkLane]:
    """Return as many lanes as `kind` has threads."""
    lanes = [NetworkLane(stopping, kind)]
    while len(lanes) < kind.threads:
        lanes.append(NetworkLane(stopping, kind, before=lanes[-1]))
    return lanes
