"""Many senders with servers of their own, and an engine that works for them, in tests."""
import contextlib
import threading

import pytest

from apps.delivery.services import run_start
from apps.mailings.models import Recipient, Run
from tests.factories import MailingFactory, RecipientFactory, SenderFactory

from ..engine import claiming, waiting
from ..engine.engine import Engine
from .test_admission import Doorkeeper


class Open(Doorkeeper):
    """It serves any number of clients at once."""

    def __init__(self, most=99, refusal=None, **answers):
        super().__init__(most, refusal, **answers)

    def serve(self, client):
        self.connections += 1
        super().serve(client)


class Hanging(Open):
    """It takes a letter and never answers."""

    def __init__(self):
        self.over = threading.Event()
        super().__init__(dot=lambda line: self.over.wait(20) and b"250 2.0.0 Ok\r\n")

    def close(self):
        self.over.set()
        super().close()


@pytest.fixture
def short_waits(monkeypatch, settings):
    monkeypatch.setattr(waiting, "LONG", 0.2)
    monkeypatch.setattr(claiming, "SLICE", 0.1)
    settings.SMTP_ALLOW_PRIVATE = True
    settings.SENDER_CONNECTIONS = 2


engines = []  # that a test has started


@pytest.fixture
def servers(owner):
    """Servers that are closed at the end; then all engines end."""
    engines.clear()
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [engine.join(10) for engine in engines])

        def add(kind, **answers):
            server = kind(**answers)
            stack.callback(server.close)
            return server
        yield add


def run_of(owner, server, letters=3, **sender):
    """Return a run of `letters` by a new sender at `server`, or by a given one."""
    made = sender.pop("by", None) or SenderFactory(owner=owner, port=server.port, **sender)
    number = Recipient.objects.count()
    clients = Recipient.objects.bulk_create([
        RecipientFactory.build(owner=owner, email=f"c{number + n}@client.example")
        for n in range(letters)])
    mailing = MailingFactory(owner=owner, recipients=clients, sender=made)
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    return run


@contextlib.contextmanager
def working(connections=2, **options):
    """Have an engine work, and be tended as a worker's own loop does."""
    engine = Engine(connections=connections, **options)
    engines.append(engine)
    over = threading.Event()

    def tend():
        from django.db import connection
        while not over.wait(0.05):
            engine.tend()
        connection.close()

    thread = threading.Thread(target=tend)
    engine.start()
    thread.start()
    try:
        yield engine
    finally:
        over.set()
        thread.join()
        engine.stop()


def is_sent(run):
    run.refresh_from_db()
    return run.left == 0 and run.sent == run.total
