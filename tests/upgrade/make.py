"""Make the baseline: a database as version 0.1.0 left it, with all that an upgrade must keep.

    python tests/upgrade/make.py --checkout FOLDER [--database postgres://…]

FOLDER holds a checkout of version 0.1.0 (commit 9f2a19b); the packages are those of its lock.
Writes `0.1.0.sqlite3.xz` beside this file or, with --database, `0.1.0.sql.xz`: a plain dump that
any PostgreSQL takes. Everything is made by 0.1.0's own code: the demo, pages, the sending engine
and a mail server on loopback that answers by a script.
"""
import argparse
import contextlib
import lzma
import os
import sqlite3
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHOP, BLOCKED, CAREFUL = "shop@example.com", "blocked@example.com", "careful@example.com"
PASSWORD = "vestnik-demo"
KINDS = {"busy": 2, "client": 60, "doubted": 120, "nobody": 30, "away": 6, "null": 1, "lost": 4,
         "full": 1}
PAUSE_AFTER = 10  # letters of the second mailing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkout", type=Path, required=True)
    parser.add_argument("--database", default="", metavar="URL")
    options = parser.parse_args()
    os.chdir(options.checkout)
    sys.path.insert(0, str(options.checkout.resolve()))
    from scripted import Server
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        from benchmarks.send import throwaway_database
        url = stack.enter_context(throwaway_database(options.database, folder))
        server = stack.enter_context(Server())
        set_up(url, server.port, folder)
        fill(server)
        keep(url)


def set_up(url, smtp_port, folder):
    """Configure 0.1.0 and make its tables."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="project.settings", DATABASE_URL=url, DATA_DIR=folder, DEBUG="1",
        SECRET_KEY="baseline", ALLOWED_HOSTS="*", EMAIL_URL=f"smtp://127.0.0.1:{smtp_port}",
        DEFAULT_FROM_EMAIL="Shop <info@shop.example>", LOG_LEVEL="ERROR")
    import django
    django.setup()
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    call_command("demo", verbosity=0)


def fill(server):
    """Make what the demo has not: marks, unknowns, a paused run, a block, sessions."""
    from django.db import connections

    from apps.demo.build import person
    shop, blocked, careful = (person(email, {}) for email in (SHOP, BLOCKED, CAREFUL))
    people = make_recipients(shop)
    spring = make_mailing(
        shop, "Spring", [one for kind in list(KINDS)[1:] for one in people[kind]])
    send(spring, server)
    autumn = make_mailing(
        shop, "Autumn", people["busy"] + people["client"] + people["doubted"][:10])
    send(autumn, server, pause_after=PAUSE_AFTER)
    use_pages(spring, people, blocked)
    second_factor(careful)
    connections.close_all()


def make_recipients(owner):
    """Return recipients by what the mail server will say of them."""
    from apps.mailings.models import Recipient
    return {kind: [Recipient.objects.create(
        owner=owner, email=f"{kind}{number}@example.com", full_name=f"{kind.title()} {number}")
        for number in range(1, total + 1)] for kind, total in KINDS.items()}


def make_mailing(owner, subject, recipients):
    from django.utils import timezone

    from apps.mailings.models import Mailing, Message
    now = timezone.now()
    mailing = Mailing.objects.create(
        owner=owner, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=30),
        message=Message.objects.create(owner=owner, subject=subject, body="Hello {full_name}"))
    mailing.recipients.set(recipients)
    return mailing


def send(mailing, server, pause_after=None):
    """Start a run and let the engine work on it to its end, or to a pause."""
    from apps.delivery.engine.engine import Engine
    from apps.delivery.services import run_pause, run_start
    from apps.mailings.models import Run
    from apps.statistics import tallies
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE, by=mailing.owner)
    if pause_after:
        server.after(pause_after, lambda: run_pause(run=run))
    engine = Engine(connections=1, run_ids=[run.pk])
    engine.start()
    if not engine.join(60) or engine.failed.is_set():
        sys.exit("The engine did not end as it should.")
    tallies.refresh_domains()


def use_pages(mailing, people, blocked):
    """Act as people do in a browser: the trail and the sessions are written by it."""
    from apps.mailings.models import Delivery
    guest = browser("owner@example.com", password="wrong")
    assert guest.get("/recipients/").status_code == 302
    shop = browser(SHOP)
    lost = Delivery.objects.get(run__mailing=mailing, email="lost1@example.com")
    shop.post(f"/mailings/{mailing.pk}/settle/", {"how": "delivered", "delivery": lost.pk})
    shop.post(f"/recipients/{people['doubted'][-1].pk}/delete/")
    shop.post(f"/recipients/{people['nobody'][-1].pk}/delete/")
    manager = browser("manager@example.com")
    browser(BLOCKED)
    manager.post(f"/users/{blocked.pk}/toggle/", {"blocked": "1"})
    for email in ("owner@example.com", "other@example.com", "admin@example.com"):
        browser(email)


def browser(email, password=PASSWORD):
    """Return a client that has filled in the log-in form."""
    from django.test import Client
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def second_factor(user):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)


def keep(url):
    """Write the database, packed, beside this file."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
            database.execute("VACUUM")
        name, octets = "0.1.0.sqlite3.xz", path.read_bytes()
    else:
        dump = subprocess.run(
            ["pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500",
             url], check=True, capture_output=True).stdout
        name, octets = "0.1.0.sql.xz", b"\n".join(
            line for line in dump.split(b"\n") if not line.startswith((b"\\", b"--")))
    packed = lzma.compress(octets, preset=9 | lzma.PRESET_EXTREME)
    (HERE / name).write_bytes(packed)
    print(f"{name}: {len(octets):,} octets, packed {len(packed):,}")


if __name__ == "__main__":
    main()
