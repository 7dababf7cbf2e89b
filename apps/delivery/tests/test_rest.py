"""What a worker at rest must not leave undone."""
import pytest
from django.db import OperationalError

from apps.delivery.services import run_start
from apps.mailings.models import Run

from ..drivers.local import SendingProcess
from ..engine.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def process(sink):
    process = SendingProcess(keep_clock=False, connections=1)
    process.start()
    yield process
    process.finish()


@pytest.mark.parametrize("state", ["stopped", "finished"])
def test_letters_that_come_back_to_a_run_that_is_over_are_not_forgotten(process, mailing, state):
    """Given back after a stop, or by a worker that was taken for lost; nothing else is under way.

    No letter is claimed and no run is active, but recovery.WORK finds the ended run all the same.
    """
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    Run.objects.update(state=state)
    process.next_look = 0
    process.next_recovery = 0
    process.tend()
    run.refresh_from_db()
    assert run.state == "running" or not run.left


def test_a_limited_rate_outlives_a_restart_of_the_database(mailing, settings, monkeypatch):
    """done_or_wait asks the database too; an error of the database there ends no connection."""
    settings.SENDER_RATE = 1
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    engine = Engine(connections=1)
    worker = __import__("apps.delivery.engine.connection", fromlist=["x"]).Connection(engine, 0)
    monkeypatch.setattr(worker.exchange, "exchange", lambda: False)
    monkeypatch.setattr("apps.delivery.engine.exchange.DATABASE_PAUSE", 0)
    calls = []

    def fails_once(**_):
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        engine.stopping.set()
        return []

    monkeypatch.setattr(engine, "runnable", fails_once)
    try:
        worker.exchange.turn()
    except OperationalError as error:
        pytest.fail(str(error))
    finally:
        worker.journal.close(forget=True)
