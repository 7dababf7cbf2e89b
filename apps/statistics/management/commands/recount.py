from apps.core.commands import DatabaseCommand
from apps.mailings.models import Run
from apps.statistics import last_letters
from apps.statistics.recount import differences


class Command(DatabaseCommand):
    help = ("Count all attempts anew, and tell where the reports' tallies, and what recipients' "
            "rows tell of the last letter to them, differ from that.")

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="put right what differs")

    def handle(self, *, repair, **options):
        wrong = 0
        for run in Run.objects.of_mailings().order_by("pk").without_letter().iterator():
            names = differences(run, repair=repair)
            if names:
                wrong += 1
                self.stdout.write(f"run {run.pk}: {', '.join(names)}")
        self.tell("runs whose tallies differ", wrong, repair)
        people = last_letters.recount(repair=repair)
        self.tell("recipients whose last letter differs", people, repair)

    def tell(self, what, number, repair):
        done = " (put right)" if number and repair else ""
        self.stdout.write(f"{what}: {number}{done}")
