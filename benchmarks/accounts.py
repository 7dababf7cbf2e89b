#!/usr/bin/env python
"""Time what tells known addresses from unknown ones, and print one JSON line.

    python benchmarks/accounts.py [--pairs 40] [--database postgres://…]

Sign-up, password reset and log-in with a wrong password, in pairs: an address with an account,
and one without, in turn. Each is asked for through Django's whole stack, in this process; medians
in milliseconds, `ratio` is of the known to the unknown; `cpu` is the same ratio of this process's
own time, which a busy machine disturbs less. Without --database a SQLite file is made
and thrown away; on PostgreSQL a database of its own.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent))
from send import set_up, throwaway_database  # noqa: E402 a neighbour, run as a script

PASSWORD = "correct-horse-7"
WARM = 2  # pairs that are not counted
PAGES = {
    "sign-up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "log-in": "/accounts/login/",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def make_people(number):
    """Make accounts with confirmed addresses; return the addresses."""
    from django.contrib.auth.hashers import make_password

    from apps.users.models import User
    hashed = make_password(PASSWORD)
    emails = [f"known{k:05}@example.com" for k in range(number)]
    for email in emails:
        user = User.objects.create(email=email, password=hashed)
        user.emailaddress_set.create(email=email, verified=True, primary=True)
    return emails


def ask(address, email):
    """Return how many seconds a visitor's form took, and how many of the processor."""
    from django.test import Client
    fields = {"email": email, "login": email, "password": "wrong-horse-9",
              "password1": PASSWORD, "password2": PASSWORD}
    client = Client(headers={"host": "localhost"})
    started = time.perf_counter()
    worked = time.process_time()
    response = client.post(address, fields)
    spent = time.perf_counter() - started, time.process_time() - worked
    assert response.status_code in (200, 302), f"{address}: {response.status_code}"
    return spent


def measure(address, emails):
    """Return the medians over pairs; who comes first changes from pair to pair."""
    known = []
    unknown = []
    for number, email in enumerate(emails):
        pair = [(known, email), (unknown, email.replace("known", "nobody"))]
        if number % 2:
            pair.reverse()
        for times, asked in pair:
            times.append(ask(address, asked))
    spent, worked = zip(*known[WARM:])
    other_spent, other_worked = zip(*unknown[WARM:])
    return {
        "known": round(1000 * median(spent), 2), "unknown": round(1000 * median(other_spent), 2),
        "ratio": round(median(spent) / median(other_spent), 3),
        "cpu": round(median(worked) / median(other_worked), 3),
    }


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        set_up(database, "127.0.0.1:1", folder)
        from django.conf import settings
        from django.core.management import call_command
        call_command("collectstatic", interactive=False, verbosity=0)
        settings.ACCOUNT_RATE_LIMITS = False  # hundreds of requests from one address
        emails = make_people(options.pairs + WARM)
        # Sign-ups come last: they give the unknown addresses accounts.
        order = ("reset", "log-in", "sign-up")
        print(json.dumps({name: measure(PAGES[name], emails) for name in order}))
        from django.db import connections
        connections.close_all()


if __name__ == "__main__":
    main()
