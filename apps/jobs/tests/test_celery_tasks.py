"""Celery's task of jobs, called as a worker calls it, without a broker."""
import pytest

from ..worker import claim

celery = pytest.importorskip("celery", reason="Celery is not installed")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tasks(monkeypatch):
    from .. import tasks
    tasks.sent = []
    monkeypatch.setattr(tasks.broker, "send", lambda *ids, **how: tasks.sent.append(ids))
    return tasks


def test_a_task_does_batches_to_the_end(tasks, job, counting):
    tasks.do_job.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done" and counting.counted == [0, 1, 2] and not tasks.sent


def test_a_task_whose_time_is_over_wakes_its_successor(tasks, job, counting, monkeypatch):
    monkeypatch.setattr(tasks, "SECONDS", 0)
    tasks.do_job.run(job.pk)
    assert counting.counted == [0] and tasks.sent == [("vestnik.do_job", job.pk)]


def test_a_job_that_somebody_has_or_that_is_gone_is_let_be(tasks, job, counting):
    claim("t" * 32)
    tasks.do_job.run(job.pk)
    tasks.do_job.run(job.pk + 1)
    assert not counting.counted and not tasks.sent
