#!/usr/bin/env python
"""Time a page's small write on SQLite while others write without a pause; print one JSON line.

    python benchmarks/writes.py [--recipients 1000000] [--seconds 20] [--database postgres://…]

The write is the POST of a recipient's form through Django's whole stack, one after another with a
short pause. Beside it, in processes of their own, as long as that goes on:
`rest` nothing; `job` a job that works through the whole book in batches; `sending` a run to all of
it, whose last letters are followed; `letters` everybody's last letter is told anew. Milliseconds;
`done` is how many rows the others came through.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import lists  # noqa: E402
from benchmarks.send import ROOT, senders, throwaway_database  # noqa: E402

PAUSE = 0.02  # seconds between two writes
SETTLE = 2  # seconds until the others are at work
BATCH = 2000  # rows of the job's batch


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--jobs", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def register_kind():
    """Have a kind of job that writes each recipient, as an import would."""
    from apps.jobs.kinds import Kind, register
    from apps.mailings.models import Recipient

    class Rewriting(Kind):
        key = label = "rewriting"

        def run_batch(self, job):
            rows = Recipient.objects.filter(pk__gt=job.place.get("pk", 0)).order_by("pk")[:BATCH]
            for row in rows:
                row.comment = f"{row.comment}."
            Recipient.objects.bulk_update(rows, ["comment"], batch_size=500)
            job.done += len(rows)
            job.place = {"pk": rows[len(rows) - 1].pk if rows else 0}
            return False  # from the beginning again

    register(Rewriting())


def do_jobs():
    """Be `manage.py jobs` with the kind of this benchmark."""
    import django
    django.setup()
    from django.core.management import call_command
    register_kind()
    call_command("jobs")


@contextlib.contextmanager
def jobs():
    command = [sys.executable, __file__, "--jobs"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    time.sleep(SETTLE)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def job(owner, mailing):
    from apps.jobs.models import Job
    from apps.jobs.services import job_cancel, job_create
    register_kind()
    one = job_create(kind="rewriting", owner=owner)
    with jobs():
        yield lambda: Job.objects.get(pk=one.pk).done
    job_cancel(job=one, by=owner)


@contextlib.contextmanager
def letters(owner, mailing):
    from apps.mailings.models import Recipient
    from apps.statistics.models import LedgerPlace
    Recipient.objects.update(last_fate="", last_letter_at=None)
    LedgerPlace.objects.update(number=0)
    with jobs():
        yield lambda: Recipient.objects.exclude(last_fate="").count()


@contextlib.contextmanager
def sending(owner, mailing):
    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE, again=True)
    with jobs(), senders(4):
        yield lambda: Run.objects.get(pk=run.pk).sent


@contextlib.contextmanager
def rest(owner, mailing):
    yield lambda: 0


def write(client, pk, seconds):
    """Return how long each write took, in milliseconds, from the shortest to the longest."""
    address = f"/recipients/{pk}/edit/"
    took = []
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        before = time.perf_counter()
        answer = client.post(address, {
            "email": "written@example.com", "full_name": "Анна", "comment": f"{before}"})
        took.append(1000 * (time.perf_counter() - before))
        assert answer.status_code == 302, answer.status_code
        time.sleep(PAUSE)
    return sorted(took)


def measure(options):
    from apps.users.models import User
    owner = User.objects.create_user("owner@example.com", "x")
    client = lists.clients_of({"owner": owner})["owner"]
    names = lists.fill(owner, options.recipients)
    from apps.mailings.models import Mailing
    mailing = Mailing.objects.get(pk=names["mailing"])
    figures = {"recipients": options.recipients}
    for beside in (rest, job, letters, sending):
        with beside(owner, mailing) as done:
            before = done()
            took = write(client, names["recipient"], options.seconds)
            figures[beside.__name__] = {
                "p50": round(took[len(took) // 2], 1), "p99": round(took[int(len(took) * 0.99)], 1),
                "max": round(took[-1], 1), "writes": len(took), "done": done() - before}
    return figures


def main():
    options = arguments()
    if options.jobs:
        do_jobs()
        return
    from tests.torture.stage import Sink
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        sink = Sink(folder)
        lists.prepare(database, folder)
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
        try:
            print(json.dumps(measure(options)))
        finally:
            sink.process.terminate()
            from django.db import connections
            connections.close_all()


if __name__ == "__main__":
    main()
