"""Watch the sender's memory over a long run.

    python -m tests.torture.memory --recipients 50000 --database postgres://…

The resident memory of the sender and of each process that it starts is read each half second.
One summary line; exit status 1 when a process takes 300 MB, or grows in the run's last quarter
over what it had in the second, by more than a tenth.
"""
import argparse
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from .faults import ROOT, end
from .stage import stage

LIMIT, GROWTH = 300, 1.1  # MB; the last quarter's most over the second's
EVERY, LONGEST = 0.5, 1800  # seconds


def family(pid):
    """Yield the process and all that it has started."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def resident(pid):
    """Return the process's resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def watch(run, sender):
    """Return the readings of each process while `run` is active, by pid."""
    readings, deadline = defaultdict(list), time.monotonic() + LONGEST
    while run.is_active and time.monotonic() < deadline:
        for pid in family(sender.pid):
            readings[pid].append(resident(pid))
        time.sleep(EVERY)
        run.refresh_from_db(fields=["state"])
    return readings


def growth(readings):
    """Return the last quarter's most over the second quarter's."""
    quarter = max(1, len(readings) // 4)
    return max(readings[-quarter:]) / max(readings[quarter:2 * quarter] or readings)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=50_000)
    parser.add_argument("--database", default="", metavar="URL")
    options = parser.parse_args()
    with stage(options) as (mailing, _):
        from django.db import connection

        from apps.delivery.services import run_start
        from apps.mailings.models import Run
        run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)
        started = time.monotonic()
        sender = subprocess.Popen(
            [sys.executable, "manage.py", "sender", "--no-jobs"], cwd=ROOT,
            stdout=subprocess.DEVNULL)
        readings = watch(run, sender)
        seconds = time.monotonic() - started
        end([sender], signal.SIGTERM)
        run.refresh_from_db()
        vendor = connection.vendor
    most = {pid: max(values) for pid, values in readings.items()}
    grown = max(map(growth, readings.values()))
    good = run.sent == options.recipients and max(most.values()) < LIMIT and grown <= GROWTH
    print(f"memory {vendor}: {run.sent} of {options.recipients} letters in {seconds:.0f} s, "
          f"{len(readings)} process(es), {sum(map(len, readings.values()))} readings, "
          f"largest {max(most.values()):.0f} MB, all together {sum(most.values()):.0f} MB, "
          f"last quarter over second {grown:.2f}: {'ok' if good else 'BROKEN'}")
    sys.exit(not good)


if __name__ == "__main__":
    main()
