from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError

from apps.users.models import MANAGERS_GROUP

PERMISSIONS = (
    "users.view_all_users", "users.block_user", "mailings.view_all_recipients",
    "mailings.view_all_messages", "mailings.view_all_mailings", "mailings.disable_mailing",
)


class Command(BaseCommand):
    help = f"Make the group «{MANAGERS_GROUP}» with its permissions. May be run again."

    def handle(self, *args, **options):
        group, made = Group.objects.get_or_create(name=MANAGERS_GROUP)
        group.permissions.set([self.permission(name) for name in PERMISSIONS])
        self.stdout.write(
            f"The group «{group.name}» {'is made' if made else 'was there'}: "
            f"{len(PERMISSIONS)} permissions.")

    @staticmethod
    def permission(name):
        app, codename = name.split(".")
        found = Permission.objects.filter(content_type__app_label=app, codename=codename).first()
        if found is None:
            raise CommandError(f"There is no permission {name}: run manage.py migrate first.")
        return found
