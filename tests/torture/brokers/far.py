"""A machine of its own: a network namespace that reaches this one by a cable which can be cut.

What listens on loopback here is forwarded to it. It needs root.
"""
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

from ..faults import ROOT
from .machine import Machine

NAME = "vestnik-far"
HERE = "10.77.77.1"
THERE = "10.77.77.2"
CABLE = "vestnik0"


def ip(*command):
    subprocess.run(["ip", *command], check=True)


class Far(Machine):
    """The machine behind the cable."""

    name = "far"

    def cut(self):
        ip("link", "set", CABLE, "down")

    def mend(self):
        """Join the cable. What stood still for long is repeated after up to two minutes (TCP)."""
        ip("link", "set", CABLE, "up")


@contextlib.contextmanager
def cable():
    ip("netns", "add", NAME)
    try:
        ip("link", "add", CABLE, "type", "veth", "peer", "name", "eth0", "netns", NAME)
        ip("addr", "add", f"{HERE}/30", "dev", CABLE)
        ip("link", "set", CABLE, "up")
        ip("-n", NAME, "addr", "add", f"{THERE}/30", "dev", "eth0")
        ip("-n", NAME, "link", "set", "eth0", "up")
        ip("-n", NAME, "link", "set", "lo", "up")
        yield
    finally:
        subprocess.run(["ip", "link", "del", CABLE])
        ip("netns", "del", NAME)


@contextlib.contextmanager
def far_machine(sink, broker):
    """Yield a Far that is at work and shares this machine's files, gone afterwards."""
    from django.core.files.storage import default_storage
    database = os.environ["DATABASE_URL"]
    ports = (urlsplit(database).port, sink.port, broker.port)
    with cable(), tempfile.TemporaryDirectory() as folder:
        forward = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.brokers.far", *map(str, ports)], cwd=ROOT)
        far = Far({
            "DATABASE_URL": database.replace("127.0.0.1", HERE), "DATA_DIR": folder,
            "EMAIL_URL": f"smtp://{HERE}:{sink.port}", "CELERY_BROKER_URL": broker.url(HERE),
            "STORAGE_URL": f"file://{default_storage.location}",
        }, before=["ip", "netns", "exec", NAME])
        far.start()
        try:
            yield far
        finally:
            far.kill_worker()
            far.kill_upkeep()
            forward.terminate()
            forward.wait()


async def copy(reader, writer):
    try:
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def forward_all(ports):
    async def take(port, reader, writer):
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, other_writer), copy(other_reader, writer))

    for port in ports:
        def taken(reader, writer, port=port):
            return take(port, reader, writer)
        await asyncio.start_server(taken, HERE, port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(forward_all(map(int, sys.argv[1:])))
