"""Celery's task of sending, called as a worker calls it, without a broker."""
import pytest

from apps.mailings.models import Run

from ..drivers import celery_process, presence
from ..drivers.celery_process import CeleryProcess, OwnProcess, Shape
from ..engine import draining
from ..models import Lease, Worker
from ..services import run_start

celery = pytest.importorskip("celery", reason="Celery is not installed")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tasks(monkeypatch):
    from ..drivers import tasks
    monkeypatch.setattr(draining, "QUIET", 0.3)
    monkeypatch.setattr("apps.delivery.engine.waiting.LONG", 60)  # a busy machine is no slow server
    monkeypatch.setattr(celery_process, "GLANCE", 0.01)
    monkeypatch.setattr(tasks, "own", OwnProcess())
    yield tasks
    tasks.own.finish()
    assert not Worker.objects.exists() and not Lease.objects.exists()


@pytest.fixture
def sent(tasks, monkeypatch):
    """The wake-ups that a broker got."""
    sent = []
    monkeypatch.setattr(tasks.broker, "send", lambda task, *ids, **how: sent.append(task))
    return sent


def test_a_task_sends_what_there_is_and_wakes_nobody(tasks, sent, mailing, sink):
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)
    tasks.drain.run()
    run.refresh_from_db()
    assert (run.state, run.sent, len(sink.letters)) == (Run.State.FINISHED, 3, 3)
    assert not sent and presence.numbers() == (1, 1)


def test_a_task_whose_time_is_over_wakes_its_successor(tasks, sent, monkeypatch):
    monkeypatch.setattr(CeleryProcess, "drain", lambda self: True)
    tasks.drain.run()
    assert sent == ["vestnik.drain"]


def test_a_worker_that_is_stopping_wakes_nobody(tasks, sent, monkeypatch):
    monkeypatch.setattr(CeleryProcess, "drain", lambda self: True)
    monkeypatch.setattr(tasks, "is_ending", lambda: True)
    tasks.drain.run()
    assert not sent


def test_of_two_tasks_in_one_process_the_second_ends_at_once(tasks, sent):
    process = tasks.own.get()
    with process.turn:
        assert not process.drain()


def test_the_connections_of_a_machine_are_shared_out_among_its_processes(settings):
    settings.SENDER_CONNECTIONS = 5
    assert Shape(processes=2).connections == 3
    assert Shape(does_jobs=True).seconds < Shape().seconds
