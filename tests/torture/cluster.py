"""A PostgreSQL of our own, which may die."""
import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.smtp import free_port

PROGRAMS = "/usr/lib/postgresql/*/bin"


class Cluster:
    """A PostgreSQL server in `folder`, on a port of its own."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.programs = sorted(Path("/").glob(PROGRAMS[1:]))[-1]

    def run(self, program, *arguments):
        """Run one of PostgreSQL's programs, as `postgres` where we are root."""
        other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*other, self.programs / program, "-D", self.folder, *arguments],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self):
        """At once, as `kill -9` would."""
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")


@contextlib.contextmanager
def own_cluster():
    """Yield a running Cluster, gone afterwards."""
    folder = tempfile.mkdtemp()
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    cluster = Cluster(folder)
    cluster.run("initdb", "-U", "postgres", "-A", "trust")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)
