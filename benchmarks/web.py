#!/usr/bin/env python
"""Open pages as 50 people do while a run goes out; print one JSON line.

    python benchmarks/web.py --database postgres://… [--recipients 1000000] [--attempts 10000000]
        [--letters 50000] [--users 50] [--every 5] [--workers 2] [--connections 4]
        [--smtp HOST:PORT]

A database of its own is made on that PostgreSQL, filled by SQL, and dropped. gunicorn serves it, a
`manage.py sender` sends, as nice as that of `serve`; without --smtp to a sink of its own (Postfix's
smtp-sink where that is installed). The run goes out twice: alone, then with so many people, each of
whom opens a page every 5 seconds; `at_rest` has the figures of their pages before it goes out. p50
and p95 are in milliseconds, from the first octet asked to the last one answered.
"""
import argparse
import contextlib
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from send import ROOT, is_active, senders, set_up, start_run, throwaway_database  # noqa: E402
import web_data  # noqa: E402 a neighbour, run as a script

SINK = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
WARM = 4  # rounds, for each web process
PAGES = {  # address: how many of a hundred looks; {mailing} is the one that goes out
    "/": 8, "/recipients/": 10, "/recipients/?q={word}": 8, "/recipients/{recipient}/": 8,
    "/mailings/": 8, "/mailings/{mailing}/": 8, "/mailings/{old}/": 6,
    "/attempts/": 6, "/reports/": 5, "/reports/?period=all": 2, "/messages/": 4,
    "/recipients/create/": 3, "/mailings/create/": 2, "/jobs/": 2,
    "/mailings/{mailing}/progress/": 12, "/mailings/progress/?id={mailing}": 8,
}
POLLED = ("/progress/",)  # asked by htmx


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, metavar="URL")
    for name, value in {"recipients": 1_000_000, "attempts": 10_000_000, "letters": 50_000,
                        "users": 50, "workers": 2, "connections": 4, "port": 8190,
                        "nice": 19}.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--every", type=float, default=5, help="seconds between a person's pages")
    parser.add_argument("--rest", type=float, default=15,
                        help="seconds in which people are there and nothing is sent")
    parser.add_argument("--smtp", default="", metavar="HOST:PORT")
    return parser.parse_args()


@contextlib.contextmanager
def running(command, **more):
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, **more)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def sink(address, folder):
    """Yield the address of a server that takes letters: `address`, or one of our own."""
    if address:
        yield address
        return
    port = "2570"
    command = [sys.executable, "-m", "tests.torture.sink", port, f"{folder}/accepted"]
    if SINK:
        command = [SINK, "-u", "nobody", f"127.0.0.1:{port}", "100"]
    with running(command, stderr=subprocess.DEVNULL):
        time.sleep(1)
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def site(options):
    """Serve the pages as in production."""
    command = [sys.executable, "-m", "gunicorn", "project.wsgi", "--bind",
               f"127.0.0.1:{options.port}", "--workers", str(options.workers), "--threads", "8",
               "--no-control-socket", "--log-level", "warning"]
    with running(command):
        for _try in range(300):
            with contextlib.suppress(OSError):
                if look(options.port, "/healthz", "")[0] == 200:
                    break
            time.sleep(0.1)
        yield


def look(port, path, cookie, is_polled=False):
    """Open a page; return its status and the milliseconds it took."""
    headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}
    if is_polled:
        headers["HX-Request"] = "true"
    started = time.perf_counter()
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        web.request("GET", path, headers=headers)
        answer = web.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - started) * 1000
    finally:
        web.close()


