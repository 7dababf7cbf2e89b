#!/usr/bin/env python
"""Time the fragments that pages poll, and print one JSON line.

    python benchmarks/pages.py [--requests 300] [--recipients 1000] [--database postgres://…]

The WSGI application is called in this process, as a web server does; medians in milliseconds.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.send import make_mailing, set_up, throwaway_database  # noqa: E402

MORE = 4  # other mailings that are sent at the same time, for a list's bars


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--recipients", type=int, default=1000)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


class Browser:
    """Asks as htmx does, with `user` logged in; only the application's own time is counted."""

    def __init__(self, user):
        from django.core.handlers.wsgi import WSGIHandler
        from django.test import Client, RequestFactory
        client = Client()
        client.force_login(user, backend="apps.users.backends.ModelBackend")
        self.cookie, self.application = client.cookies.output(header="", sep=";"), WSGIHandler()
        self.factory = RequestFactory(SERVER_NAME="localhost")

    def get(self, url):
        """Return how many milliseconds the answer took."""
        environ = self.factory.get(url, headers={
            "hx-request": "true", "cookie": self.cookie}).environ
        answer = []
        started = time.perf_counter()
        response = self.application(environ, lambda *said: answer.extend(said))
        b"".join(response)
        response.close()
        spent = time.perf_counter() - started
        assert answer[0].startswith("200"), answer[0]
        return 1000 * spent


def measure(browser, url, number):
    browser.get(url)  # the first one fills the caches of templates and of the process
    return round(median(browser.get(url) for _ in range(number)), 2)


def more_mailings(mailing, number):
    """Start `number` more mailings of a hundred recipients; return their ids."""
    from apps.delivery.services import run_start
    from apps.mailings.models import Mailing, Run
    some, ids = list(mailing.recipients.all()[:100]), []
    for _ in range(number):
        another = Mailing.objects.create(
            owner=mailing.owner, message=mailing.message, starts_at=mailing.starts_at,
            ends_at=mailing.ends_at)
        another.recipients.set(some)
        run_start(mailing=another, trigger=Run.Trigger.PAGE)
        ids.append(another.pk)
    return ids


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, throwaway_database(
            options.database, folder) as database:
        set_up(database, "127.0.0.1:25", folder)
        from django.db import connection
        from django.urls import reverse

        from apps.delivery.services import run_start
        from apps.mailings.models import Run
        mailing = make_mailing(options.recipients)
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        ids = [mailing.pk, *more_mailings(mailing, MORE)]
        browser, url = Browser(mailing.owner), reverse("delivery:progress", args=[mailing.pk])
        figures = {"database": connection.vendor, "requests": options.requests,
                   "recipients": options.recipients}
        for state in (Run.State.PAUSED, Run.State.FINISHED):
            Run.objects.update(state=state)
            figures[f"panel_{state}"] = measure(browser, url, options.requests)
        for asked in (ids[:1], ids):
            bars = f"{reverse('delivery:bars')}?" + "&".join(f"id={pk}" for pk in asked)
            figures[f"bars_{len(asked)}"] = measure(browser, bars, options.requests)
        connection.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
