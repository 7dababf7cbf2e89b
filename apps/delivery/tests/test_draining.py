"""An engine that is opened for some seconds at a time, as Celery's tasks do it."""
import asyncio
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Delivery, Run
from tests.sending import until

from ..engine import draining
from ..engine.draining import drain
from ..engine.engine import Engine
from ..services import run_start

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 10


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """A drain ends soon after its last letter."""
    monkeypatch.setattr(draining, "QUIET", 0.3)
    monkeypatch.setattr("apps.delivery.engine.waiting.LONG", 60)  # a busy machine is no slow server
    monkeypatch.setattr(draining, "GLANCE", 0.01)


@pytest.fixture
def engine():
    """An engine that is closed, as between two tasks."""
    engine = Engine(connections=1)
    engine.close()
    engine.start()
    yield engine
    engine.stop()
    assert engine.join(LONG) and not engine.failed.is_set()


def never():
    return False


@pytest.fixture
def run(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)


def test_a_drain_sends_what_there_is_and_ends(engine, run, sink):
    assert not drain(engine, seconds=LONG, stopped=never)
    run.refresh_from_db()
    assert (run.state, run.sent, len(sink.letters)) == (Run.State.FINISHED, 3, 3)


def test_nothing_leaves_between_two_drains(engine, run, sink):
    engine.wake_up()
    time.sleep(0.1)
    assert not sink.letters and not Delivery.objects.exclude(state="pending").exists()


def test_a_drain_that_is_stopped_says_that_letters_are_left(engine, run, sink):
    assert drain(engine, seconds=LONG, stopped=lambda: True)


def test_a_run_that_rests_holds_no_task(engine, run, sink):
    Run.objects.update(hold_until=timezone.now() + timedelta(minutes=1))
    began = time.monotonic()
    assert not drain(engine, seconds=LONG, stopped=never)
    assert time.monotonic() - began < LONG / 2 and not sink.letters


def test_a_letter_whose_answer_is_late_holds_no_task_and_its_answer_counts(
        engine, run, sink, monkeypatch):
    monkeypatch.setattr("apps.delivery.engine.waiting.LONG", 0.05)
    answer = threading.Event()
    handle = sink.handle_DATA

    async def late(*args):
        while not answer.is_set():
            await asyncio.sleep(0.01)
        return await handle(*args)

    sink.handle_DATA = late
    drain(engine, seconds=1, stopped=never)
    assert engine.has_letters_in_hand() and not sink.letters
    answer.set()
    until(lambda: Delivery.objects.filter(state="sent").count() == 1)
    until(lambda: not engine.has_letters_in_hand())
    assert Delivery.objects.filter(state="pending").count() == 2
