#!/usr/bin/env python
"""Time every page that grows with an owner's book at two sizes; print one JSON line for each.

    python benchmarks/lists.py [--recipients 1000 1000000] [--rounds 40] [--database postgres://…]

Each size is the book of an owner of its own, with one mailing to all of it that went out once.
Pages are asked for through Django's whole stack, in this process: p50 and p95 in milliseconds,
statements, octets; `ratio` is of the p95. A page that takes long is asked for less often.
Only models and addresses of version 0.1.0 are used, so that it runs in a checkout of that too.
Without --database a SQLite file is made and thrown away; on PostgreSQL a database of its own.
"""
import argparse
import io
import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from reports import NUMBERS, clients_of  # noqa: E402 neighbours, run as scripts
from send import set_up, throwaway_database  # noqa: E402

MAILINGS = 60  # that an owner has beside the big one: more than a page of the list
PER_PAGE = 25
WARM, LEAST = 2, 5  # rounds that are not counted; rounds at least
PATIENCE = 20  # seconds for a page, after which the least has to do
HALF, THOUSAND, ONE, NOBODY, LETTERS = "постоянный", "фестиваль", "рояль", "бегемот", "ан"
PAGES = {  # name: (who asks, address)
    "home": ("owner", "/"),
    "home of a manager": ("manager", "/"),
    "recipients": ("owner", "/recipients/"),
    "recipients of all": ("manager", "/recipients/"),
    "recipients, deep page": ("owner", "/recipients/?page={deep}"),
    "recipients, last page": ("owner", "/recipients/?page={last}"),
    "recipients by name backwards": ("owner", "/recipients/?sort=-name"),
    "recipients by e-mail": ("owner", "/recipients/?sort=email"),
    "recipients by e-mail, deep page": ("owner", "/recipients/?sort=email&page={deep}"),
    "recipients by date": ("owner", "/recipients/?sort=-added"),
    "search for half": ("owner", f"/recipients/?q={HALF}"),
    "search for half, deep page": ("owner", f"/recipients/?q={HALF}&page={{half_deep}}"),
    "search for a thousand": ("owner", f"/recipients/?q={THOUSAND}"),
    "search for one": ("owner", f"/recipients/?q={ONE}"),
    "search for an address": ("owner", "/recipients/?q=client{one}@"),
    "search for nobody": ("owner", f"/recipients/?q={NOBODY}"),
    "search for two letters": ("owner", f"/recipients/?q={LETTERS}"),
    "recipient": ("owner", "/recipients/{recipient}/"),
    "form of a recipient": ("owner", "/recipients/{recipient}/edit/"),
    "picker": ("htmx", "/mailings/recipients/"),
    "picker, half": ("htmx", f"/mailings/recipients/?find={HALF}"),
    "picker, one": ("htmx", f"/mailings/recipients/?find={ONE}"),
    "picker, nobody": ("htmx", f"/mailings/recipients/?find={NOBODY}"),
    "messages": ("owner", "/messages/"),
    "messages by subject": ("owner", "/messages/?sort=subject"),
    "messages, search for one": ("owner", "/messages/?q=News+17"),
    "mailings": ("owner", "/mailings/"),
    "mailings of all": ("manager", "/mailings/"),
    "mailings by name, the end": ("owner", "/mailings/?sort=subject&last=1"),
    "mailings by end": ("manager", "/mailings/?sort=-end"),
    "mailings, search for one": ("owner", "/mailings/?q=News+17"),
    "users": ("manager", "/users/"),
    "users by last log-in": ("manager", "/users/?sort=-seen"),
    "jobs": ("owner", "/jobs/"),
    "jobs of all": ("manager", "/jobs/"),
    "jobs, the end": ("owner", "/jobs/?last=1"),
    "trail": ("manager", "/trail/"),
    "trail, deep page": ("manager", "/trail/?to={day}"),
    "trail, the end": ("manager", "/trail/?last=1"),
    "trail of one": ("manager", "/trail/?who={owner}"),
    "trail of an action": ("manager", "/trail/?what=block"),
    "trail, search for one": ("manager", "/trail/?q=client{one}@"),
    "mailings of a status": ("owner", "/mailings/?status=Завершена"),
    "mailing": ("owner", "/mailings/{mailing}/"),
    "mailing, deep page": ("owner", "/mailings/{mailing}/?page={deep}"),
    "mailing, who failed": ("owner", "/mailings/{mailing}/?fate=failed"),
    "mailing, who waits": ("owner", "/mailings/{mailing}/?fate=pending"),
    "mailing, runs": ("owner", "/mailings/{mailing}/?tab=runs"),
    "mailing, attempts": ("owner", "/mailings/{mailing}/?tab=attempts"),
    "mailing, letter": ("owner", "/mailings/{mailing}/?tab=letter"),
    "panel of a mailing": ("htmx", "/mailings/{mailing}/progress/"),
    "form of a new mailing": ("owner", "/mailings/create/"),
    "form of a mailing": ("owner", "/mailings/{mailing}/edit/"),
    "form of sending again": ("owner", "/mailings/{mailing}/start/?again=1"),
    "form of deleting a mailing": ("owner", "/mailings/{mailing}/delete/"),
    "attempts": ("owner", "/attempts/"),
    "attempts of all": ("manager", "/attempts/"),
    "attempts that failed": ("owner", "/attempts/?status=failed"),
    "attempts of a mailing": ("owner", "/attempts/?mailing={mailing}"),
    "attempts, deep page": ("owner", "/attempts/?after={attempt}"),
    "attempts, the end": ("owner", "/attempts/?last=1"),
    "attempts of a day": ("owner", "/attempts/?to={day}"),
    "attempts that failed, the end": ("owner", "/attempts/?status=failed&last=1"),
    "attempts of a mailing, unknown": ("owner", "/attempts/?mailing={mailing}&status=unknown"),
    "attempts, search for half": ("owner", f"/attempts/?q={HALF}"),
    "attempts, search for a thousand": ("owner", f"/attempts/?q={THOUSAND}"),
    "attempts, search for nobody": ("owner", f"/attempts/?q={NOBODY}"),
    "attempts of all, search for one": ("manager", "/attempts/?q=client{one}@"),
    "attempts, search for one": ("owner", "/attempts/?q=client{one}@"),
    "report": ("owner", "/reports/"),
    "report, all time": ("owner", "/reports/?period=all"),
    "report of all": ("manager", "/reports/?period=all"),
    "report by user": ("manager", "/reports/?period=all&by=user"),
    "report of a mailing": ("owner", "/reports/mailings/{mailing}/"),
    "letters": ("owner", "/reports/letters/?period=all"),
    "letters that arrived": ("owner", "/reports/letters/?period=all&fate=sent"),
    "letters that arrived, deep": ("owner", "/reports/letters/?period=all&fate=sent&after={letter}"),
    "letters that arrived, the end": ("owner", "/reports/letters/?period=all&fate=sent&last=1"),
    "letters that arrived, by number": ("owner", "/reports/letters/?period=all&fate=sent&page={deep}"),
    "letters that failed": ("owner", "/reports/letters/?period=all&fate=failed"),
    "letters that failed, the end": ("owner", "/reports/letters/?period=all&fate=failed&last=1"),
    "letters left out": ("owner", "/reports/letters/?period=all&fate=skipped"),
    "admin, recipients": ("manager", "/admin/mailings/recipient/"),
    "admin, recipients, last page": ("manager", "/admin/mailings/recipient/?p=19"),
    "admin, recipients, search": ("manager", "/admin/mailings/recipient/?q=client{one}@"),
    "admin, form of a recipient": ("manager", "/admin/mailings/recipient/{recipient}/change/"),
    "admin, mailings": ("manager", "/admin/mailings/mailing/"),
    "admin, deliveries": ("manager", "/admin/mailings/delivery/"),
    "admin, deliveries that failed": ("manager", "/admin/mailings/delivery/?state__exact=failed"),
    "admin, deliveries, search": ("manager", "/admin/mailings/delivery/?q=client{one}@"),
    "admin, attempts": ("manager", "/admin/mailings/attempt/"),
    "admin, attempts that failed": (
        "manager", "/admin/mailings/attempt/?status__exact=Не+успешно"),
    "admin, attempts, search": ("manager", "/admin/mailings/attempt/?q=client{one}@"),
    "admin, runs": ("manager", "/admin/mailings/run/"),
    "admin, users": ("manager", "/admin/users/user/"),
}
SURNAMES = ("Иванов", "Смирнова", "Ёлкин", "Волкова", "Соловьёв", "Петренко", "Ким")
NAMES = ("Анна", "Борис", "Вера", "Глеб", "Дана", "Егор", "Жанна", "Захар", "Иван", "Клара", "Лев")
STATE = "CASE WHEN k %% 50 = 7 THEN 'failed' WHEN k %% 200 = 9 THEN 'unknown' ELSE 'sent' END"
STATUS = "CASE WHEN k %% 50 = 7 OR k %% 200 = 9 THEN 'Не успешно' ELSE 'Успешно' END"
CODE = "CASE WHEN k %% 50 = 7 THEN 550 WHEN k %% 200 = 9 THEN NULL ELSE 250 END"
REPLY = ("CASE WHEN k %% 50 = 7 THEN '550 5.1.1 User unknown' WHEN k %% 200 = 9 THEN "
         "'The server closed the connection.' ELSE '250 2.0.0 Ok: queued as ' || k END")
