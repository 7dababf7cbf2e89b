"""Many senders on one stage: each has a server of its own at the judge, and a run."""
import collections
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.send import make_mailing, make_sender, start_run
from tests.smtp import free_port

from .faults import ROOT
from .stage import stage

REREAD = 0.3  # seconds until the judge has read its servers again
ESTABLISHED = "01"
ZEROS = ("duplicates", "sent_not_accepted", "failed_but_accepted", "unaccounted", "misplaced")


class Line(NamedTuple):
    """A letter that the judge took."""

    email: str
    message_id: str
    port: int
    envelope: str
    name: str  # the address in From
    at: float  # monotonic


@dataclass
class Shop:
    """A sender, its server, and its mailing."""

    name: str
    port: int
    sender: object
    mailing: object
    run: object = None

    def start(self):
        self.run = start_run(self.mailing)

    def figures(self):
        self.run.refresh_from_db()
        return self.run

    def is_over(self):
        run = self.figures()
        return not run.is_active and not run.left

    def change(self, **fields):
        """Change the sender behind the pages' back; None in a limit is no limit."""
        for name, value in fields.items():
            setattr(self.sender, name, value)
        self.sender.save()


class Street:
    """All shops, and the judge's servers."""

    def __init__(self, sink, path):
        self.sink = sink
        self.path = path
        self.servers = {}
        self.shops = {}
        self.read = 0  # octets of the log
        self.letters = []
        self.by_port = collections.defaultdict(list)
        self.workers = []

    def start_workers(self, number):
        """Start so many workers, each in a process of its own."""
        for _ in range(number):
            command = [sys.executable, "manage.py", "sender", "--no-jobs", "--processes", "1"]
            self.workers.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))

    def end_workers(self):
        """Ask all workers to stop; return the seconds that the slowest took."""
        started = time.monotonic()
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)
        self.workers.clear()
        return time.monotonic() - started

    def kill_worker(self):
        """Kill a worker and start another. Returns how many letters may have been on their way."""
        victim = random.choice(self.workers)
        os.kill(victim.pid, signal.SIGSTOP)
        time.sleep(0.005)  # until all its threads stand
        count = open_connections(victim, self.servers)
        victim.kill()
        victim.wait(60)
        self.workers.remove(victim)
        self.start_workers(1)
        return count

    def open_shop(self, name, recipients, mode="normal", login="", password="", **limits):
        """Make a sender whose server is in this mode, and its mailing; start nothing."""
        port = free_port()
        self.servers[port] = {"mode": mode, "login": login, "passwords": [password]}
        sender = make_sender(name, port, login=login, password=password, **limits)
        mailing = make_mailing(recipients, domain=f"{name}.example.com", sender=sender)
        self.shops[name] = Shop(name, port, sender, mailing)
        return self.shops[name]

    def arrange(self):
        """Have the judge's servers be as `servers` says."""
        self.path.write_text(json.dumps(self.servers))
        self.sink.process.send_signal(signal.SIGHUP)
        time.sleep(REREAD)

    def repair(self):
        """Let all servers be normal, and answer what they owe."""
        for server in self.servers.values():
            server["mode"] = "normal"
        self.arrange()

    def lines(self):
        """Return the Line of each letter so far."""
        with open(self.sink.log, "rb") as log:
            log.seek(self.read)
            news, end, _rest = log.read().rpartition(b"\n")
        self.read += len(news + end)
        for row in news.decode().splitlines():
            words = row.split("|")
            line = Line(*words[:2], int(words[2]), *words[3:5], float(words[5]))
            self.letters.append(line)
            self.by_port[line.port].append(line)
        return self.letters

    def lines_by_port(self):
        self.lines()
        return self.by_port

    def count(self, shop):
        """Return how many letters came at the shop's server so far."""
        return len(self.lines_by_port()[shop.port])

    def notes(self):
        """Return [port, what, how] of each note that the servers made."""
        text = Path(f"{self.sink.log}.sessions").read_text()
        return [note.split("|") for note in text.splitlines()]

    def most_sessions(self):
        """Return {port: the most sessions at once}."""
        return {int(port): int(number) for port, what, number in self.notes() if what == "most"}

    def logins(self, shop):
        """Return how often each password was used, by its number, and ("no") a wrong one."""
        return collections.Counter(
            how for port, what, how in self.notes() if what == "login" and int(port) == shop.port)

    def judge(self, total):
        """Add up all faults in `total`: the four zeros, and letters at a wrong place."""
        from .__main__ import judge
        accepted = collections.defaultdict(collections.Counter)
        shops = {shop.mailing.recipients.first().email.partition("@")[2]: shop
                 for shop in self.shops.values()}
        for line in self.lines():
            domain = line.email.partition("@")[2]
            accepted[domain][line.email] += 1
            shop = shops[domain]
            right = (shop.port, shop.sender.address, shop.sender.address)
            total["misplaced"] += (line.port, line.envelope, line.name) != right
        for domain, shop in shops.items():
            if shop.run:
                judge(shop.figures(), accepted[domain], total)
                total["failed"] += shop.run.failed


@contextlib.contextmanager
def street(options, *sink_options):
    """Yield a Street without shops at `options.database`; all is gone after it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that no worker is left
    options.recipients = 1  # of the stage's own mailing, which nobody sends
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "servers.json"
        path.write_text("{}")
        with stage(options, "--servers", path, *sink_options) as (_mailing, sink):
            place = Street(sink, path)
            try:
                yield place
            finally:
                for worker in place.workers:
                    worker.kill()
                    worker.wait(60)


def open_connections(worker, ports):
    """Return how many connections to servers at `ports` a process has."""
    mine = set()
    for link in Path(f"/proc/{worker.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            mine.add(os.readlink(link))
    count = 0
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = row.split()
        port = int(words[2].rpartition(":")[2], 16)
        if port in ports and words[3] == ESTABLISHED and f"socket:[{words[9]}]" in mine:
            count += 1
    return count


def status_of(worker):
    """Return (megabytes, threads) of a process."""
    rows = dict(row.partition(":")[::2] for row in Path(
        f"/proc/{worker.pid}/status").read_text().splitlines())
    return round(int(rows["VmRSS"].split()[0]) / 1024), int(rows["Threads"])
