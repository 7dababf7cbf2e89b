import signal

from django.core.management.base import BaseCommand

from apps.core.commands import wait_for_database
from apps.core.processes import Stop
from apps.jobs.lanes import JobsProcess


class Command(BaseCommand):
    help = ("Do background jobs, the service's own letters among them, until stopped. `serve` and "
            "`sender` start it; any number of them may run.")

    def handle(self, *args: str, **options: object) -> None:
        stop = Stop(signal.SIGTERM, signal.SIGINT)
        wait_for_database(stop.wait)
        process = JobsProcess(stop)
        self.stdout.write("Doing jobs; Ctrl+C stops it.")
        self.stdout.flush()
        process.run()
        self.stdout.write("Jobs stopped.")
