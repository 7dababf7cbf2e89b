"""A server that is slower than a lease: no second letter, whoever else is sending."""
import threading
import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from apps.delivery.services import run_start
from apps.mailings.models import Attempt, Delivery, Run
from tests.smtp import sink_server

from ..engine import recovery
from ..engine.engine import Engine
from ..engine.ledger import LEASE
from .test_replies import GOOD, Script

pytestmark = pytest.mark.django_db(transaction=True)
in_hand = Delivery.objects.filter(state=Delivery.State.CLAIMED)


class SlowServer(Script):
    """It answers octet by octet; the first answer to a dot waits until `go_on`."""

    def __init__(self):
        self.waits, self.go_on = threading.Event(), threading.Event()
        super().__init__(dot=self.slow)

    def slow(self, line):
        self.waits.set()
        self.go_on.wait(20)
        return GOOD["dot"]

    def say(self, client, answer):
        for octet in answer:
            client.sendall(bytes([octet]))


@pytest.fixture
def slow(mailing, settings):
    """A run, its worker with one letter at a slow server, that server, and a quick one."""
    run, server = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND), SlowServer()
    with sink_server(settings) as sink:
        quick, settings.EMAIL_PORT = settings.EMAIL_PORT, server.port
        worker = Engine(connections=1, run_ids=[run.pk])
        worker.start()
        assert server.waits.wait(10)
        settings.EMAIL_PORT = quick
        yield run, worker, server, sink
        server.go_on.set()
        server.close()


def others_send(run):
    """Another worker takes what it finds, and gives up what seems to be lost."""
    other = Engine(connections=1, run_ids=[run.pk])
    other.start()
    assert other.join(10)
    recovery.recover()


def answered(run, worker, server):
    server.go_on.set()
    assert worker.join(10) and not worker.failed.is_set()
    run.refresh_from_db()
    return run


def test_a_heartbeat_holds_a_letter_whose_answer_takes_many_leases(slow):
    run, worker, server, sink = slow
    for _ in range(4):
        worker.connections[0].lease_until = time.monotonic() + 1  # the lease is nearly over
        assert in_hand.update(lease_until=Now() + timedelta(seconds=1)) == 1
        worker.renew_leases()
        assert in_hand.filter(lease_until__gt=Now() + LEASE / 2).count() == 1
        others_send(run)
    run = answered(run, worker, server)
    assert (run.sent, run.unknown, run.state) == (3, 0, Run.State.FINISHED)
    assert server.letters == 1 and len(sink.letters) == 2


def test_an_answer_after_the_lease_was_lost_is_still_the_letters_own(slow):
    run, worker, server, sink = slow
    in_hand.update(lease_until=Now() - LEASE)
    others_send(run)
    run.refresh_from_db()
    assert (run.sent, run.unknown) == (2, 1)
    run = answered(run, worker, server)
    assert (run.sent, run.unknown) == (3, 0)
    assert server.letters == 1 and len(sink.letters) == 2
    assert Attempt.objects.filter(outcome_unknown=False).count() == 3
