"""What a page answers while a command holds a lock, on PostgreSQL, and a line that is cut."""
import os
import socket

import psycopg2
import pytest
from django.db import connection

from apps.delivery.services import run_start
from apps.mailings.models import Run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


@pytest.fixture
def other():
    """Another connection, in a transaction of its own."""
    parameters = {**connection.get_connection_params()}
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    session = psycopg2.connect(**parameters)
    yield session.cursor()
    session.rollback()
    session.close()


def test_a_mailings_page_is_there_while_a_recount_goes_on(mailing, as_owner, other):
    """recount holds the increments' table for as long as it reads a run's attempts."""
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    other.execute("LOCK TABLE mailings_increment IN SHARE ROW EXCLUSIVE MODE")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    assert as_owner.get(mailing.get_absolute_url()).status_code == 200


def test_a_second_click_while_a_big_run_is_made_says_that_it_is_being_sent(
        mailing, htmx, other):
    other.execute("SELECT 1 FROM mailings_mailing FOR NO KEY UPDATE")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    answer = htmx.post(f"/mailings/{mailing.pk}/start/", {"confirm": "1"})
    assert answer.status_code == 409


def test_a_worker_that_is_cut_off_from_the_database_knows_within_half_a_minute():
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
        if wire.family == socket.AF_UNIX:
            pytest.skip("no network lies between")
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 30_000
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 20
