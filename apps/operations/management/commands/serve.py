import errno
import http.client
import os
import signal
import socket
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from apps.core import broker
from apps.core.commands import DatabaseCommand
from apps.core.processes import Child, Stop, stop_all
from apps.delivery.drivers.heartbeat import GRACE
from apps.demo import build, catcher

LOOPBACK = "127.0.0.1"
ANY = {"0.0.0.0": LOOPBACK, "": LOOPBACK}
NICE = 19  # a run takes what the pages leave of the processor: nobody waits for a page
CATCHER_PORTS = 20  # so many are tried from CATCHER_PORT on


class Command(DatabaseCommand):
    help = ("Serve the web pages, send the letters, do background jobs; in the demo also catch "
            "the letters for /outbox/. A process that dies is started again; Ctrl+C or SIGTERM "
            "stops all.")
    requires_migrations_checks = False  # after the ports, below

    def add_arguments(self, parser):
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (PORT)")
        parser.add_argument("--workers", type=int, default=1,
                            help="web processes; more than one only with Redis as the cache")

    def handle(self, *args, host, port, workers, **options):
        if settings.CATCHER and not catcher.is_installed():
            raise CommandError(catcher.MISSING)
        self.check_port(host, port)
        self.check_migrations()
        connection.close()
        if not settings.DEMO:
            call_command("collectstatic", interactive=False, verbosity=0)
        os.environ["PORT"] = str(port)  # the children's BASE_URL follows
        catchers = []
        if settings.CATCHER:
            os.environ["CATCHER_PORT"] = str(self.catcher_port())
            catchers.append(manage("catcher"))
        web = Child("web", [
            sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", place(host, port),
            "--workers", str(workers), "--threads", "8", "--no-control-socket",
            "--chdir", str(settings.BASE_DIR), "--log-level", "warning"])
        clients = [web, manage("sender", "--no-jobs", nice=NICE), manage("jobs", nice=NICE)]
        self.keep(host, port, clients, catchers)

    def keep(self, host, port, clients, catchers):
        """Keep the children running until a signal comes; the catcher outlives its clients."""
        children = [*catchers, *clients]
        stopping = Stop()

        def stop(*_):
            if stopping.is_set():  # asked twice: at once
                for child in children:
                    child.signal(signal.SIGKILL)
            stopping.set()

        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, stop)
        for child in children:
            child.start()
        told = False
        while not stopping.wait(0.2):
            for child in children:
                child.look_after()
            if not told and answers(host, port) and (not catchers or catches()):
                self.tell(host, port)
                told = True
        self.say("Stopping; letters in hand get their answers first.")
        stop_all(clients, GRACE + 5)  # the worker keeps to GRACE itself
        stop_all(catchers, 5)

    def check_port(self, host, port):
        try:
            probe(host, port)
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {port} is busy: another program listens there. Choose another: "
                    f"make run PORT={port + 1}, or manage.py serve --port {port + 1}.") from None
            raise CommandError(f"Can not listen on {host} port {port}: {error}") from None

    def catcher_port(self):
        """Return CATCHER_PORT, or the next one that is free."""
        wanted = settings.CATCHER_PORT
        for port in range(wanted, wanted + CATCHER_PORTS):
            try:
                probe(LOOPBACK, port)
            except OSError:
                continue
            if port != wanted:
                self.say(f"Port {wanted} is busy, so letters are caught on port {port}. Other "
                         f"commands need CATCHER_PORT={port} to send there.")
            return port
        raise CommandError(f"Port {wanted} and those after it are busy. Set CATCHER_PORT.")

    def tell(self, host, port):
        address = public_address(host, port)
        behind = ""
        if not address.endswith(f":{port}"):
            behind = f" (listening on {host} port {port})"
        self.say(self.style.SUCCESS(f"Vestnik is at {address}/{behind}"))
        if settings.CATCHER:
            self.say(f"Letters are caught, and can be read at {address}/outbox/")
        if broker.is_chosen():
            self.say("Letters leave by Celery's workers, which run beside: see docs/celery.md.")
        if settings.DEMO:
            self.say(f"Log in as {', '.join(build.PEOPLE)}; password {build.PASSWORD}")

    def say(self, text):
        self.stdout.write(text)
        self.stdout.flush()


def manage(command, *options, nice=0):
    """Return the Child that is `manage.py` with that command."""
    program = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    return Child(command, [*program, command, *options], nice)


def probe(host, port):
    """Bind as gunicorn will; OSError when that is not possible."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))


def place(host, port):
    """Return host and port as addresses have them; IPv6 stands in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def public_address(host, port):
    """Return where people open the pages: BASE_URL where it is set."""
    if "BASE_URL" in os.environ:
        return settings.BASE_URL
    return f"http://{place(ANY.get(host, host), port)}"


def answers(host, port):
    """Whether the pages answer."""
    web = http.client.HTTPConnection(ANY.get(host, host), port, timeout=5)
    try:
        web.request("GET", "/healthz")
        return web.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def catches():
    """Whether the catcher takes connections."""
    try:
        socket.create_connection((LOOPBACK, int(os.environ["CATCHER_PORT"])), 5).close()
    except OSError:
        return False
    return True
