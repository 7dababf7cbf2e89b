#!/usr/bin/env python
"""Time the start and the stop of a run of any size; print one JSON line.

    python benchmarks/runs.py --recipients 1000000 [--rounds 10] [--database postgres://…]

Send, Pause and Stop are pressed through Django's whole stack, in this process; `manage.py sender`
works beside it, against a sink on loopback. `rows_s` is how many rows of the ledger are made in a
second while the run is paused, `cancelled_s` how many are cancelled after Stop, `first_s` the time
from the click to the first letter. `longest_s` is the longest transaction but the moment's own: on
PostgreSQL as the server sees it, on SQLite how long another process waits for its turn to write.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lists import BOOK, insert, make_book, prepare  # noqa: E402 neighbours, run as scripts
from reports import clients_of  # noqa: E402
from send import ROOT, senders, throwaway_database  # noqa: E402

PATIENCE = 900  # seconds
SAMPLE = 20  # seconds after which a rate is known well enough
LONGEST = """
SELECT COALESCE(MAX(EXTRACT(EPOCH FROM clock_timestamp() - xact_start)), 0)
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND state <> 'idle'
    AND NOT EXISTS (SELECT 1 FROM mailings_preparation WHERE moment IS NULL)
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


class Watch(threading.Thread):
    """Looks for the longest transaction, again and again."""

    def __init__(self):
        super().__init__(daemon=True)
        self.longest = 0.0
        self.over = self.resting = False

    def run(self):
        from django.db import connection
        look = self.on_postgresql if connection.vendor == "postgresql" else self.on_sqlite
        while not self.over:
            time.sleep(0.02)
            with connection.cursor() as cursor:
                seconds = look(cursor)
            if not self.resting:
                self.longest = max(self.longest, seconds)
        connection.close()

    def on_postgresql(self, cursor):
        cursor.execute(LONGEST)
        return float(cursor.fetchone()[0])

    def on_sqlite(self, cursor):
        from apps.mailings.preparations import Preparation
        moment = Preparation.objects.filter(moment=None).exists()
        began = time.perf_counter()
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("ROLLBACK")
        return 0.0 if moment else time.perf_counter() - began


@contextlib.contextmanager
def sink(folder):
    """Yield (port, log) of a server that writes down each letter that it accepts."""
    from tests.smtp import free_port
    port = free_port()
    log = Path(folder) / "accepted.log"
    log.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.sink", str(port), str(log)], cwd=ROOT)
    try:
        yield port, log
    finally:
        process.terminate()


def until(condition):
    """Wait until it holds; return the seconds that it took."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > PATIENCE:
            raise SystemExit("it takes too long")
        time.sleep(0.01)
    return time.perf_counter() - began


def click(client, mailing, verb, **fields):
    """Press a button of the mailing's page; return the seconds until the answer."""
    began = time.perf_counter()
    answer = client.post(f"/mailings/{mailing.pk}/{verb}/", fields)
    took = time.perf_counter() - began
    assert answer.status_code == 302, (verb, answer.status_code)
    return took


