"""Write through the pages while the sender sends, all on one SQLite file.

    python -m tests.torture.writers --seconds 300

Eight processes add and edit recipients through the views, as fast as they can, while a sender's
four connections send one run after the other. One summary line; exit status 1 when anybody, the
sender included, met "locked", or 1 % of the writes took 2 s.
"""
import argparse
import multiprocessing
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

from .faults import ROOT, end
from .stage import stage

WRITERS, SLOWEST = 8, 2  # seconds, of 99 % of the writes


def write(number, owner_id, until):
    """Add and edit recipients until the time is over; return (seconds of each, errors)."""
    from django.db import DatabaseError
    from django.test import Client

    from apps.users.models import User
    client, took, errors, added = Client(SERVER_NAME="localhost"), [], [], 0
    client.force_login(User.objects.get(pk=owner_id),
                       backend="apps.users.backends.ModelBackend")
    address = "/recipients/create/"
    while time.time() < until:
        started = time.perf_counter()
        try:
            answer = client.post(address, {
                "email": f"writer{number}-{added}@example.com", "full_name": f"Writer {started}"})
        except DatabaseError as error:
            errors.append(str(error))
            continue
        took.append(time.perf_counter() - started)
        if answer.status_code != 302:
            errors.append(f"{answer.status_code}")
        elif address.endswith("/create/"):
            address = f"{answer.url}edit/"
        else:
            address, added = "/recipients/create/", added + 1
    return took, errors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--recipients", type=int, default=5000)
    options = parser.parse_args()
    options.database = ""
    with stage(options) as (mailing, _), tempfile.TemporaryFile("w+") as words:
        from django.conf import settings
        from django.db import connections
        settings.STATIC_ROOT.mkdir()
        connections.close_all()  # the writers are forks
        sender = subprocess.Popen([sys.executable, "manage.py", "sender", "--no-jobs"], cwd=ROOT,
                                  stdout=subprocess.DEVNULL, stderr=words)
        until = time.time() + options.seconds
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(WRITERS, mp_context=fork) as pool:
            jobs = [pool.submit(write, number, mailing.owner_id, until)
                    for number in range(WRITERS)]
            letters = send_on(mailing, until)
            results = [job.result() for job in jobs]
        end([sender], signal.SIGTERM)
        words.seek(0)
        complaints = [line for line in words if "locked" in line]
    report(options, letters, results, complaints)


def send_on(mailing, until):
    """Start one run after the other until the time is over; return how many letters were sent."""
    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    letters = 0
    while time.time() < until:
        run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)
        while run.is_active and (time.time() < until or run.left):
            time.sleep(0.1)
            run.refresh_from_db()
        letters += run.sent
    return letters


def report(options, letters, results, complaints):
    took = sorted(second for seconds, _ in results for second in seconds)
    errors = [error for _, errors in results for error in errors] + complaints
    p99 = took[int(len(took) * 0.99)]
    good = letters and not errors and p99 < SLOWEST
    print(f"writers sqlite, {options.seconds} s: letters {letters}, writes {len(took)}, "
          f"locked or refused {len(errors)}, median {took[len(took) // 2] * 1000:.0f} ms, "
          f"p99 {p99 * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms: "
          + ("ok" if good else f"BROKEN {errors[:3]}"))
    sys.exit(not good)


if __name__ == "__main__":
    main()
