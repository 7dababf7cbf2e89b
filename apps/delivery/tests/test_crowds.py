"""More senders whose servers hang than a process has connections to wait with."""
from types import SimpleNamespace

import pytest
from django.db import connection

from tests.sending import until

from ..engine import pool, waiting
from .many_senders import Hanging, Open, is_sent, run_of, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_waits")]


def test_a_newcomer_gets_its_turn_although_too_many_hang(owner, servers, monkeypatch):
    monkeypatch.setattr(pool, "MOST", 1)
    monkeypatch.setattr(pool, "ALWAYS", 5)
    monkeypatch.setattr(pool, "PAUSE", 0.2)
    for _ in range(6):
        run_of(owner, servers(Hanging))
    with working() as engine:
        until(lambda: sum(one.is_held_up() for one in engine.connections) >= 3)
        newcomer = run_of(owner, servers(Open))
        until(lambda: engine.look() or is_sent(newcomer))
        assert len(engine.connections) <= engine.pool.most


def test_a_server_that_is_new_is_waited_for_without_the_database(owner, servers, monkeypatch):
    monkeypatch.setattr(waiting, "LONG", 60)
    closed = []
    monkeypatch.setattr("apps.delivery.engine.connection.connection", SimpleNamespace(
        close=lambda: closed.append(1) or connection.close()))
    server = servers(Hanging)
    run_of(owner, server)
    with working(connections=1):
        until(lambda: server.letters)
        assert closed
        server.over.set()
