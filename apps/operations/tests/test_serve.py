"""`manage.py serve`: what it starts, keeps alive, and takes down with it."""
import contextlib
import io
import os
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.core import processes
from apps.core.processes import Child, stop_all
from tests.smtp import free_port

from ..management.commands import serve

MANAGE = [sys.executable, str(project.BASE_DIR / "manage.py")]
FOREIGN = ("DATABASE_URL", "EMAIL_URL", "BASE_URL", "HOST", "CACHE_URL", "ALLOWED_HOSTS")


def eventually(check, seconds=20):
    """Wait until `check()` is true; return what it returned last."""
    end = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def python(code):
    return [sys.executable, "-c", code]


@pytest.fixture
def children():
    made = []
    yield made
    stop_all(made, 0.1)


def child_of(children, code):
    child = Child("test", python(code))
    child.start()
    children.append(child)
    return child


def test_a_child_that_dies_is_started_again_after_a_growing_pause(children, monkeypatch, caplog):
    now = [1000.0]
    monkeypatch.setattr(processes.time, "monotonic", lambda: now[0])
    child, pauses = child_of(children, "raise SystemExit(3)"), []
    for _ in range(7):
        child.process.wait(10)
        child.look_after()
        pauses.append(child.pause)
        first = child.process
        child.look_after()
        assert child.process is first
        now[0] += child.pause
        child.look_after()
        assert child.process is not first
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert "test ended with status 3; it starts again in 1 s" in caplog.text
    monkeypatch.undo()


def test_a_child_that_had_worked_for_long_is_back_soon(children, monkeypatch):
    child = child_of(children, "pass")
    child.process.wait(10)
    child.pause, child.started = 30, time.monotonic() - 3600
    child.look_after()
    assert child.pause == 1


def test_a_child_that_does_not_stop_is_killed_with_all_that_it_started(children, tmp_path):
    ready = tmp_path / "grandchild"
    child = child_of(children, (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "g = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(ready)!r}, 'w').write(str(g.pid)); time.sleep(60)"))
    assert eventually(lambda: ready.exists() and ready.read_text())
    stop_all(children, 0.2)
    assert child.process.returncode == -signal.SIGKILL
    assert eventually(lambda: not alive(int(ready.read_text())))


def test_a_signal_in_the_midst_of_waiting_for_it_is_heard():
    hammer = ("import signal; from apps.core.processes import Stop; stops = [];"
              "signal.signal(signal.SIGALRM, lambda *_: stops and stops[-1].set());"
              "signal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)\n"
              "while len(stops) < 1000:\n"
              "    stops.append(Stop())\n"
              "    while not stops[-1].wait(5e-5): pass\n"
              "signal.setitimer(signal.ITIMER_REAL, 0)")  # a threading.Event hangs here at once
    assert subprocess.run([sys.executable, "-c", hammer], timeout=30).returncode == 0


def test_a_busy_port_is_said_and_nothing_is_started(monkeypatch):
    monkeypatch.setattr(Child, "start", lambda self: pytest.fail("started"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is busy"):
            call_command("serve", host="127.0.0.1", port=port)


def test_where_the_demos_mail_server_can_not_run_it_is_said(monkeypatch, settings):
    settings.CATCHER = True
    monkeypatch.setattr(serve.catcher, "is_installed", lambda: False)
    for command in ("serve", "catcher"):
        with pytest.raises(CommandError, match="needs aiosmtpd, which is not installed"):
            call_command(command)


def test_a_busy_catchers_port_is_stepped_over_and_said(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.CATCHER_PORT = taken.getsockname()[1]
        out = io.StringIO()
        port = serve.Command(stdout=out).catcher_port()
    assert settings.CATCHER_PORT < port < settings.CATCHER_PORT + serve.CATCHER_PORTS
    assert f"CATCHER_PORT={port}" in out.getvalue()


def test_a_database_without_its_migrations_is_said_and_nothing_is_started(monkeypatch, db):
    monkeypatch.setattr(Child, "start", lambda self: pytest.fail("started"))
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["something"])
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    with pytest.raises(CommandError, match="manage.py migrate"):
        call_command("serve", host="127.0.0.1", port=free_port())


def alive(pid):
    """Whether the process runs; one that nobody has waited for yet is dead."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def kin(pid):
    """Return the pids of a process's children, theirs included."""
    found = []
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *kin(child)]
    return found


class Served:
    """A running `serve`, on ports and data of its own."""

    def __init__(self, folder):
        self.port, self.catcher_port = free_port(), free_port()
        self.environ = {
            **{key: value for key, value in os.environ.items() if key not in FOREIGN},
            "DEBUG": "1", "DATA_DIR": str(folder), "CATCHER_PORT": str(self.catcher_port)}

    def start(self):
        self.process = subprocess.Popen(
            [*MANAGE, "serve", "--port", str(self.port)], env=self.environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = []
        for line in self.process.stdout:
            self.said.append(line)
            if "vestnik-demo" in line:
                return

    def running(self, word):
        """Return the pid of the child whose command line has `word`."""
        for pid in kin(self.process.pid):
            with contextlib.suppress(OSError):
                if word in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                    return pid

    def sends(self):
        """Return whether a worker has said that it is there."""
        path = Path(self.environ["DATA_DIR"], "vestnik.sqlite3")
        with contextlib.closing(sqlite3.connect(path)) as database:
            return database.execute("SELECT COUNT(*) FROM delivery_worker").fetchone()[0] == 1

    def catches(self):
        with contextlib.suppress(OSError, smtplib.SMTPException):
            with smtplib.SMTP("127.0.0.1", self.catcher_port, timeout=5) as client:
                return client.noop()[0] == 250


@pytest.fixture(scope="module")
def migrated(tmp_path_factory, django_db_setup, django_db_blocker):
    """A SQLite file with every migration: a copy of the tests' own where that is one."""
    path = tmp_path_factory.mktemp("migrated") / "vestnik.sqlite3"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM INTO %s", [str(path)])
            return path
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{path}"}
    subprocess.run([*MANAGE, "migrate", "-v0"], env=environ, check=True)
    return path


@pytest.fixture
def served(tmp_path, migrated):
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        pytest.skip("needs Linux's /proc")
    shutil.copy(migrated, tmp_path)
    served = Served(tmp_path)
    served.start()
    yield served
    served.process.kill()
    served.process.wait()
    served.process.stdout.close()


def test_it_serves_restarts_what_dies_and_takes_everything_down(served):
    address = f"http://127.0.0.1:{served.port}"
    assert f"Vestnik is at {address}/\n" in served.said
    with urllib.request.urlopen(f"{address}/outbox/") as page:
        assert page.status == 200
    assert served.catches() and served.running("sender") and eventually(served.sends)
    assert os.getpriority(os.PRIO_PROCESS, served.running("sender")) > os.getpriority(
        os.PRIO_PROCESS, served.running("gunicorn"))
    first = served.running("catcher")
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: served.running("catcher") not in (None, first))
    assert eventually(served.catches)
    family = kin(served.process.pid)
    assert len(family) >= 4  # catcher, web and its worker, sender
    served.process.send_signal(signal.SIGTERM)
    rest = served.process.stdout.read()
    assert served.process.wait(40) == 0
    assert "catcher ended with status -9" in rest and "Sender stopped" in rest
    assert not any(map(alive, family))


def test_killed_outright_it_leaves_no_orphans(served):
    family = kin(served.process.pid)
    served.process.kill()
    assert eventually(lambda: not any(map(alive, family)), 35)
