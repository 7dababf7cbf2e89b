"""Hammer the pages as many people at once, and look for what is somebody else's.

    python -m tests.torture.leaks --seconds 30 --users 10 --workers 2 --cache redis://…

Everything that a person owns holds a mark of theirs. Each answer is searched for marks; meanwhile
a manager blocks and unblocks people and switches their mailings. One summary line; exit status 1
when a mark of somebody else's was seen, or an answer was an error.
"""
import argparse
import collections
import contextlib
import http.client
import io
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.send import set_up, throwaway_database
from tests.demo_site import wait_for
from tests.smtp import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = re.compile(r"mark(\d+)x")
PAGES = ("/", "/recipients/", "/recipients/?q=mark", "/messages/", "/mailings/", "/attempts/",
         "/attempts/?status=failed", "/reports/", "/profile/", "/recipients/{recipient}/",
         "/messages/{message}/", "/mailings/{mailing}/", "/mailings/{mailing}/?tab=attempts",
         "/mailings/{mailing}/progress/", "/mailings/progress/?id={mailing}",
         "/mailings/{mailing}/edit/", "/reports/mailings/{mailing}/", "/mailings/recipients/")
ROWS = 40  # recipients of each person: more than a page


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--cache", default="locmemcache://", metavar="URL")
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


class Person:
    """Somebody with things of their own, and a browser."""

    def __init__(self, number):
        from apps.mailings.models import Attempt, Delivery, Run
        from apps.users.models import User
        from tests.factories import MailingFactory, MessageFactory, RecipientFactory
        mark = f"mark{number}x"
        self.number = number
        self.user = User.objects.create_user(f"{mark}@example.com", None, first_name=mark)
        message = MessageFactory(owner=self.user, subject=mark, body=mark)
        recipients = [RecipientFactory(owner=self.user, full_name=f"{mark} {n}", comment=mark,
                                       email=f"{mark}{n}@example.com") for n in range(ROWS)]
        mailing = MailingFactory(owner=self.user, message=message, recipients=recipients)
        run = Run.objects.create(mailing=mailing, owner=self.user, trigger="page", subject=mark,
                                 body=mark, state="finished", total=1, failed=1)
        Delivery.objects.create(run=run, recipient=recipients[0], email=recipients[0].email,
                                full_name=mark, state="failed", answer=mark)
        Attempt.objects.create(
            mailing=mailing, owner=self.user, run=run, recipient=recipients[0], code=550,
            email=recipients[0].email, attempted_at=mailing.starts_at, server_response=mark,
            status=Attempt.Status.FAILURE)
        self.ids = {"recipient": recipients[0].pk, "message": message.pk, "mailing": mailing.pk}
        self.log_in()

    def log_in(self):
        """Take a fresh session, as the login form would give."""
        from django.test import Client
        client = Client()
        client.force_login(self.user, backend="apps.users.backends.ModelBackend")
        self.session = client.cookies["sessionid"].value

    def ask(self, connection, page):
        """Return (status, text) of one page: as a whole, or as htmx asks."""
        address = page.format(**self.ids)
        headers = {"Cookie": f"sessionid={self.session}"}
        if random.random() < 0.5:
            headers |= {"HX-Request": "true"}
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def hammer(person, port, until, counts):
    """Ask for pages at random until the time comes; count what the answers hold."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.monotonic() < until:
        page = random.choice(PAGES)
        status, text = person.ask(connection, page)
        seen = set(MARK.findall(text))
        counts["requests"] += 1
        counts["own"] += str(person.number) in seen
        if seen - {str(person.number)}:
            counts["leaks"] += 1
            print(f"person {person.number} at {page} saw {seen}", file=sys.stderr)
        if status in (302, 204):  # blocked meanwhile, or a panel that has its page
            counts["sent away"] += 1
            person.log_in()
        elif status != 200:
            counts["errors"] += 1
            print(f"person {person.number} at {page}: {status}", file=sys.stderr)


def oversee(people, manager, until, counts):
    """Block and unblock people, disable and enable their mailings, as a manager's pages do."""
    while time.monotonic() < until:
        person = random.choice(people)
        for value in ("1", "0"):
            manager.post(f"/users/{person.user.pk}/toggle/", {
                "blocked": value, "reason": "test"})
            manager.post(f"/mailings/{person.ids['mailing']}/toggle/", {
                "disabled": value, "reason": "test"})
            counts["switches"] += 2
            time.sleep(0.05)


class Manager:
    """A manager's session over HTTP."""

    def __init__(self, port):
        from django.core.management import call_command
        from django.contrib.auth.models import Group
        from django.test import Client

        from apps.users.models import User
        call_command("create_managers_group", stdout=io.StringIO())
        user = User.objects.create_user("manager@example.com", None)
        user.groups.set(Group.objects.all())
        client = Client()
        client.force_login(user, backend="apps.users.backends.ModelBackend")
        self.session, self.token = client.cookies["sessionid"].value, "t" * 32
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def post(self, address, body):
        self.connection.request("POST", address, urlencode(body), {
            "Cookie": f"sessionid={self.session}; csrftoken={self.token}",
            "X-CSRFToken": self.token, "Content-Type": "application/x-www-form-urlencoded"})
        response = self.connection.getresponse()
        response.read()
        assert response.status == 302, (address, response.status)


@contextlib.contextmanager
def web(port, options):
    """Run the web processes with what `set_up` has put into the environment."""
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", f"127.0.0.1:{port}",
         "--workers", str(options.workers), "--threads", "8", "--no-control-socket",
         "--log-level", "error"], cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def main():
    options, port = arguments(), free_port()
    counts = [collections.Counter() for _ in range(options.users + 1)]
    os.environ["CACHE_URL"] = options.cache
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        set_up(database, "127.0.0.1:9", folder)
        from django.core.management import call_command
        from django.db import connection, connections
        call_command("collectstatic", interactive=False, verbosity=0)
        people = [Person(number) for number in range(options.users)]
        manager = Manager(port)
        with web(port, options):
            until = time.monotonic() + options.seconds
            threads = [threading.Thread(target=hammer, args=(person, port, until, count))
                       for person, count in zip(people, counts)]
            threads.append(threading.Thread(
                target=oversee, args=(people, manager, until, counts[-1])))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(options.seconds + 60)
        vendor = connection.vendor
        connections.close_all()
    report(options, sum(counts, collections.Counter()), vendor,
           sum(thread.is_alive() for thread in threads))


def report(options, counts, vendor, stuck):
    """Print the summary line; exit with 1 on a leak, an error, or a run that showed nothing."""
    names = ("requests", "own", "sent away", "switches", "leaks", "errors")
    broken = counts["leaks"] + counts["errors"] + stuck + (not counts["own"])
    print(f"leaks {vendor}, {options.workers} web process(es), {options.users} people, "
          f"{options.seconds:g} s: " + ", ".join(f"{name} {counts[name]}" for name in names)
          + (f": BROKEN, {stuck} stuck" if broken else ": ok"))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