class People:
    """So many threads, each of which opens a page every few seconds until they are stopped."""

    def __init__(self, options, cookie, places):
        self.options = options
        self.cookie = cookie
        self.places = places
        self.stopped = threading.Event()
        self.took = {path: [] for path in PAGES}
        self.errors = Counter()
        self.threads = [threading.Thread(target=self.person, args=(number,))
                        for number in range(options.users)]

    def person(self, number):
        chance = random.Random(number)
        self.stopped.wait(chance.uniform(0, self.options.every))
        while not self.stopped.is_set():
            began = time.monotonic()
            page, = chance.choices(list(PAGES), list(PAGES.values()))
            self.open(page, chance)
            self.stopped.wait(max(0, began + self.options.every - time.monotonic()))

    def open(self, page, chance):
        size = self.options.recipients
        path = page.format(
            word=f"client{chance.randrange(size)}",
            recipient=self.places["first"] + chance.randrange(size), **self.places)
        is_polled = any(sign in page for sign in POLLED)
        try:
            status, took = look(self.options.port, path, self.cookie, is_polled)
        except OSError as error:
            self.errors[f"{page} {type(error).__name__}"] += 1
            return
        if status != 200:
            self.errors[f"{page} {status}"] += 1
        self.took[page].append(took)

    def warm_up(self):
        """Open each page until every worker has compiled its templates."""
        for _round in range(WARM * self.options.workers):
            for page in PAGES:
                self.open(page, random.Random(0))
        self.forget()

    @contextlib.contextmanager
    def there(self):
        for thread in self.threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in self.threads:
                thread.join()

    def forget(self):
        """Begin to count anew."""
        self.took = {path: [] for path in PAGES}
        self.errors = Counter()

    def figures(self):
        together = sorted(sum(self.took.values(), []))
        slowest = sorted(((part(took, .95), page) for page, took in self.took.items() if took),
                         reverse=True)[:4]
        return {"pages": len(together), "p50": part(together, .5), "p95": part(together, .95),
                "most": part(together, 1), "errors": sum(self.errors.values()),
                "which": dict(self.errors), "slowest_p95": {page: ms for ms, page in slowest}}


def part(took, share):
    """Return the milliseconds in which that share of the pages was there."""
    took = sorted(took)
    return round(took[min(len(took) - 1, int(len(took) * share))], 1) if took else None


def rate_of(mailing):
    """Send the mailing; return letters a second, from its start to its last letter's record."""
    run = start_run(mailing)
    started = time.perf_counter()
    while is_active(run):
        time.sleep(0.05)
    seconds = time.perf_counter() - started
    run.refresh_from_db()
    assert run.sent == run.total, (run.sent, run.total)
    return run.sent / seconds


def places_of(owner, mailing):
    from django.db.models import Min

    from apps.mailings.models import Mailing, Recipient
    first = Recipient.objects.filter(owner=owner).aggregate(first=Min("pk"))["first"]
    old = Mailing.objects.filter(owner=owner).order_by("pk").first().pk
    return {"first": first, "mailing": mailing.pk, "old": old}


def cookie_of(owner):
    from django.test import Client
    client = Client()
    client.force_login(owner, backend="apps.users.backends.ModelBackend")
    return client.cookies.output(header="", sep=";").strip()


def measure(options):
    from django.core.management import call_command
    call_command("collectstatic", verbosity=0, interactive=False)
    started = time.perf_counter()
    owner = web_data.make(options.recipients, options.attempts)
    made = time.perf_counter() - started
    octets = web_data.octets_of_rows()
    with site(options), senders(options.connections, options.nice):
        log = web_data.octets_of_log()
        alone = rate_of(web_data.next_mailing(owner, options.letters))
        log = web_data.octets_of_log() - log
        mailing = web_data.next_mailing(owner, options.letters)
        people = People(options, cookie_of(owner), places_of(owner, mailing))
        people.warm_up()
        with people.there():
            time.sleep(options.rest)
            at_rest = people.figures()
            people.forget()
            beside = rate_of(mailing)
    return {"recipients": options.recipients, "attempts": options.attempts,
            "letters": options.letters, "users": options.users, "made_s": round(made),
            "rate_alone": round(alone), "rate_beside": round(beside),
            "ratio": round(beside / alone, 2), **people.figures(),
            "at_rest": at_rest, "octets": octets, "log_a_letter": round(log / options.letters)}


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database, \
            sink(options.smtp, folder) as smtp:
        set_up(database, smtp, folder)
        figures = measure(options)
        print(json.dumps(figures, ensure_ascii=False))
        from django.db import connections
        connections.close_all()


if __name__ == "__main__":
    main()
