"""A kind of job for tests: it counts, and does what it is told at a number."""
import pytest

from ..kinds import KINDS, Kind
from ..services import job_create
from ..worker import claim, do_batch


class Counting(Kind):
    key = "counting"
    label = "Counting"
    action = "import"

    def __init__(self):
        self.at = {}  # what to do at a number
        self.counted = []

    def run_batch(self, job):
        number = job.place.get("number", 0)
        self.counted.append(number)
        job.place["number"] = job.done = number + 1
        if number in self.at:
            self.at[number](job)
        return number + 1 == job.total


@pytest.fixture
def counting(monkeypatch):
    kind = Counting()
    monkeypatch.setitem(KINDS, kind.key, kind)
    return kind


@pytest.fixture
def job(owner, counting):
    return job_create(kind="counting", owner=owner, total=3)


def work(job, token="me"):
    """Do the next batch of `job`; return what it was at its claim, None when nothing was ready."""
    claimed = claim(token)
    if claimed:
        do_batch(claimed)
    job.refresh_from_db()
    return claimed


def work_on(job):
    while work(job):
        pass
    return job
