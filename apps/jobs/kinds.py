"""The kinds of jobs there are. Each registers itself when Django starts, in its app's `ready`."""
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext

if TYPE_CHECKING:
    from .models import Job


def one_writes_at_a_time() -> bool:
    return connection.vendor == "sqlite"


class Later(Exception):
    """The batch can not be done now; it is tried again at `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


class Failed(Exception):
    """The job ends here. `words` say why, in English; pages translate them."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Kind:
    """What one kind of job does, batch by batch."""

    key = ""
    label: str | Promise = ""
    private = False  # managers do not see it
    atomic = True  # a batch is one transaction; False for what speaks to another machine
    threads = 1  # that do such jobs in a jobs process, where they are not atomic
    at_home = False  # done by the jobs process itself, where Celery's workers do the others
    action = ""  # what the audit trail says at the end of a job that a person started

    def look(self, job: Job) -> None:
        """Do what the next batch needs and what writes nothing, before its transaction begins.

        Meanwhile others may write, and the job is another's or cancelled perhaps: what was found
        may be out of date by then. Raises Later and Failed.
        """

    def run_batch(self, job: Job) -> bool:
        """Do the next batch, from `job.place` on. Returns whether it was the last.

        It moves `job.place` and `job.done` forward, and may change `job.total` and `job.result`:
        they are stored in the transaction of the batch. Raises Later and Failed.
        """
        raise NotImplementedError

    def rest(self, took: float) -> float:
        """Return how long to rest after a batch whose writing `took` so many seconds.

        Pages and sending have their turn then, where only one writes at a time.
        """
        return took if one_writes_at_a_time() else 0

    def stopped(self, job: Job, why: Failed | None) -> None:
        """Do what follows where the job failed, or was cancelled (`why` is None then).

        It is called in the transaction that says so.
        """

    def idle(self) -> None:
        """Let go of what was kept for the next batch: nothing waits now."""

    def kept(self) -> Q:
        """Return which jobs of this kind are not to be forgotten, however long ago they ended."""
        return Q(pk__in=[])

    def title(self, job: Job) -> str:
        """Return what the job is called on its owner's page."""
        return str(self.label)

    def reason(self, job: Job) -> str:
        """Return why the job failed, or waits, in the reader's language."""
        return gettext(job.error) if job.error else ""

    def outcome(self, job: Job) -> str:
        """Return what came of it so far, in the reader's language; "" where it says nothing."""
        return ""

    def undo_url(self, job: Job) -> str:
        """Return where a POST undoes what the job has done; "" where nothing can be undone."""
        return ""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.key] = kind
