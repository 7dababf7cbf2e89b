"""What befalls the senders in the middle of a run.

Each takes the senders, the judge, a function that tells whether the run goes on, and the options;
it returns whether the senders are gone by now, and whether the run was still going on when it hit.
"""
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEASE = 30
PATIENCE = 120  # seconds in which a round must end
GROUP_STEPS, GROUPS, LETTERS = ("claim", "claimed", "record"), 3, 12  # when to die, at random


def start_senders(processes, crash_at=""):
    command = [sys.executable, "manage.py", "sender", "--no-jobs", "--processes", "1"]
    if crash_at:
        number = random.randint(1, GROUPS if crash_at in GROUP_STEPS else LETTERS)
        command = [sys.executable, "-m", "tests.torture.crash", crash_at, str(number)]
    return [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, process_group=0)
            for _ in range(processes)]


def end(senders, number):
    """Signal the senders and all that they started; return the seconds it took."""
    started = time.monotonic()
    for sender in senders:
        if sender.poll() is None:
            target = os.killpg if number == signal.SIGKILL else os.kill
            target(sender.pid, number)
    for sender in senders:
        sender.wait(60)
    return time.monotonic() - started


def wait_until(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def kill(senders, sink, goes_on, options):
    """Kill (or ask to stop) all senders shortly after the first letter; start them again."""
    if options.crash_at:
        wait_until(lambda: all(sender.poll() is not None for sender in senders), 20)
    else:
        wait_until(lambda: sink.log.stat().st_size)
        time.sleep(random.uniform(0.03, 0.3))
    sink.slowest = max(sink.slowest, end(senders, getattr(signal, f"SIG{options.signal}")))
    return True, goes_on()


def freeze(senders, sink, goes_on, options):
    """Stop a sender for longer than its lease while another works, then let it go on."""
    wait_until(lambda: sink.log.stat().st_size)
    time.sleep(random.uniform(0.03, 0.2))
    for sender in senders:
        os.kill(sender.pid, signal.SIGSTOP)
    hit = goes_on()
    others = start_senders(1)
    time.sleep(LEASE + 4)
    for sender in senders:
        os.kill(sender.pid, signal.SIGCONT)
    time.sleep(3)  # for it to record what it knows, late
    senders += others
    return False, hit


def terminate(senders, sink, goes_on, options):
    """End every connection to the database again and again, for a while (PostgreSQL)."""
    from django.db import connection
    wait_until(lambda: sink.log.stat().st_size)
    hits = 0
    for _ in range(6):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        hits += goes_on()
        time.sleep(random.uniform(0.05, 0.5))
    return False, hits > 0


def restart(senders, sink, goes_on, options):
    """Stop the database at once, have it away for 15 seconds, start it (own PostgreSQL)."""
    from django.db import connection
    wait_until(lambda: sink.log.stat().st_size)
    time.sleep(random.uniform(0.03, 0.3))
    options.cluster.stop()
    time.sleep(15)
    options.cluster.start()
    connection.close()
    started, there = time.monotonic(), sink.log.stat().st_size
    wait_until(lambda: sink.log.stat().st_size > there, 30)
    sink.slowest = max(sink.slowest, time.monotonic() - started)
    return False, goes_on()


DISTURB = {"kill": kill, "freeze": freeze, "terminate": terminate, "restart": restart}
