"""The doorbell wakes a worker that rests; without it a worker at rest asks little."""
import errno
import os
import threading
import time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.delivery.services import run_pause, run_resume, run_start
from apps.mailings.models import Run

from ..drivers import heartbeat
from ..drivers.local import SendingProcess
from ..engine import bell

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 20  # seconds: far more than it takes


@pytest.fixture
def own_bell(data_dir):
    own = bell.open_bell()
    own.wait(0)
    yield own
    own.close()


def test_a_start_and_a_resume_ring_once_they_are_committed(own_bell, mailing):
    with transaction.atomic():
        run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        assert not own_bell.wait(0)
    assert own_bell.wait(LONG) and not own_bell.wait(0)
    run_pause(run=run)
    run_resume(run=run)
    assert own_bell.wait(LONG)


def test_what_is_rolled_back_rings_nobody(own_bell):
    with transaction.atomic():
        bell.ring()
        transaction.set_rollback(True)
    assert not own_bell.wait(0)


def test_every_worker_hears_it_and_one_that_died_is_forgotten(own_bell):
    other, dead = bell.open_bell(), bell.open_bell()
    for ear in (other, dead):
        ear.wait(0)
    if isinstance(dead, bell.Pipe):
        dead.path.rename(dead.path.with_name("left behind"))
        bell.os.close(dead.file)
    bell.ring()
    assert own_bell.wait(LONG) and other.wait(LONG)
    other.close()
    if isinstance(dead, bell.Pipe):
        assert [path.name for path in bell.folder().iterdir()] == [own_bell.path.name]


def test_a_listener_that_lost_its_connection_opens_another(own_bell, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's bell is a pipe")
    own_bell.connection.close()
    assert not own_bell.wait(0)
    monkeypatch.setattr(own_bell, "retry_at", 0)
    own_bell.wait(0)
    bell.ring()
    assert own_bell.wait(LONG)


def test_a_run_that_starts_wakes_a_worker_at_rest(mailing, sink, monkeypatch):
    monkeypatch.setattr(heartbeat, "LOOK", LONG)  # it does not look by itself
    process = SendingProcess(keep_clock=False, connections=1)
    thread = threading.Thread(target=process.run)
    thread.start()
    try:
        while not process.engine.waiting:
            time.sleep(0.01)
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        deadline = time.monotonic() + LONG
        while len(sink.letters) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        process.stopping.set()
        thread.join()
    assert len(sink.letters) == 3


def test_a_worker_at_rest_asks_once_a_second(mailing, sink, monkeypatch):
    process = SendingProcess(keep_clock=False, connections=0)
    process.start()
    process.tend()
    seconds = [time.monotonic()]
    monkeypatch.setattr(heartbeat.time, "monotonic", lambda: seconds[0])
    with CaptureQueriesContext(connection) as asked:
        for _ in range(20):
            seconds[0] += 1
            process.tend()
    monkeypatch.undo()
    process.finish()
    beats, for_each = 5, 6  # a beat sees too whether this machine's refusals are known
    assert len(asked) <= 20 + beats * for_each


@pytest.mark.parametrize("failing", ["open", "write"])
def test_a_bell_that_can_not_be_rung_stays_and_is_no_error(monkeypatch, failing):
    """The worker is another user's, or it ends between the opening of its pipe and the ring."""
    pipe = bell.Pipe()
    number = {"open": errno.EACCES, "write": errno.EPIPE}[failing]

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(bell.os, failing, refuse)
        bell.write_to_pipes()
    assert pipe.path.exists()
    pipe.close()
