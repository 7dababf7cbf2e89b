#!/usr/bin/env python
"""How evenly a sender's limits are kept and used by several processes. Prints a JSON line each.

    python benchmarks/limits.py [--seconds 70] [--processes 3] [--per-minute 60 600 3000 30000]
        [--database postgres://…]

`most_10s` and `most_60s` are the most letters that came in any such window, beside what the limit
allows; `share` is what came of what it allows in all that time, from the first letter to the
last. The server answers unevenly: in 0 to 20 ms, and each fiftieth letter in half a second. The
last line is an hour's budget, of which all may come at once. SQLite takes one process.
"""
import argparse
import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.send import ROOT, make_mailing, set_up, throwaway_database  # noqa: E402

PER_HOUR = 500
GREETING = b"250-sink\r\n250 8BITMIME\r\n"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=70)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4, help="of each process")
    parser.add_argument("--per-minute", type=int, nargs="*", default=[60, 600, 3000, 30000])
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--sink", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


async def session(reader, writer, log):
    """Speak SMTP with one client; write down when each letter came."""
    writer.write(b"220 sink\r\n")
    answers = {b"EHLO": GREETING, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            line = await reader.readuntil(b"\n")
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            writer.write(answers.get(verb, b"250 2.0.0 Ok\r\n"))
            if verb == b"DATA":
                await reader.readuntil(b"\r\n.\r\n")
                os.write(log, f"{time.monotonic()} {recipient}\n".encode())
                await asyncio.sleep(
                    0.5 if random.random() < 0.02 else random.uniform(0, 0.02))
                writer.write(b"250 2.0.0 Ok: queued\r\n")
    writer.close()


def sink(port, path):
    """Be the mail server until it is ended."""
    log = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    async def serve():
        server = await asyncio.start_server(
            lambda reader, writer: session(reader, writer, log), "127.0.0.1", port,
            limit=2 ** 20)
        await server.serve_forever()

    asyncio.run(serve())


@contextlib.contextmanager
def workers(number, connections):
    """Run so many sending processes; at the end wait until all have stored what they did."""
    command = [sys.executable, str(ROOT / "manage.py"), "sender", "--no-jobs", "--processes", "1",
               "--connections", str(connections)]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
                 for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


def make_run(mailing, port, **limits):
    """Start a run of a new sender with these limits."""
    from django.utils import timezone

    from apps.delivery.services import run_start
    from apps.mailings.models import Run, Sender
    now = timezone.now()
    sender = Sender.objects.create(
        owner=mailing.owner, name="Shop", address="shop@example.com", host="127.0.0.1", port=port,
        security=Sender.Security.NONE, confirmed_at=now, checked_at=now, verified_at=now, **limits)
    mailing.sender = sender
    mailing.save()
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)
    run.sender = sender
    run.save(update_fields=["sender"])
    return run


def most_within(moments, seconds):
    """Return the most of the `moments`, in order, in any window of so many seconds."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def measure(options, mailing, port, log, **limits):
    """Return the figures of one limit."""
    from apps.delivery.services import run_stop
    os.truncate(log, 0)
    run = make_run(mailing, port, **limits)
    with workers(options.processes, options.connections):
        deadline = time.monotonic() + 60
        while not log.stat().st_size and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(options.seconds)
    run_stop(run=run)
    lines = [line.split() for line in log.read_text().splitlines()]
    moments = sorted(float(moment) for moment, _ in lines)
    sent = run.deliveries.filter(state="sent").count()
    figures = {**limits, "processes": options.processes, "letters": len(lines),
               "doubled": len(lines) - len({address for _, address in lines}),
               "lost": sent - len(lines)}
    if "per_minute" in limits and len(moments) > 1:
        figures |= paced(moments, limits["per_minute"])
    return figures


def paced(moments, per_minute):
    took = moments[-1] - moments[0]
    figures = {"share": round((len(moments) - 1) / (took * per_minute / 60), 4)}
    for seconds in (10, 60):
        if took >= seconds:
            figures[f"most_{seconds}s"] = most_within(moments, seconds)
            figures[f"allowed_{seconds}s"] = round(per_minute * seconds / 60, 1)
    return figures


def main():
    options = arguments()
    if options.sink:
        sink(int(options.sink[0]), options.sink[1])
        return
    if not options.database:
        options.processes = 1
    from tests.smtp import free_port
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        port = free_port()
        log = Path(folder, "came.log")
        log.touch()
        server = subprocess.Popen([sys.executable, __file__, "--sink", str(port), str(log)])
        os.environ["SMTP_ALLOW_PRIVATE"] = "1"
        set_up(database, f"127.0.0.1:{port}", folder)
        fastest = max(options.per_minute, default=PER_HOUR)
        try:
            mailing = make_mailing(int(fastest * options.seconds / 60) + 2 * PER_HOUR)
            for per_minute in options.per_minute:
                print(json.dumps(measure(options, mailing, port, log, per_minute=per_minute)),
                      flush=True)
            print(json.dumps(measure(options, mailing, port, log, per_hour=PER_HOUR)), flush=True)
        finally:
            server.terminate()
            from django.db import connections
            connections.close_all()


if __name__ == "__main__":
    main()
