#!/usr/bin/env python
"""Send one mailing of N letters through the engine that users run, and print one JSON line.

    python benchmarks/send.py --messages 5000 --smtp 127.0.0.1:2525 \
        [--connections 8] [--database postgres://…] [--sender]

Each letter has about 2 KB and one personal field; ledger and attempts are on. With --sender the
letters come from a sender with an account at that server, and not from the service. Without
--database a SQLite file is made and thrown away; on PostgreSQL a database of its own is made and
dropped.
"""
import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
LINE = "Fresh bread every morning, and a cake on Fridays. \n"
LONGEST = 3600  # seconds after which a run is given up
BODY = "Hello {full_name|dear client},\n\n" + LINE * 40


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--smtp", required=True, metavar="HOST:PORT")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--sender", action="store_true", help="send from a sender's own account")
    return parser.parse_args()


@contextlib.contextmanager
def throwaway_database(url, folder):
    """Yield the URL of an empty database: a file in `folder`, or one beside `url`'s."""
    if not url:
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    import psycopg2
    base, name = url.rpartition("/")[0], f"vestnik_bench_{os.getpid()}"
    server = psycopg2.connect(url.replace("postgres://", "postgresql://"))
    server.autocommit = True
    cursor = server.cursor()
    cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{base}/{name}"
    finally:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


def set_up(database, smtp, folder):
    """Configure Django for this run alone."""
    host, _, port = smtp.rpartition(":")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="project.settings", DATABASE_URL=database, DATA_DIR=folder,
        EMAIL_URL=f"smtp://{host}:{port}", SECRET_KEY="benchmark", DEBUG="0", LOG_LEVEL="ERROR",
        DEFAULT_FROM_EMAIL="Shop <shop@example.com>", SMTP_ALLOW_PRIVATE="1")
    import django
    django.setup()
    from django.core.management import call_command
    call_command("migrate", verbosity=0)


def make_mailing(number, name="bench", domain="example.com", sender=None):
    """Return a mailing to `number` recipients at `domain`, of a new owner or the `sender`'s."""
    from django.utils import timezone

    from apps.mailings.models import Mailing, Message, Recipient
    from apps.users.models import User
    owner = sender.owner if sender else User.objects.create_user(f"{name}@example.com", None)
    recipients = Recipient.objects.bulk_create([
        Recipient(owner=owner, email=f"client{n}@{domain}", full_name=f"Client {n}")
        for n in range(number)], batch_size=5000)
    now = timezone.now()
    mailing = Mailing.objects.create(
        owner=owner, starts_at=now + timedelta(hours=9),  # the clock is not to start it
        ends_at=now + timedelta(days=1), sender=sender,
        message=Message.objects.create(owner=owner, subject="News of the week", body=BODY))
    Through = Mailing.recipients.through
    Through.objects.bulk_create([
        Through(mailing=mailing, recipient=recipient) for recipient in recipients],
        batch_size=5000)
    return mailing


def make_sender(name, port, host="127.0.0.1", password="", **fields):
    """Return a sender of a new owner, ready to be used, whose server listens at `port`."""
    from django.utils import timezone

    from apps.mailings.models import Sender
    from apps.users.models import User
    now = timezone.now()
    sender = Sender(
        owner=User.objects.create_user(f"{name}@example.com", None), name=f"Shop {name}",
        address=f"{name}@shop.example", host=host, port=port,
        security=Sender.Security.NONE, confirmed_at=now, checked_at=now, verified_at=now, **fields)
    sender.set_password(password)
    sender.save()
    return sender


def start_run(mailing):
    """Start the mailing's run. Returns it."""
    from django.db import transaction

    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    with transaction.atomic():  # no worker sees it sooner
        return run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)


@contextlib.contextmanager
def senders(connections):
    """Run `manage.py sender` as an operator does; yield once it is at work."""
    from django.conf import settings
    from django.db import connection

    from apps.delivery.models import Worker
    command = [sys.executable, str(ROOT / "manage.py"), "sender", "--no-jobs", "--connections",
               str(connections)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    processes = 1 if connection.vendor == "sqlite" else min(settings.SENDER_PROCESSES, connections)
    while Worker.objects.count() < processes:
        time.sleep(0.05)
    time.sleep(1)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def is_active(run):
    """Look at the run without the ORM: it would take a twentieth of the machine from the sender."""
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM mailings_run WHERE id = %s", [run.pk])
        return cursor.fetchone()[0] in run.ACTIVE


def measure(options):
    """Return the figures of one run: from its start to its last letter's record."""
    number = options.messages
    sender = None
    if options.sender:
        host, _, port = options.smtp.rpartition(":")
        sender = make_sender("own", int(port), host=host)
    mailing = make_mailing(number, sender=sender)
    with senders(options.connections):
        started = time.perf_counter()
        run = start_run(mailing)
        prepared = time.perf_counter()
        while is_active(run) and time.perf_counter() - prepared < LONGEST:
            time.sleep(0.01)
        sent = time.perf_counter()
    run.refresh_from_db()
    return {
        "messages": number, "prepare_s": round(prepared - started, 3),
        "send_s": round(sent - prepared, 3), "rate": round(run.sent / (sent - prepared), 1),
        "sent": run.sent, "failed": run.failed, "unknown": run.unknown,
    }


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        set_up(database, options.smtp, folder)
        print(json.dumps(measure(options)))
        from django.db import connections
        connections.close_all()


if __name__ == "__main__":
    main()
