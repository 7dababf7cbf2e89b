"""Fill the disk of SQLite and the journals to its last octet during a run, then make room.

    TMPDIR=/mnt/small python -m tests.torture.disk --rounds 4

TMPDIR is a small file system of its own, such as `mount -t tmpfs -o size=32m none /mnt/small`. Exit
status 1 unless all letters are accounted for, none is sent twice, nothing is unknown that a crash
would not have left, and the run goes on by itself when there is room.
"""
import argparse
import collections
import os
import random
import shutil
import signal
import sys
import tempfile
import time

from .__main__ import judge
from .faults import end, start_senders, wait_until
from .stage import CONNECTIONS, stage

SMALL = 256 * 1024 * 1024  # octets; a larger disk is somebody's own
FULL_FOR = 8  # seconds
KEPT_FREE = 4096


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--recipients", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if shutil.disk_usage(tempfile.gettempdir()).total > SMALL:
        parser.error("TMPDIR is not a small file system of its own.")
    return options


def fill(path):
    """Take all room that there is, again and again, until the file is removed."""
    with open(path, "ab", buffering=0) as file:
        for size in (1024 * 1024, KEPT_FREE, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def one_round(mailing, sink, options, folder):
    """Return (run as it ended, accepted addresses, whether the sender lived through it)."""
    from django.db import OperationalError, connection

    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    sink.forget()
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)
    [sender] = start_senders(1)
    share = random.uniform(0.3, 0.8)
    wait_until(lambda: sum(sink.accepted().values()) >= share * options.recipients)
    filler = os.path.join(folder, "filler")
    deadline = time.monotonic() + FULL_FOR
    while time.monotonic() < deadline:
        fill(filler)
        time.sleep(0.2)
    lived = sender.poll() is None
    os.remove(filler)

    def over():
        try:
            run.refresh_from_db()
        except OperationalError:
            connection.close()
            return False
        return not run.is_active and not run.left

    wait_until(over)
    end([sender], signal.SIGTERM)
    run.refresh_from_db()
    return run, sink.accepted(), lived


def main():
    options = arguments()
    random.seed(options.seed)
    options.database = ""
    total = collections.Counter()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as options.logs, \
            stage(options, "--delay", 0.005) as (mailing, sink):
        folder = os.environ["DATA_DIR"]
        for _ in range(options.rounds):
            run, accepted, lived = one_round(mailing, sink, options, folder)
            total["died"] += not lived
            judge(run, accepted, total)
    zeros = ("duplicates", "sent_not_accepted", "failed_but_accepted", "unaccounted", "died")
    print(f"disk full: rounds {options.rounds}, letters {total['letters']}, "
          + ", ".join(f"{name} {total[name]}" for name in zeros)
          + f", unknown {total['unknown']}")
    allowed = options.rounds * CONNECTIONS
    sys.exit(any(total[name] for name in zeros) or total["unknown"] > allowed)


if __name__ == "__main__":
    main()
