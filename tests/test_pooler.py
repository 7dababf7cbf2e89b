"""Vestnik behind a pooler in transaction mode: each transaction may get another session."""
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connection, connections

from apps.core.checks import TIME_OUTS
from apps.delivery.drivers.local import SendingProcess
from apps.delivery.engine import bell
from apps.delivery.models import Worker
from apps.delivery.services import run_start
from apps.mailings.models import Run
from tests.factories import MailingFactory, RecipientFactory
from tests.pooler import PGBOUNCER, pooler
from tests.sending import data_dir, sink  # noqa: F401
from tests.torture.faults import wait_until

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = 300
PAGES = ("/", "/recipients/", "/mailings/", "/messages/", "/attempts/", "/reports/", "/jobs/",
         "/recipients/?q=client", "/attempts/?status=success")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
    pytest.mark.skipif(not PGBOUNCER, reason="needs PgBouncer"),
]


@pytest.fixture
def pooled(settings, monkeypatch):
    """Have everything go by a pooler of two sessions, but the doorbell. Yields its port."""
    mine = connection.settings_dict
    with pooler(mine, size=2) as port:
        settings.DATABASE_DIRECT = {name: mine[name] for name in (
            "NAME", "USER", "PASSWORD", "HOST", "PORT")}
        for name, value in {"HOST": "127.0.0.1", "PORT": port, "OPTIONS": {"connect_timeout": 5},
                            "DISABLE_SERVER_SIDE_CURSORS": True}.items():
            monkeypatch.setitem(mine, name, value)
        connections.close_all()
        yield port
        connections.close_all()


def url(database):
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


def workers(settings, number=2):
    """Start worker processes that reach the database as this one does; return them."""
    environment = os.environ | {
        "DATABASE_URL": url(connection.settings_dict),
        "DATABASE_DIRECT_URL": url(settings.DATABASE_DIRECT), "DATA_DIR": str(settings.DATA_DIR),
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "SECRET_KEY": settings.SECRET_KEY}
    command = [sys.executable, "manage.py", "sender", "--no-jobs", "--processes", "1",
               "--connections", "2"]
    return [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            for _number in range(number)]


def test_a_run_is_sent_by_two_workers_while_pages_are_opened(
        pooled, settings, owner, as_owner, sink):  # noqa: F811
    mailing = MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=f"client{n}@example.com") for n in range(PEOPLE)])
    processes = workers(settings)
    try:
        assert wait_until(lambda: Worker.objects.count() == 2)
        run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        shown = []
        while Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).exists():
            pages = [*PAGES, mailing.get_absolute_url()]
            shown += [as_owner.get(path).status_code for path in pages]
    finally:
        for process in processes:
            process.terminate()
        ended = [process.wait(60) for process in processes]
    run.refresh_from_db()
    assert (run.sent, run.left) == (PEOPLE, 0) and ended == [0, 0]
    assert len(sink.letters) == len(set(sink.addresses)) == PEOPLE
    assert shown and set(shown) == {200}


def test_the_bell_rings_past_the_pooler(pooled, settings):
    own = bell.open_bell()
    own.wait(0)
    try:
        assert own.connection.info.port == int(settings.DATABASE_DIRECT["PORT"] or 5432)
        bell.ring()
        assert own.wait(20)
    finally:
        own.close()


def test_no_time_out_of_a_worker_stays_in_a_session_of_the_pool(pooled, data_dir):  # noqa: F811
    process = SendingProcess(keep_clock=False, connections=0)
    process.start()
    process.finish()
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] != "20s"


def warnings():
    return [one for one in run_checks(databases=["default"]) if one.id == "core.W001"]


def test_the_check_asks_for_the_time_outs_that_the_role_lacks(pooled):
    found, = warnings()
    assert "lock_timeout" in found.msg and "ALTER ROLE" in found.hint


def test_the_check_is_content_where_the_role_has_them(pooled, settings):
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        for setting, value in TIME_OUTS.items():
            cursor.execute(f"ALTER DATABASE {name} SET {setting} = '{value}'")
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    with pooler(settings.DATABASE_DIRECT, size=1) as port:
        connection.settings_dict["PORT"] = port  # the fixture puts it back
        connection.close()
        assert warnings() == []
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} RESET ALL")
