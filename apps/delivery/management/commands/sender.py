import signal
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.core import broker
from apps.core.commands import wait_for_database
from apps.core.processes import Child, Stop, stop_all
from apps.delivery.drivers.heartbeat import GRACE
from apps.delivery.drivers.local import Busy, SendingProcess, sending_lock
from apps.delivery.drivers.upkeep import Upkeep

AT_WORK = {
    SendingProcess: "Sender at work; Ctrl+C stops it.",
    Upkeep: "Upkeep at work, Celery's workers send; Ctrl+C stops it.",
}


class Command(BaseCommand):
    help = ("Send what is to be sent, and start mailings at their time, until stopped. Any number "
            "of senders may share one PostgreSQL; on SQLite there is one. Where SENDER_ENGINE is "
            "celery it sends nothing itself: it wakes Celery's workers, and does all the rest.")

    def add_arguments(self, parser):
        parser.add_argument("--processes", type=int, default=settings.SENDER_PROCESSES,
                            help="processes that share the connections (SENDER_PROCESSES)")
        parser.add_argument("--connections", type=int, default=settings.SENDER_CONNECTIONS,
                            help="SMTP connections in all (SENDER_CONNECTIONS)")
        parser.add_argument("--no-jobs", dest="jobs", action="store_false",
                            help="start no process for background jobs: another command does")

    def handle(self, *args, processes, connections, jobs, **options):
        if connection.vendor == "sqlite" or broker.is_chosen():
            processes = 1
        self.stop = Stop(signal.SIGTERM, signal.SIGINT)
        wait_for_database(self.stop.wait)
        self.beside = [manage("jobs", "jobs")] if jobs else []
        if processes > 1:
            self.supervise(min(processes, connections), connections)
        else:
            self.work(connections)

    def supervise(self, processes, connections):
        """Keep `processes` workers running, the connections shared out among them."""
        share, rest = divmod(connections, processes)
        children = [
            manage(f"sender {number + 1}", "sender", "--no-jobs", "--processes", "1",
                   "--connections", str(share + (number < rest)))
            for number in range(processes)] + self.beside
        for child in children:
            child.start()
        while not self.stop.wait(0.5):
            for child in children:
                child.look_after()
        stop_all(children, GRACE + 2)
        if any(child.process.returncode for child in children):
            raise CommandError("A sender ended with letters in hand; the next one settles them.")

    def work(self, connections):
        try:
            with sending_lock():
                kind = Upkeep if broker.is_chosen() else SendingProcess
                process = kind(keep_clock=True, connections=connections)
                process.stopping = self.stop
                process.beside = self.beside
                for child in self.beside:
                    child.start()
                self.stdout.write(AT_WORK[kind])
                ended = process.run()
                stop_all(self.beside, GRACE)
        except Busy:
            raise CommandError("Another sender is at work on this SQLite database.") from None
        if not ended:
            raise CommandError("The sender ended with letters in hand; the next one settles them.")
        self.stdout.write("Sender stopped; nothing was left in hand.")


def manage(name, *command):
    """Return the Child, known by `name`, that is this `manage.py` command."""
    return Child(name, [sys.executable, str(settings.BASE_DIR / "manage.py"), *command])
