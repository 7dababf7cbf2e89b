from apps.core.commands import DatabaseCommand
from apps.mailings.models import Run
from apps.statistics.recount import differences


class Command(DatabaseCommand):
    help = "Count all attempts anew, and tell where the reports' tallies differ from that."

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="put the tallies right")

    def handle(self, *, repair, **options):
        wrong = 0
        for run in Run.objects.order_by("pk").defer("body").iterator():
            names = differences(run, repair=repair)
            if names:
                wrong += 1
                self.stdout.write(f"run {run.pk}: {', '.join(names)}")
        done = " (put right)" if wrong and repair else ""
        self.stdout.write(f"runs whose tallies differ: {wrong}{done}")
