import signal

from django.core.management.base import BaseCommand

from apps.core.processes import Stop
from apps.jobs.worker import JobsProcess


class Command(BaseCommand):
    help = ("Do background jobs, the service's own letters among them, until stopped. `serve` and "
            "`sender` start it; any number of them may run.")

    def handle(self, *args: str, **options: object) -> None:
        process = JobsProcess(Stop(signal.SIGTERM, signal.SIGINT))
        self.stdout.write("Doing jobs; Ctrl+C stops it.")
        self.stdout.flush()
        process.run()
        self.stdout.write("Jobs stopped.")
