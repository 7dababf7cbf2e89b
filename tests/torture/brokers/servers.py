"""Brokers of our own, which may die: a Redis, a node of RabbitMQ."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from apps.core.broker import is_installed
from tests.smtp import free_port

START = 60  # seconds in which a broker answers
REDIS = shutil.which("redis-server")
# Not Debian's own script, which becomes another user.
RABBITMQ = shutil.which("rabbitmq-server", path=f"/usr/lib/rabbitmq/bin:{os.environ['PATH']}")


class Server:
    """A broker in `folder`, on a port of its own."""

    def __init__(self, folder, host="127.0.0.1"):
        self.folder = Path(folder)
        self.port = free_port()
        self.process = None

    def start(self):
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, process_group=0, cwd=self.folder,
                env=os.environ | self.environment())
        deadline = time.monotonic() + START
        while not self.answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def kill(self):
        """At once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while self.answers():
            time.sleep(0.05)

    def environment(self):
        return {}

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


class Redis(Server):
    """It keeps nothing on the disk: who restarts it has lost all messages."""

    program = REDIS

    def command(self):
        return [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--dir", str(self.folder)]

    def url(self, host="127.0.0.1", port=None):
        return f"redis://{host}:{port or self.port}/0"

    def flush(self):
        from redis import Redis as Client
        with Client(port=self.port) as client:
            client.flushall()


class RabbitMQ(Server):
    """A node with a folder of its own; `unacknowledged` is its consumer_timeout in seconds."""

    program = RABBITMQ

    def __init__(self, folder, unacknowledged=1800):
        super().__init__(folder)
        self.between = free_port()
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.default = 127.0.0.1:{self.port}\n"
            f"consumer_timeout = {unacknowledged * 1000}\nloopback_users = none\n")
        (self.folder / "plugins").write_text("[].\n")

    def command(self):
        return [self.program]

    def environment(self):
        return {
            "RABBITMQ_NODENAME": f"torture{self.port}@localhost", "HOME": str(self.folder),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_MNESIA_BASE": str(self.folder), "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_DIST_PORT": str(self.between), "RABBITMQ_USE_LONGNAME": "false",
            "RABBITMQ_LOGS": str(self.folder / "node.log"),
        }

    def url(self, host="127.0.0.1", port=None):
        return f"amqp://guest:guest@{host}:{port or self.port}//"

    def errors_of_channels(self):
        """Return how often the node closed a channel, as its log tells."""
        return (self.folder / "node.log").read_text().count("channel exception")


SERVERS = {"redis": Redis, "rabbitmq": RabbitMQ}


def missing(name):
    """Whether this broker, or Celery, is not installed."""
    return not is_installed() or not SERVERS[name].program


@contextlib.contextmanager
def own_broker(name, **options):
    """Yield a running broker, gone afterwards."""
    folder = tempfile.mkdtemp()
    server = SERVERS[name](folder, **options)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
