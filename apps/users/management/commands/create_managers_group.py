from django.contrib.auth.models import Permission
from django.core.management.base import CommandError

from apps.core.commands import DatabaseCommand
from apps.users.models import MANAGERS_GROUP
from apps.users.services import MANAGERS_PERMISSIONS, managers_group_create


class Command(DatabaseCommand):
    help = f"Make the group «{MANAGERS_GROUP}» with its permissions. May be run again."

    def handle(self, *args, **options):
        try:
            made = managers_group_create()
        except Permission.DoesNotExist as missing:
            raise CommandError(
                f"There is no permission {missing}: run manage.py migrate first.") from None
        self.stdout.write(
            f"The group «{MANAGERS_GROUP}» {'is made' if made else 'was there'}: "
            f"{len(MANAGERS_PERMISSIONS)} permissions.")
