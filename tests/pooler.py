"""A real PgBouncer in transaction mode before the PostgreSQL of the tests."""
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from tests.smtp import free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
CONFIGURATION = """
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
logfile = {folder}/log
pidfile = {folder}/pid
"""


@contextlib.contextmanager
def pooler(database, size=4):
    """Yield the port of a pooler before `database`, Django's settings of one.

    All clients share `size` sessions of PostgreSQL: what one of them sets, another one gets.
    """
    port = free_port()
    folder = tempfile.mkdtemp()
    Path(folder, "ini").write_text(CONFIGURATION.format(
        server=server_of(database), port=port, size=size, folder=folder))
    command = [PGBOUNCER, "-q", f"{folder}/ini"]
    if os.getuid() == 0:  # it refuses to be root
        shutil.chown(folder, "postgres")
        command[1:1] = ["-u", "postgres"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, database)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def server_of(database):
    """Return how the pooler reaches PostgreSQL, whoever asks."""
    parts = {"host": database["HOST"] or "127.0.0.1", "port": database["PORT"] or 5432,
             "user": database["USER"], "password": database["PASSWORD"]}
    return " ".join(f"{name}={value}" for name, value in parts.items() if value)


def wait_for(port, database):
    for _ in range(100):
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(host="127.0.0.1", port=port, dbname=database["NAME"],
                             user=database["USER"]).close()
            return
        time.sleep(0.1)
    raise AssertionError("PgBouncer does not answer")