MOMENT = {  # an attempt each second
    "postgresql": "CAST('{start}' AS TIMESTAMPTZ) + k * INTERVAL '1 second'",
    "sqlite": "datetime('{start}', '+' || k || ' seconds')",
}
BOOK = "(SELECT id, email, full_name, id - {first} AS k FROM mailings_recipient " \
       "WHERE owner_id = {owner}) AS book"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, nargs=2, default=[1000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def insert(model, source, values, parameters=()):
    """Fill the table of `model` from `source`; `values` has the SQL of columns by name.

    Other columns take the model's own defaults: versions differ in what else a row has.
    """
    from django.db import connection
    from django.utils import timezone
    columns, defaults = dict(values), []
    for field in model._meta.concrete_fields:
        if field.column in values or field.null or field.primary_key:
            continue
        default = field.get_default()
        if default is None:  # a time that is set at each save
            default = timezone.now()
        columns[field.column] = "%s"
        defaults.append(field.get_db_prep_save(default, connection))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
            f"SELECT {', '.join(columns.values())} FROM {source}", [*defaults, *parameters])


def one_of(words, number):
    """Return the SQL that gives the word at the place that `number`, an SQL expression, says."""
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE {number} %% {len(words)} {cases} END"


def make_book(owner, size):
    """Give `owner` so many recipients; return the id of the first."""
    from django.db import connection
    from django.db.models import Min

    from apps.mailings.models import Recipient
    step = max(1, size // 1000)
    insert(Recipient, NUMBERS[connection.vendor], {
        "owner_id": str(owner.pk),
        "email": "'client' || k || '@shop' || (k %% 40) || '.example.com'",
        "full_name": f"{one_of(SURNAMES, 'k')} || ' ' || {one_of(NAMES, 'k / 7')} || ' ' || k",
        "comment": f"CASE WHEN k %% 2 = 0 THEN '{HALF} клиент' ELSE 'новый клиент' END || "
                   f"CASE WHEN k %% {step} = 0 THEN ', {THOUSAND}' ELSE '' END || "
                   f"CASE WHEN k = {size // 3} THEN ', {ONE}' ELSE '' END",
    }, [size])
    return Recipient.objects.filter(owner=owner).aggregate(first=Min("pk"))["first"]


def make_mailings(owner, size):
    """Return the owner's last mailing, which took twelve days and is not over, and its run."""
    from django.utils import timezone

    from apps.mailings.models import Mailing, Message, Run
    now = timezone.now()
    for number in range(MAILINGS):
        message = Message.objects.create(owner=owner, subject=f"News {number}", body="News")
        start = now - timedelta(days=13 + number)
        Mailing.objects.create(owner=owner, message=message, starts_at=start,
                               ends_at=start + timedelta(hours=9), status="Завершена")
    message = Message.objects.create(
        owner=owner, subject="To all", body="Hello {full_name|dear client},\n\nNews.")
    mailing = Mailing.objects.create(
        owner=owner, message=message, status="Запущена", starts_at=now - timedelta(days=12),
        ends_at=now + timedelta(days=30))
    failed = len(range(7, size, 50))
    unknown = len(range(9, size, 200))
    run = Run.objects.create(
        mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE, subject=message.subject,
        body=message.body, state=Run.State.FINISHED, total=size, failed=failed, unknown=unknown,
        sent=size - failed - unknown, finished_at=now)
    Run.objects.filter(pk=run.pk).update(started_at=mailing.starts_at)
    return mailing, run


def fill_others(owner, book, start):
    """Make as many entries of the trail and jobs as the owner has recipients."""
    from django.apps import apps
    from django.db import connection
    moment = MOMENT[connection.vendor].format(start=start)
    if apps.is_installed("apps.audit"):
        insert(apps.get_model("audit.Entry"), book, {
            "who_id": str(owner.pk), "who_label": f"'{owner.email}'", "action": "'delete'",
            "object_label": "email", "happened_at": moment})
    if apps.is_installed("apps.jobs"):
        insert(apps.get_model("jobs.Job"), book, {
            "owner_id": str(owner.pk), "kind": "'letter'", "state": "'done'", "total": "1",
            "done": "1", "created_at": moment, "ended_at": moment})


def fill(owner, size):
    """Make all that `owner` has; return what the addresses of PAGES name."""
    from django.core.management import call_command
    from django.db import connection

    from django.db.models.functions import Lower

    from apps.mailings.models import Attempt, Delivery, Mailing
    first = make_book(owner, size)
    mailing, run = make_mailings(owner, size)
    book = BOOK.format(first=first, owner=owner.pk)
    insert(Mailing.recipients.through, book, {
        "mailing_id": str(mailing.pk), "recipient_id": "id"})
    insert(Delivery, book, {
        "run_id": str(run.pk), "recipient_id": "id", "email": "email", "full_name": "full_name",
        "state": STATE, "answer": REPLY, "tries": "1"})
    start = f"{mailing.starts_at:%Y-%m-%d %H:%M:%S}"
    start += {"postgresql": "+00", "sqlite": ""}[connection.vendor]
    insert(Attempt, book, {
        "mailing_id": str(mailing.pk), "owner_id": str(owner.pk), "run_id": str(run.pk),
        "recipient_id": "id", "email": "email", "status": STATUS, "code": CODE,
        "outcome_unknown": f"{CODE} IS NULL", "server_response": REPLY,
        "attempted_at": MOMENT[connection.vendor].format(start=start)})
    fill_others(owner, book, start)
    call_command("recount", repair=True, stdout=io.StringIO())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    pages = size // PER_PAGE
    middle = run.attempts.order_by("attempted_at")[size // 2]
    letter = run.deliveries.alias(address=Lower("email")).order_by("address")[size // 2]
    return {"owner": owner.pk, "day": f"{middle.attempted_at:%Y-%m-%d}", "letter": letter.pk,
            "attempt": f"{middle.pk}~{middle.attempted_at.timestamp():.6f}",
            "mailing": mailing.pk, "recipient": first + size // 3, "one": size // 3,
            "deep": max(1, pages // 2), "half_deep": max(1, pages // 4), "last": max(1, pages)}


def measure(client, address, rounds):
    """Return the figures of one page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    started = time.perf_counter()
    for _ in range(WARM):
        client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    statements = len(queries)  # the next request forgets them
    took = []
    while len(took) < rounds and (
            len(took) < LEAST or time.perf_counter() - started < PATIENCE):
        before = time.perf_counter()
        client.get(address)
        took.append(1000 * (time.perf_counter() - before))
    took.sort()
    return {"status": answer.status_code, "p50": round(took[len(took) // 2], 1),
            "p95": round(took[int(len(took) * 0.95)], 1), "queries": statements,
            "bytes": len(answer.content)}


def prepare(database, folder):
    """Set Django up for requests in this process; return a client of a manager."""
    set_up(database, "localhost:25", folder)
    from django.conf import settings
    from django.core.management import call_command

    from apps.users.models import User
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SECURE_SSL_REDIRECT = False
    call_command("collectstatic", verbosity=0, interactive=False)
    return clients_of({"manager": User.objects.create_superuser("manager@example.com", "x")})


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, throwaway_database(
            options.database, folder) as database:
        clients = prepare(database, folder)
        from django.db import connection, connections

        from apps.users.models import User
        lines = {name: {"page": name, "database": connection.vendor} for name in PAGES}
        for size in options.recipients:
            owner = User.objects.create_user(f"owner{size}@example.com", "x")
            clients |= clients_of({"owner": owner, "htmx": owner})
            clients["htmx"].defaults["HTTP_HX_REQUEST"] = "true"
            names = fill(owner, size)
            for name, (who, address) in PAGES.items():
                lines[name][str(size)] = measure(
                    clients[who], address.format(**names), options.rounds)
        few, many = map(str, options.recipients)
        for line in lines.values():
            ratio = line[many]["p95"] / line[few]["p95"]
            print(json.dumps({**line, "ratio": round(ratio, 2)}, ensure_ascii=False))
        connections.close_all()


if __name__ == "__main__":
    main()
