"""What a kind of job may do beside its batches: look before them, rest after, end in order."""
import pytest
from django.db import connection

from .. import kinds
from ..kinds import Failed
from ..services import job_cancel
from ..worker import claim, do_batch
from .conftest import work

pytestmark = pytest.mark.django_db


def test_a_look_comes_before_each_batch_and_holds_no_lock(counting, job, monkeypatch):
    depth = len(connection.savepoint_ids)
    seen = []
    monkeypatch.setattr(counting, "look", lambda job: seen.append(
        (len(connection.savepoint_ids) - depth, len(counting.counted))), raising=False)
    work(job)
    work(job)
    assert seen == [(0, 0), (0, 1)]


def test_a_look_may_fail_the_job(counting, job, monkeypatch):
    def look(job):
        raise Failed("No such file.")

    monkeypatch.setattr(counting, "look", look)
    work(job)
    assert (job.state, job.error, counting.counted) == ("failed", "No such file.", [])


def test_what_follows_a_failure_and_a_cancel_is_done(owner, counting, job, monkeypatch):
    stopped = []
    monkeypatch.setattr(counting, "stopped", lambda job, why: stopped.append(why and why.words))
    job_cancel(job=job, by=owner)
    assert stopped == [None]


def test_what_follows_a_failure_knows_why(counting, job, monkeypatch):
    def fail(job):
        raise Failed("Full.")

    stopped = []
    counting.at[0] = fail
    monkeypatch.setattr(counting, "stopped", lambda job, why: stopped.append(why.words))
    work(job)
    assert stopped == ["Full."]


@pytest.mark.parametrize("one_writes", [True, False])
def test_a_rest_is_as_long_as_the_writing_where_one_writes_at_a_time(
        counting, job, monkeypatch, one_writes):
    monkeypatch.setattr(kinds, "one_writes_at_a_time", lambda: one_writes)
    assert (do_batch(claim("me")) > 0) is one_writes
