from django.conf import settings
from django.core.management.base import CommandError

from apps.core.commands import DatabaseCommand
from apps.demo import build


class Command(DatabaseCommand):
    help = "Make the demo's accounts and data. May be run again; only with DEBUG=1."

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("The demo's passwords are public: it is made only with DEBUG=1.")
        made = build.make()
        if options["verbosity"]:
            self.stdout.write(
                f"Demo {'made' if made else 'was there'}: {', '.join(build.PEOPLE)}; "
                f"password {build.PASSWORD}.")
