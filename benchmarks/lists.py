#!/usr/bin/env python
"""Time every page that grows with an owner's book at two sizes; print one JSON line for each.

    python benchmarks/lists.py [--recipients 1000 1000000] [--rounds 40] [--database postgres://…]

Each size is the book of an owner of its own, with one mailing to all of it that went out once.
Pages are asked for through Django's whole stack, in this process: p50 and p95 in milliseconds,
statements, octets; `ratio` is of the p95. A page that takes long is asked for less often.
The first owner's pages are asked for once more when the second book is there: `beside` it.
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
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))
from list_pages import HALF, ONE, PAGES, THOUSAND  # noqa: E402 neighbours, run as scripts
from reports import NUMBERS, clients_of  # noqa: E402
from send import set_up, throwaway_database  # noqa: E402

MAILINGS = 60  # that an owner has beside the big one: more than a page of the list
PER_PAGE = 25
WARM, LEAST = 2, 5  # rounds that are not counted; rounds at least
PATIENCE = 20  # seconds for a page, after which the least has to do
ADDED = "2026-01-01 00:00:00"  # when the first recipient was, and another one each second
EMAIL = "'client' || k || '@shop' || (k %% 40) || '.example.com'"
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
    words = list(words)
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE {number} %% {len(words)} {cases} END"


def make_book(owner, size):
    """Give `owner` so many recipients; return the id of the first."""
    from django.db import connection
    from django.db.models import Min

    from apps.mailings.models import Recipient
    columns = {"owner_id": str(owner.pk), "email": EMAIL, "full_name": name_of(str),
               "comment": comment_of(size, str),
               "created_at": moment(ADDED)}
    if hasattr(Recipient, "search_text"):
        columns |= written_words(size)
    insert(Recipient, NUMBERS[connection.vendor], columns, [size])
    return Recipient.objects.filter(owner=owner).aggregate(first=Min("pk"))["first"]


def name_of(change):
    """Return the SQL of a name, each of whose words went through `change`."""
    surname = one_of(map(change, SURNAMES), "k")
    return f"{surname} || ' ' || {one_of(map(change, NAMES), 'k / 7')} || ' ' || k"


def comment_of(size, change):
    half, other = change(f"{HALF} клиент"), change("новый клиент")
    return (f"CASE WHEN k %% 2 = 0 THEN '{half}' ELSE '{other}' END || "
            f"CASE WHEN k %% {max(1, size // 1000)} = 0 THEN ', {change(THOUSAND)}' ELSE '' END || "
            f"CASE WHEN k = {size // 3} THEN ', {change(ONE)}' ELSE '' END")


def written_words(size):
    """Return the SQL of what recipients are found and ordered by, as the application writes it."""
    from apps.core.words import folded, sort_key
    texts = [name_of(folded), EMAIL, comment_of(size, folded)]
    return {"search_text": " || ' ' || ".join(texts),
            "sort_name": name_of(lambda word: sort_key(word, len(word) + 1))}


def middle_of(owner, size):
    """Return the cursors of the recipient in the middle, and the day when they were added."""
    from apps.mailings.models import Recipient
    if not hasattr(Recipient, "sort_name"):  # an older version has no cursors
        return {"middle_name": "", "middle_email": "", "middle_added": "", "day": "2026-01-02"}
    cursors = {}
    for name, column in ("name", "sort_name"), ("email", "email"), ("added", "created_at"):
        pk, value = Recipient.objects.filter(owner=owner).order_by(column, "pk").values_list(
            "pk", column)[size // 2]
        if name == "added":
            day, value = value, f"{value.timestamp():.6f}"
        cursors[f"middle_{name}"] = quote(f"{pk}~{value}")
    return {**cursors, "day": f"{day:%Y-%m-%d}"}


def moment(start):
    """Return the SQL of a moment for each k, a second apart."""
    from django.db import connection
    start += {"postgresql": "+00", "sqlite": ""}[connection.vendor]
    return MOMENT[connection.vendor].format(start=start)


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


def fill_others(owner, book, moment):
    """Make as many entries of the trail and jobs as the owner has recipients."""
    from django.apps import apps
    if apps.is_installed("apps.audit"):
        insert(apps.get_model("audit.Entry"), book, {
            "who_id": str(owner.pk), "who_label": f"'{owner.email}'", "action": "'delete'",
            "object_label": "email", "happened_at": moment})
    if apps.is_installed("apps.jobs"):
        insert(apps.get_model("jobs.Job"), book, {
            "owner_id": str(owner.pk), "kind": "'letter'", "state": "'done'", "total": "1",
            "done": "1", "created_at": moment, "ended_at": moment})


def middle_of_run(run, size):
    """Return what names the attempt and the letter in the middle, and their owner and day."""
    from django.db.models.functions import Lower
    attempt = run.attempts.order_by("attempted_at")[size // 2]
    letter = run.deliveries.alias(address=Lower("email")).order_by("address")[size // 2]
    return {"owner": run.owner_id, "sent_day": f"{attempt.attempted_at:%Y-%m-%d}",
            "attempt": f"{attempt.pk}~{attempt.attempted_at.timestamp():.6f}",
            "letter": letter.pk}


def fill(owner, size):
    """Make all that `owner` has; return what the addresses of PAGES name."""
    from django.core.management import call_command
    from django.db import connection

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
    insert(Attempt, book, {
        "mailing_id": str(mailing.pk), "owner_id": str(owner.pk), "run_id": str(run.pk),
        "recipient_id": "id", "email": "email", "status": STATUS, "code": CODE,
        "outcome_unknown": f"{CODE} IS NULL", "server_response": REPLY,
        "attempted_at": moment(start)})
    fill_others(owner, book, moment(start))
    call_command("recount", repair=True, stdout=io.StringIO())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    else:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # else all is read through the log
    pages = size // PER_PAGE
    return {"mailing": mailing.pk, "recipient": first + size // 3, "one": size // 3,
            "deep": max(1, pages // 2), "half_deep": max(1, pages // 4), "last": max(1, pages),
            **middle_of(owner, size), **middle_of_run(run, size)}


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


def measure_all(clients, names, lines, key, rounds):
    """Write the figures of each page under `key` of its line; not of whose client there is none."""
    for name, (who, address) in PAGES.items():
        if clients[who]:
            lines[name][key] = measure(clients[who], address.format(**names), rounds)


def prepare(database, folder, smtp="localhost:25"):
    """Set Django up for requests in this process; return a client of a manager."""
    set_up(database, smtp, folder)
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
        few, many = options.recipients
        for size in few, many:
            owner = User.objects.create_user(f"owner{size}@example.com", "x")
            clients |= clients_of({"owner": owner, "htmx": owner})
            clients["htmx"].defaults["HTTP_HX_REQUEST"] = "true"
            names = fill(owner, size)
            measure_all(clients, names, lines, str(size), options.rounds)
            if size == few:
                first = dict(clients), names
        clients, names = first
        measure_all(clients | {"manager": None}, names, lines, "beside", options.rounds)
        for line in lines.values():
            ratio = line[str(many)]["p95"] / line[str(few)]["p95"]
            print(json.dumps({**line, "ratio": round(ratio, 2)}, ensure_ascii=False))
        connections.close_all()


if __name__ == "__main__":
    main()
