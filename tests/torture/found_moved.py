"""SQLite's file restored by `mv` or `cp`, with its -wal left beside it, as an operator may do.

    python -m tests.torture.found_moved [how] [mode]

how: mv, cp, api; mode: alive, restarted (SIGTERM right after), killed, stopped. Marked: found by a
review; merge into `restored.py` what is wanted of it.
"""
import contextlib
import shutil
import signal
import sqlite3
import sys
import time
from types import SimpleNamespace

from .faults import end, start_senders, wait_until
from .restored import dump
from .stage import stage


def put(how, path):
    from django.db import connection
    name = str(connection.settings_dict["NAME"])
    connection.close()
    if how == "mv":
        shutil.copy(path, name + ".new")
        shutil.move(name + ".new", name)
    elif how == "cp":
        shutil.copyfile(path, name)
    else:
        with contextlib.closing(sqlite3.connect(path)) as source, \
                contextlib.closing(sqlite3.connect(name, timeout=20)) as target:
            source.backup(target)


def one(mailing, sink, how, mode, whole):
    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)
    senders = start_senders(1)
    wait_until(lambda: sum(sink.accepted().values()) >= 60)
    path = dump(sink.log.parent)
    wait_until(lambda: sum(sink.accepted().values()) >= (300 if whole else 160))
    if whole:
        time.sleep(2)
    if mode in ("killed", "stopped"):
        end(senders, signal.SIGKILL if mode == "killed" else signal.SIGTERM)
    put(how, path)
    if mode == "restarted":
        end(senders, signal.SIGTERM)
    if mode != "alive":
        senders = start_senders(1)
    time.sleep(6)
    twice = sum(number - 1 for number in sink.accepted().values())
    try:
        run.refresh_from_db()
        state = run.state, run.reason
    except Exception as error:
        state = repr(error)
    end(senders, signal.SIGTERM)
    return twice, state


def main():
    how, mode, whole = sys.argv[1], sys.argv[2], len(sys.argv) > 3
    options = SimpleNamespace(recipients=300, database="")
    with stage(options, "--delay", 0.02) as (mailing, sink):
        print(how, mode, "whole" if whole else "", one(mailing, sink, how, mode, whole), flush=True)


if __name__ == "__main__":
    main()
