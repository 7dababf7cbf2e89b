#!/usr/bin/env python
"""Time the fragments that pages poll, full and unchanged (304), and print one JSON line.

    python benchmarks/pages.py [--requests 300] [--recipients 1000] [--database postgres://…]

The test client asks in this process, through all middleware; medians in milliseconds.
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


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--recipients", type=int, default=1000)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def browser(user):
    """Return a test client where `user` is logged in, and which asks as htmx does."""
    from django.test import Client
    client = Client(headers={"hx-request": "true"}, SERVER_NAME="localhost")
    client.force_login(user, backend="apps.users.backends.ModelBackend")
    return client


def timed(client, url, status, **headers):
    """Return the time of one request, in milliseconds."""
    started = time.perf_counter()
    response = client.get(url, headers=headers)
    assert response.status_code == status, response.status_code
    return 1000 * (time.perf_counter() - started)


def measure(client, url, number):
    """Ask in turn for the full fragment and the unchanged one, so that noise meets both alike."""
    etag = client.get(url)["ETag"]
    pairs = [(timed(client, url, 200), timed(client, url, 304, **{"if-none-match": etag}))
             for _ in range(number)]
    full, unchanged = map(median, zip(*pairs))
    return {"full": round(full, 2), "unchanged": round(unchanged, 2),
            "ratio": round(unchanged / full, 2)}


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
        client, url = browser(mailing.owner), reverse("delivery:progress", args=[mailing.pk])
        figures = {"database": connection.vendor, "requests": options.requests,
                   "recipients": options.recipients}
        for state in (Run.State.PAUSED, Run.State.FINISHED):
            Run.objects.update(state=state)
            figures[f"panel_{state}"] = measure(client, url, options.requests)
        figures["cell"] = measure(client, f"{url}?cell=1", options.requests)
        connection.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
