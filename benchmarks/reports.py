#!/usr/bin/env python
"""Time the pages that tell of attempts at two sizes, and print one JSON line.

    python benchmarks/reports.py [--attempts 1000 1000000] [--rounds 40] [--database postgres://…]

Runs lie over a year, with refusals, retries and unknown outcomes. Each page is asked for through
Django's whole stack, in this process; p50 and p95 are in milliseconds, `ratio` is of the p95.
Without --database a SQLite file is made and thrown away; on PostgreSQL a database of its own.
"""
import argparse
import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from send import set_up, throwaway_database  # noqa: E402 a neighbour, run as a script

A_RUN, LEAST = 1000, 40  # letters of a run, at most; mailings: more than a page of the table has
PAGES = {  # name: (who asks, address)
    "home": ("owner", "/"), "home of a manager": ("manager", "/"),
    "attempts": ("owner", "/attempts/"), "attempts of all": ("manager", "/attempts/"),
    "report, 30 days": ("owner", "/reports/"),
    "report, year": ("owner", "/reports/?period=365"),
    "report, all time": ("owner", "/reports/?period=all"),
    "report of all": ("manager", "/reports/?period=all"),
    "report by user": ("manager", "/reports/?period=all&by=user"),
    "report sorted by failed": ("owner", "/reports/?period=all&sort=-failed"),
    "letters that failed": ("owner", "/reports/letters/?period=all&fate=failed"),
    "letters of all that arrived": ("manager", "/reports/letters/?period=all&fate=sent"),
    "report of a mailing": ("owner", "/reports/mailings/{mailing}/"),
}
NUMBERS = {
    "postgresql": "generate_series(0, %s - 1) AS n(k)",
    "sqlite": "(WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k + 1 < %s) "
              "SELECT k FROM n) AS n",
}
MOMENT = {  # a letter each two seconds; one of ten, tried again, 90 minutes later
    "postgresql": "r.started_at + (2 * k + 5400 * (k %% 10 / 9)) * INTERVAL '1 second'",
    "sqlite": "datetime(r.started_at, '+' || (2 * k + 5400 * (k %% 10 / 9)) || ' seconds')",
}
CODE = "CASE WHEN k %% 50 = 7 THEN 550 WHEN k %% 25 = 3 THEN 450 WHEN k %% 200 = 9 THEN NULL " \
       "ELSE 250 END"
REPLY = "CASE WHEN k %% 50 = 7 THEN '550 5.1.1 User unknown' WHEN k %% 25 = 3 THEN " \
        "'450 4.2.0 Greylisted' WHEN k %% 200 = 9 THEN 'The server closed the connection.' " \
        "ELSE '250 2.0.0 Ok: queued as ' || k END"
STATE = "CASE WHEN k %% 50 = 7 THEN 'failed' WHEN k %% 200 = 9 THEN 'unknown' ELSE 'sent' END"
EMAIL = "'client' || k || '@shop' || (k %% 40) || '.example.com'"
DELIVERIES = """
INSERT INTO mailings_delivery (run_id, email, full_name, state, tries, crashes, lease_token, answer,
    updated_at)
SELECT r.id, {email}, 'Client ' || k, {state}, 1, 0, '', {reply}, r.started_at
FROM mailings_run r, {numbers} WHERE r.id = %s
"""
ATTEMPTS = """
INSERT INTO mailings_attempt (mailing_id, owner_id, run_id, email, attempted_at, status,
    outcome_unknown, code, server_response)
SELECT r.mailing_id, r.owner_id, r.id, {email}, {moment},
    CASE WHEN {code} = 250 THEN 'Успешно' ELSE 'Не успешно' END, {code} IS NULL, {code}, {reply}
FROM mailings_run r, {numbers} WHERE r.id = %s
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--attempts", type=int, nargs=2, default=[1000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def people():
    """Return the owner of everything and a manager, by role."""
    from apps.users.models import User
    return {"owner": User.objects.create_user("owner@example.com", "x"),
            "manager": User.objects.create_superuser("manager@example.com", "x")}


def seed(owner, there, wanted):
    """Add runs until there are `wanted` attempts. Returns the last mailing."""
    from django.db import connection, transaction
    from django.utils import timezone

    from apps.mailings.models import Attempt, Delivery, Mailing, Message, Run
    from apps.statistics import counting, tallies
    now, size = timezone.now(), min(A_RUN, (wanted - there) // LEAST)
    number = (wanted - there) // size
    for place in range(number):
        start = now - timedelta(days=364 * (number - place) / number, hours=3)
        mailing = Mailing.objects.create(
            owner=owner, starts_at=start, ends_at=start + timedelta(days=1), status="Завершена",
            message=Message.objects.create(owner=owner, subject=f"News {place}", body="News"))
        run = Run.objects.create(
            mailing=mailing, owner=owner, trigger="page", subject="News", body="News",
            state=Run.State.FINISHED, total=size)
        Run.objects.filter(pk=run.pk).update(started_at=start)
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (DELIVERIES, ATTEMPTS):
                cursor.execute(statement.format(
                    email=EMAIL, state=STATE, reply=REPLY, code=CODE,
                    numbers=NUMBERS[connection.vendor], moment=MOMENT[connection.vendor]),
                    [size, run.pk])
            counting.add(run.pk, {}, tallies.of_attempts(
                Attempt.objects.filter(mailing=mailing).iterator()))
            counting.fold()
            counts = {state: Delivery.objects.filter(run=run, state=state).count()
                      for state in ("sent", "failed", "unknown")}
            Run.objects.filter(pk=run.pk).update(**counts)
        tallies.refresh_domains()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return mailing


def measure(clients, mailing, rounds):
    """Return {page: (p50, p95)} in milliseconds; a page that fails ends it all."""
    figures = {}
    for name, (who, address) in PAGES.items():
        took, address = [], address.format(mailing=mailing.pk)
        for turn in range(rounds + 3):
            started = time.perf_counter()
            answer = clients[who].get(address)
            if turn >= 3:
                took.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, (name, answer.status_code)
        took.sort()
        figures[name] = (round(took[rounds // 2], 1), round(took[int(rounds * .95)], 1))
    return figures


def clients_of(users):
    from django.test import Client
    clients = {}
    for role, user in users.items():
        clients[role] = Client(SERVER_NAME="localhost")
        clients[role].force_login(user, backend="apps.users.backends.ModelBackend")
    return clients


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        set_up(database, "localhost:25", folder)
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection, connections
        settings.ALLOWED_HOSTS = ["localhost"]
        settings.SECURE_SSL_REDIRECT = False
        call_command("collectstatic", verbosity=0, interactive=False)
        users, there, pages = people(), 0, {}
        clients = clients_of(users)
        for wanted in options.attempts:
            mailing = seed(users["owner"], there, wanted)
            there = wanted
            for name, figures in measure(clients, mailing, options.rounds).items():
                pages.setdefault(name, {})[wanted] = figures
        few, many = options.attempts
        for figures in pages.values():
            figures["ratio"] = round(figures[many][1] / figures[few][1], 2)
        print(json.dumps({"database": connection.vendor, "pages": pages}))
        connections.close_all()


if __name__ == "__main__":
    main()