def make_mailing(owner, size):
    """Return a mailing to all of a new book of `owner`."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from apps.mailings.models import Mailing, Message
    first = make_book(owner, size)
    now = timezone.now()
    mailing = Mailing.objects.create(
        owner=owner, starts_at=now + timedelta(hours=9), ends_at=now + timedelta(days=9),
        message=Message.objects.create(owner=owner, subject="News", body="Hello {full_name}"))
    insert(Mailing.recipients.through, BOOK.format(first=first, owner=owner.pk), {
        "mailing_id": str(mailing.pk), "recipient_id": "id"})
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return mailing


def start(client, mailing, again=False):
    """Press Send; return (the new run, seconds)."""
    fields = {"again": "1"} if again else {}
    took = click(client, mailing, "start", confirm="1", **fields)
    return mailing.runs.latest("pk"), took


def whole(client, mailing, watch):
    """Return the figures of a run that is paused while its ledger is made, and then stopped."""
    run, sent = start(client, mailing)
    paused = click(client, mailing, "pause")
    moment = sent + paused + until(lambda: figures(run).total)
    began = time.perf_counter()
    until(lambda: figures(run).prepared_at or time.perf_counter() - began > SAMPLE)
    made = run.deliveries.count() / (time.perf_counter() - began)
    stopped = click(client, mailing, "stop")
    began = time.perf_counter()
    until(lambda: not figures(run).left or time.perf_counter() - began > SAMPLE)
    cancelled = run.skipped / (time.perf_counter() - began)
    watch.resting = True
    forget(run)
    watch.resting = False
    return {
        "send_click_s": round(sent, 3), "pause_click_s": round(paused, 3),
        "moment_s": round(moment, 2), "rows_s": round(made),
        "stop_click_s": round(stopped, 3), "cancelled_s": round(cancelled),
    }


def figures(run):
    run.refresh_from_db()
    return run


def rest_moment(client, mailing):
    """Return the seconds until it is fixed who is in a run to the rest, after a run to all."""
    from apps.mailings.models import Delivery, Run
    former = Run.objects.create(
        mailing=mailing, owner=mailing.owner, subject="News", body="News", state="finished",
        total=mailing.recipients.count())
    Run.objects.filter(pk=former.pk).update(failed=former.total, prepared_at=former.started_at)
    insert(Delivery, "mailings_recipient", {
        "run_id": str(former.pk), "recipient_id": "id", "email": "email",
        "full_name": "full_name", "state": "CASE WHEN id %% 3 = 0 THEN 'failed' ELSE 'sent' END"})
    began = time.perf_counter()
    run, _took = start(client, mailing)
    until(lambda: figures(run).total)
    took = time.perf_counter() - began
    click(client, mailing, "stop")
    forget(run)
    return took


def first_letters(client, mailing, log, rounds, watch):
    """Return the seconds from each click to its first letter, and of clicks on Stop meanwhile."""
    letters, stops = [], []
    for _ in range(rounds):
        os.truncate(log, 0)
        began = time.perf_counter()
        run, _took = start(client, mailing, again=True)
        until(lambda: log.stat().st_size)
        letters.append(time.perf_counter() - began)
        stops.append(click(client, mailing, "stop"))
        watch.resting = True
        forget(run)
        watch.resting = False
    return letters, stops


def forget(run):
    """Let a stopped run be over at once, for the next round: the rest of its work is dropped."""
    from django.db import connection
    from django.utils import timezone

    from apps.mailings.models import Delivery
    from apps.mailings.preparations import Preparation, RunAudience
    until(lambda: not Delivery.objects.filter(run=run, state="claimed").exists())
    Preparation.objects.filter(pk=run.pk).delete()
    RunAudience.objects.filter(run=run)._raw_delete("default")
    with connection.cursor() as cursor:
        verb = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
        cursor.execute(f"{verb} mailings_delivery")
    type(run).objects.filter(pk=run.pk).update(
        prepared_at=timezone.now(), total=0, sent=0, failed=0, skipped=0, unknown=0)
    time.sleep(2)


def p95(numbers):
    return sorted(numbers)[int(len(numbers) * 0.95)]


def measure(options, log):
    """Return all figures as a dict."""
    from django.db import connection

    from apps.users.models import User
    owner = User.objects.create_user("owner@example.com", "x")
    mailing = make_mailing(owner, options.recipients)
    client = clients_of({"owner": owner})["owner"]
    client.get(f"/mailings/{mailing.pk}/start/")  # the first page of a process is slow
    watch = Watch()
    with senders(4):
        watch.start()
        line = whole(client, mailing, watch)
        print(line, file=sys.stderr)
        letters, stops = first_letters(
            client, mailing, log, options.rounds, watch)
        print(letters, stops, watch.longest, file=sys.stderr)
        watch.over = True
        watch.join()
        rest = rest_moment(client, mailing)
    return {
        "database": connection.vendor, "recipients": options.recipients, **line,
        "moment_of_the_rest_s": round(rest, 2), "longest_s": round(watch.longest, 2),
        "first_s": round(p95(letters), 2), "stop_while_made_s": round(max(stops), 3),
    }


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        port, log = stack.enter_context(sink(folder))
        database = stack.enter_context(throwaway_database(options.database, folder))
        prepare(database, folder, f"127.0.0.1:{port}")
        print(json.dumps(measure(options, log)))
        from django.db import connections
        connections.close_all()


if __name__ == "__main__":
    main()
