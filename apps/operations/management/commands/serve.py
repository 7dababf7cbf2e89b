import errno
import http.client
import os
import signal
import socket
import sys
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.processes import Child, Stop, stop_all
from apps.delivery.drivers.local import GRACE
from apps.demo import build, catcher

LOOPBACK = "127.0.0.1"
ANY = {"0.0.0.0": LOOPBACK, "": LOOPBACK}
CATCHER_PORTS = 20  # so many are tried from CATCHER_PORT on


class Command(BaseCommand):
    help = ("Serve the web pages and send the letters; in the demo also catch them for /outbox/. "
            "A process that dies is started again; Ctrl+C or SIGTERM stops all.")

    def add_arguments(self, parser):
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (PORT)")
        parser.add_argument("--workers", type=int, default=1,
                            help="web processes; more than one only with Redis as the cache")

    def handle(self, *args, host, port, workers, **options):
        if settings.CATCHER and not catcher.is_installed():
            raise CommandError(catcher.MISSING)
        self.check_port(host, port)
        self.check_database()
        os.environ["PORT"] = str(port)  # the children's BASE_URL follows
        if settings.CATCHER:
            os.environ["CATCHER_PORT"] = str(self.catcher_port())
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        senders = [Child("web", self.web(host, port, workers)),
                   Child("sender", self.manage("sender"))]
        catchers = []
        if settings.CATCHER:
            catchers.append(Child("catcher", self.manage("catcher")))
        self.keep(host, port, senders, catchers)

    def keep(self, host, port, senders, catchers):
        """Keep the children running until a signal comes; the catcher outlives the sender."""
        children = [*catchers, *senders]
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
            if not told and self.answers(host, port) and (not catchers or self.catches()):
                self.tell(host, port)
                told = True
        self.say("Stopping; letters in hand get their answers first.")
        stop_all(senders, GRACE + 5)  # the sender keeps to GRACE itself
        stop_all(catchers, 5)

    def check_port(self, host, port):
        try:
            self.probe(host, port)
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
                self.probe(LOOPBACK, port)
            except OSError:
                continue
            if port != wanted:
                self.say(f"Port {wanted} is busy, so letters are caught on port {port}. Other "
                         f"commands need CATCHER_PORT={port} to send there.")
            return port
        raise CommandError(f"Port {wanted} and those after it are busy. Set CATCHER_PORT.")

    @staticmethod
    def probe(host, port):
        """Bind as gunicorn will; OSError when that is not possible."""
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))

    @staticmethod
    def check_database():
        try:
            executor = MigrationExecutor(connection)
            behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        finally:
            connection.close()
        if behind:
            raise CommandError("The database is not up to date. Run: manage.py migrate")

    @staticmethod
    def manage(command):
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), command]

    @staticmethod
    def web(host, port, workers):
        return [sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", place(host, port),
                "--workers", str(workers), "--threads", "8", "--no-control-socket",
                "--chdir", str(settings.BASE_DIR), "--log-level", "warning"]

    @staticmethod
    def address(host, port):
        """Where people open the pages: BASE_URL where it is set."""
        if "BASE_URL" in os.environ:
            return settings.BASE_URL
        return f"http://{place(ANY.get(host, host), port)}"

    def answers(self, host, port):
        """Whether the pages answer. A redirect or a refusal is an answer too."""
        public = urlsplit(self.address(host, port))
        web = http.client.HTTPConnection(ANY.get(host, host), port, timeout=5)
        try:
            web.request("GET", "/healthz", headers={
                "Host": public.netloc, "X-Forwarded-Proto": public.scheme})
            return web.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            web.close()

    @staticmethod
    def catches():
        """Whether the catcher takes connections."""
        try:
            socket.create_connection((LOOPBACK, int(os.environ["CATCHER_PORT"])), 5).close()
        except OSError:
            return False
        return True

    def tell(self, host, port):
        address = self.address(host, port)
        behind = ""
        if not address.endswith(f":{port}"):
            behind = f" (listening on {host} port {port})"
        self.say(self.style.SUCCESS(f"Vestnik is at {address}/{behind}"))
        if settings.CATCHER:
            self.say(f"Letters are caught, and can be read at {address}/outbox/")
        if settings.DEBUG:
            self.say(f"Log in as {', '.join(build.PEOPLE)}; password {build.PASSWORD}")

    def say(self, text):
        self.stdout.write(text)
        self.stdout.flush()


def place(host, port):
    """Return host and port as addresses have them; IPv6 stands in brackets."""
    if ":" in host:
        host = f"[{host}]"
    return f"{host}:{port}"
