import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.processes import Stop
from apps.demo import catcher


class Command(BaseCommand):
    help = "Catch letters on loopback for /outbox/ (the demo's mail server); `serve` starts it."

    def handle(self, *args, **options):
        if not catcher.is_installed():
            raise CommandError(catcher.MISSING)
        stop = Stop(signal.SIGTERM, signal.SIGINT)
        try:
            controller = catcher.start(settings.CATCHER_PORT)
        except OSError as error:
            raise CommandError(f"Port {settings.CATCHER_PORT} (CATCHER_PORT): {error}") from None
        stop.wait()
        controller.stop()
