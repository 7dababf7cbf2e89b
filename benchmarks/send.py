#!/usr/bin/env python
"""Send one mailing of N letters through the engine that users run, and print one JSON line.

    python benchmarks/send.py --messages 5000 --smtp 127.0.0.1:2525 \
        [--connections 8] [--database postgres://…] [--sender] [--html KB] [--attachment KB]
        [--broker redis://…]

Each letter has about 2 KB and one personal field; ledger and attempts are on. With --html it has
so much HTML with five fields too, and the rate of Postfix's smtp-source with letters as long is
told beside, where that is installed. With --sender the letters come from a sender with an account
at that server, and not from the service. With --broker Celery's workers send.

Without --database a SQLite file is made and thrown away;
on PostgreSQL a database of its own is made and dropped.
"""
import argparse
import contextlib
import json
import os
import shutil
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
FIELDS = (
    "<h1>{имя|Здравствуйте}, это вам</h1>", '<a href="{ссылка на письмо}">В браузере</a>',
    '<a href="https://shop.example/?to={email}">В магазин</a>', '<img alt="{full_name}" src="x">',
    "<p>Письмо на {email}</p>")
PARAGRAPH = '<td style="padding: 0 8px">Свежий хлеб каждое утро, а по пятницам пирог.</td>\n'
SMTP_SOURCE = shutil.which("smtp-source", path=f"{os.environ['PATH']}:/usr/sbin")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--smtp", required=True, metavar="HOST:PORT")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--html", type=int, default=0, metavar="KB")
    parser.add_argument("--attachment", type=int, default=0, metavar="KB")
    parser.add_argument("--sender", action="store_true", help="send from a sender's own account")
    parser.add_argument("--broker", default="", metavar="URL", help="of Celery's workers")
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


def html_of(kilobytes):
    """Return so much HTML with its fields spread over it; "" of none."""
    if not kilobytes:
        return ""
    times = kilobytes * 1000 // len(PARAGRAPH.encode()) // len(FIELDS)
    return "<!doctype html>\n" + "".join(field + PARAGRAPH * times for field in FIELDS)


def attach(message, kilobytes):
    """Attach so much to a message."""
    if not kilobytes:
        return
    from apps.mailings.media import content
    from apps.mailings.models import Attachment
    octets = os.urandom(kilobytes * 1000)
    Attachment.objects.create(
        message=message, digest=content.store(octets, content.ATTACHMENTS), name="Каталог.pdf",
        content_type="application/pdf", size=len(octets))


def make_mailing(number, name="bench", domain="example.com", sender=None, html="", attachment=0):
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
        message=Message.objects.create(
            owner=owner, subject="News of the week", body=BODY, html=html,
            kind=Message.Kind.HTML if html else Message.Kind.TEXT))
    attach(mailing.message, attachment)
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
def senders(connections, nice=0):
    """Run `manage.py sender`, so `nice`, and Celery's worker, as an operator does.

    Yields once they are at work.
    """
    from django.conf import settings
    from django.db import connection

    from apps.delivery.models import Worker
    command = [sys.executable, str(ROOT / "manage.py"), "sender", "--no-jobs", "--connections",
               str(connections)]
    if nice:
        command = ["nice", "-n", str(nice), *command]
    commands = [command]
    if os.environ.get("SENDER_ENGINE") == "celery":
        commands.append([sys.executable, "-m", "celery", "-A", "project", "worker", "-Q", "letters",
                         "--without-mingle", "--without-gossip", "--loglevel", "ERROR"])
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
               for command in commands]
    processes = 1 if connection.vendor == "sqlite" else min(settings.SENDER_PROCESSES, connections)
    while Worker.objects.count() < processes:
        time.sleep(0.05)
    time.sleep(1)
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
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
    mailing = make_mailing(number, sender=sender, html=html_of(options.html),
                           attachment=options.attachment)
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


def smtp_source_rate(options):
    """Return how many letters of the same length a second smtp-source hands in."""
    octets = (options.html + options.attachment) * 1500  # in base64, with the text
    number = min(options.messages, 5000)
    command = [SMTP_SOURCE, "-s", "10", "-d", "-l", str(octets), "-m", str(number),
               "-f", "shop@example.com", "-t", "client@example.com", options.smtp]
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return number / (time.perf_counter() - started)


def choose_engine(options):
    if options.broker:
        os.environ.update(SENDER_ENGINE="celery", CELERY_BROKER_URL=options.broker,
                          SENDER_CONNECTIONS=str(options.connections))


def main():
    options = arguments()
    choose_engine(options)
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        set_up(database, options.smtp, folder)
        beside = SMTP_SOURCE if options.html else ""
        rates = [smtp_source_rate(options)] if beside else []
        figures = measure(options)
        if beside:
            rates.append(smtp_source_rate(options))
            rate = sum(rates) / len(rates)
            figures |= {"smtp_source": round(rate, 1), "of_it": round(figures["rate"] / rate, 2)}
        print(json.dumps(figures))
        from django.db import connections
        connections.close_all()


if __name__ == "__main__":
    main()
