#!/usr/bin/env python
"""What a sender at rest costs, and how soon its first letter leaves. Prints one JSON line.

    python benchmarks/rest.py [--processes 4] [--seconds 20] [--database postgres://…]

`queries` a second and `core` (share of one core, per cent) are of the busiest process; `first` is
the time from a run's start to its first accepted letter, in milliseconds: median and p95 of 20.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.send import ROOT, make_mailing, set_up, throwaway_database  # noqa: E402

STARTS = 20
SETTLE = 5  # seconds after a start or a run until a sender is at rest
TICKS = os.sysconf("SC_CLK_TCK")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--count-in", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def counted_sender(folder):
    """Be a sender that keeps its number of statements in a file of `folder`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django
    django.setup()
    from django.core.management import call_command
    from django.db.backends import utils
    execute, number = utils.CursorWrapper.execute, 0
    file = os.open(f"{folder}/{os.getpid()}", os.O_CREAT | os.O_WRONLY)

    def counted(self, *args, **kwargs):
        nonlocal number
        number += 1
        os.pwrite(file, b"%10d" % number, 0)
        return execute(self, *args, **kwargs)

    utils.CursorWrapper.execute = counted
    call_command("sender", "--no-jobs", "--processes", "1", "--connections", "1")


def cpu(pid):
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def at_rest(senders, folder, seconds):
    """Return (queries a second, per cent of a core) of the busiest sender."""
    def look():
        return [(int(Path(folder, str(sender.pid)).read_text()), cpu(sender.pid))
                for sender in senders]

    before = look()
    time.sleep(seconds)
    spent = [(number - first, used - start)
             for (number, used), (first, start) in zip(look(), before, strict=True)]
    return (max(number for number, _ in spent) / seconds,
            100 * max(used for _, used in spent) / seconds)


def first_letter(mailing, log):
    """Start a run; return the milliseconds until the sink has a letter of it."""
    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    there = log.stat().st_size
    started = time.perf_counter()
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)
    while log.stat().st_size == there:
        time.sleep(0.001)
    took = 1000 * (time.perf_counter() - started)
    while run.state != Run.State.FINISHED:
        time.sleep(0.05)
        run.refresh_from_db()
    return took


def measure(options, folder, sink):
    """Return the figures."""
    mailing = make_mailing(1)
    command = [sys.executable, __file__, "--count-in", folder]
    senders = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
               for _ in range(options.processes)]
    try:
        time.sleep(SETTLE)
        queries, core = at_rest(senders, folder, options.seconds)
        took = []
        for _ in range(STARTS):
            time.sleep(1)
            took.append(first_letter(mailing, sink.log))
    finally:
        for sender in senders:
            sender.terminate()
        for sender in senders:
            sender.wait(60)
    return {"processes": options.processes, "queries": round(queries, 1), "core": round(core, 2),
            "first": [round(statistics.median(took)), round(sorted(took)[int(0.95 * STARTS) - 1])]}


def main():
    options = arguments()
    if options.count_in:
        counted_sender(options.count_in)
        return
    from tests.torture.stage import Sink
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        sink = Sink(folder)
        set_up(database, f"127.0.0.1:{sink.port}", folder)
        counts = tempfile.mkdtemp(dir=folder)
        try:
            print(json.dumps(measure(options, counts, sink)))
        finally:
            sink.process.terminate()
            from django.db import connections
            connections.close_all()


if __name__ == "__main__":
    main()
