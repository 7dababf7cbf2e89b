import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.delivery import catcher


class Command(BaseCommand):
    help = "Catch letters on loopback for /outbox/ (the demo's mail server); `serve` starts it."

    def handle(self, *args, **options):
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        try:
            controller = catcher.start(settings.CATCHER_PORT)
        except OSError as error:
            raise CommandError(f"Port {settings.CATCHER_PORT} (CATCHER_PORT): {error}") from None
        stop.wait()
        controller.stop()
