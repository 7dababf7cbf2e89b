"""Restore a backup that was made in the middle of a run, and see that nobody gets a letter twice.

    python -m tests.torture.restored --rounds 20 [--database postgres://…]

Each round: a run starts, a backup is made after some letters, more letters leave, the senders are
stopped, killed or left alive, the backup is restored. Nothing may be sent then before a person
chooses; «take them for unknown» sends nothing to anybody twice. Exit status 1 when a promise was
broken. On PostgreSQL it needs the clients pg_dump and pg_restore.
"""
import argparse
import collections
import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time

from .faults import end, start_senders, wait_until
from .made import start_senders as start_slow_senders
from .stage import stage

MODES = ("stopped", "killed", "alive")
STEPPED = ("stopped", "killed")  # pg_restore and a worker that makes rows may lock each other out
SETTLED = 3  # seconds in which a sender that does not hold would have sent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--recipients", type=int, default=300)
    parser.add_argument("--more", type=int, default=100, help="letters after the backup")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--steps", type=int, default=0,
                        help="make the ledger in so many slow steps: the backup has a part of it")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def dump(folder):
    """Make a backup of the database in use; return its path."""
    from django.db import connection
    path = f"{folder}/backup"
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as source, \
                contextlib.closing(sqlite3.connect(path)) as target:
            source.backup(target)
    else:
        subprocess.run(["pg_dump", "-Fc", "-f", path, url()], check=True)
    return path


def restore(path):
    """Put the backup in the database's place."""
    from django.db import connection
    connection.close()
    if connection.vendor == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as source, \
                contextlib.closing(sqlite3.connect(
                    connection.settings_dict["NAME"], timeout=20)) as target:
            source.backup(target)
    else:
        subprocess.run(["pg_restore", "--clean", "--if-exists", "-d", url(), path], check=True)


def url():
    from django.db import connection
    own = connection.settings_dict
    login = f"{own['USER']}:{own['PASSWORD']}".rstrip(":")
    return f"postgresql://{login}@{own['HOST']}:{own['PORT']}/{own['NAME']}"


def held(run):
    """Whether the run waits for a person after the restore."""
    run.refresh_from_db()
    return (run.state, run.reason) == (run.State.PAUSED, run.Reason.RESTORE)


def started(options):
    """Start the senders that the options ask for."""
    if not options.steps:
        return start_senders(options.processes)
    return start_slow_senders(options)


def one_round(mailing, sink, options, mode, folder):
    """Return what went wrong: {fault: number}."""
    from apps.delivery.services import run_count_unknown, run_start
    from apps.mailings.models import Run
    from apps.mailings.preparations import Preparation
    sink.forget()
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)
    senders = started(options)
    before = random.randint(30, options.recipients // 3)
    wait_until(lambda: sum(sink.accepted().values()) >= before)
    path = dump(folder)
    there = sum(sink.accepted().values())
    wait_until(lambda: sum(sink.accepted().values()) >= min(
        there + options.more, options.recipients))
    if mode != "alive":
        end(senders, signal.SIGTERM if mode == "stopped" else signal.SIGKILL)
    restore(path)
    left = sink.accepted()
    if mode != "alive":
        senders = started(options)
    wait_until(lambda: held(run), 20)
    time.sleep(SETTLED)
    run.refresh_from_db()
    faults = collections.Counter(
        twice=sum(number - 1 for number in sink.accepted().values()),
        not_held=not held(run),
        sent_before_a_choice=len(set(sink.accepted()) - set(left)) if mode != "alive" else 0)
    if not faults["not_held"]:
        run_count_unknown(run=run, by=mailing.owner)
    wait_until(lambda: not Preparation.objects.exists())
    time.sleep(1)
    end(senders, signal.SIGTERM)
    run.refresh_from_db()
    states = dict(run.deliveries.values_list("email", "state"))
    faults["twice"] += sum(number - 1 for number in sink.accepted().values()) - faults["twice"]
    faults["unaccounted"] += run.left + sum(
        states[email] not in ("sent", "unknown") for email in sink.accepted())
    return faults


def main():
    options = arguments()
    random.seed(options.seed)
    total = collections.Counter()
    with stage(options, "--delay", 0.02) as (mailing, sink):
        if options.steps:
            from apps.delivery import audience
            audience.DEAR = 0  # a run to however few is a big one
        for number in range(options.rounds):
            modes = STEPPED if options.steps else MODES
            mode = modes[number % len(modes)]
            faults = one_round(mailing, sink, options, mode, sink.log.parent)
            if any(faults.values()):
                print(f"round {number} ({mode}): {dict(faults)}")
            total += faults
        from django.db import connection
        vendor = connection.vendor
    print(f"restored {vendor}, {options.processes} process(es): rounds {options.rounds}, "
          + ", ".join(f"{name} {total[name]}" for name in (
              "twice", "not_held", "sent_before_a_choice", "unaccounted")))
    sys.exit(any(total.values()))


if __name__ == "__main__":
    main()
