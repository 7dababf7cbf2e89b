"""Machines as operators have them: upkeep, and a Celery worker that sends."""
import os
import signal
import subprocess
import sys

from tests.torture.faults import ROOT, wait_until

UP = 150  # seconds in which a worker shows itself


class Machine:
    """One upkeep process and one worker; `before` is a command that runs them elsewhere."""

    name = "near"  # of the worker: RabbitMQ takes no second one of the same

    def __init__(self, environment=(), before=()):
        self.environment = dict(environment)
        self.before = list(before)
        self.upkeep = None
        self.worker = None

    def start(self):
        self.start_upkeep()
        self.start_worker()

    def start_upkeep(self):
        self.upkeep = self.run("manage.py", "sender", "--no-jobs")

    def start_worker(self):
        self.worker = self.run("-m", "celery", "-A", "project", "worker", "-Q", "letters",
                               "-n", f"{self.name}@%h", "--without-mingle", "--without-gossip",
                               "--loglevel", "ERROR")

    def run(self, *command):
        return subprocess.Popen(
            [*self.before, sys.executable, *command], cwd=ROOT, process_group=0,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | self.environment)

    def kill_worker(self):
        end_group(self.worker, signal.SIGKILL)

    def stop_worker(self):
        self.worker.terminate()
        self.worker.wait(UP)

    def kill_upkeep(self):
        end_group(self.upkeep, signal.SIGKILL)

    def end(self):
        for process in (self.worker, self.upkeep):
            process.terminate()
        for process in (self.worker, self.upkeep):
            process.wait(UP)


def end_group(process, number):
    os.killpg(process.pid, number)
    process.wait(60)


def all_show_themselves(number):
    """Wait until so many processes that send are there; no dead one counts."""
    from apps.delivery.drivers import presence
    from apps.delivery.models import Worker
    Worker.objects.all().delete()  # those of the living come again
    assert wait_until(lambda: presence.numbers()[0] >= number, UP), "no worker came up"


def children_of(process):
    """Return the ids of a worker's processes."""
    path = f"/proc/{process.pid}/task/{process.pid}/children"
    with open(path) as file:
        return [int(pid) for pid in file.read().split()]
