from apps.core.commands import DatabaseCommand
from apps.delivery.engine import restore


class Command(DatabaseCommand):
    help = ("Say that the database was restored from a backup: open runs are paused, and what is "
            "due by now waits for its owner. A sender sees it by itself where DATA_DIR is newer "
            "than the database; this is for when both were restored together.")

    def handle(self, *args, **options):
        restore.hold()
        self.stdout.write("Open runs are paused; each owner looks at theirs and resumes it.")
