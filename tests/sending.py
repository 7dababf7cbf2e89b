"""What tests of sending share: a mail server, a mailing, and how it is sent in this process."""
import time

import pytest

from apps.delivery.engine.engine import Engine
from apps.core.outage import outage
from apps.delivery.services import run_start
from apps.mailings.models import Run
from tests.factories import MailingFactory, RecipientFactory
from tests.smtp import sink_server


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    outage.since = None  # an earlier test may have ended while its database was away


@pytest.fixture
def sink(settings):
    with sink_server(settings) as sink:
        yield sink


@pytest.fixture
def mailing(owner):
    """A mailing to three clients, whose window is open."""
    names = {"anna": "Анна Ли", "boris": "", "vera": "Вера Ким"}
    return MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"{local}@example.com", full_name=name)
        for local, name in names.items()])


def send(mailing, connections=2, **start):
    """Start a run and send it to its end in this process; return the run."""
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, **start)
    work(run, connections)
    return run


def work(run, connections=2):
    """Send what `run` has to send now."""
    engine = Engine(connections=connections, run_ids=[run.pk])
    engine.start()
    assert engine.join(30) and not engine.failed.is_set()
    run.refresh_from_db()


def until(condition):
    """Wait until it holds, but no longer than ten seconds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
