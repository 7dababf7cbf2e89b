from typing import Any

from django.core.management.base import CommandError

from apps.core.commands import DatabaseCommand
from apps.core.rotation import secrets_rotate


class Command(DatabaseCommand):
    help = ("Encrypt passwords of senders and waiting letters anew under SECRET_KEY; afterwards "
            "nothing needs the keys in SECRET_KEY_FALLBACKS to be read. Restart the service with "
            "the new key first. Exit code 1: some can not be read by any of the keys.")

    def handle(self, *args: Any, **options: Any) -> None:
        rotation = secrets_rotate()
        self.stdout.write(
            f"Encrypted anew: {rotation.anew}. Under the newest key already: {rotation.current}.")
        for name in rotation.unreadable:
            self.stderr.write(f"Can not be read: {name}")
        if rotation.unreadable:
            raise CommandError(
                f"Under a key that is not known any more: {len(rotation.unreadable)}. They stay "
                "as they are: put that key into SECRET_KEY_FALLBACKS, or enter them again.")
