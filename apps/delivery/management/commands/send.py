import sys
import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from tqdm import tqdm

from apps.delivery.drivers.local import Busy, SendingProcess, sending_lock
from apps.delivery.engine.outage import AWAY, steadily
from apps.delivery.services import RunRefused, due, refusal, run_start, who_gets_it
from apps.mailings.models import Mailing, Run

ALL_SENT, SOME_LEFT, NOTHING, SOME_UNKNOWN = 0, 1, 2, 3


class Command(BaseCommand):
    help = ("Send mailings now, in the foreground. Exit status: 0 all sent, 1 some failed or are "
            "left, 2 nothing could be sent, 3 some outcomes are unknown.")

    def add_arguments(self, parser):
        parser.add_argument("ids", nargs="*", metavar="MAILING_ID")
        parser.add_argument("--all-due", action="store_true",
                            help="start every mailing whose time has come and that has no run")
        parser.add_argument("--again", action="store_true",
                            help="send to everybody, also to those who already have the letter")
        parser.add_argument("--wait", action="store_true",
                            help="stay until temporary refusals were tried again")
        parser.add_argument("--dry-run", action="store_true",
                            help="say who would get a letter; send nothing")
        parser.add_argument("--no-progress", action="store_true", help="no progress bar")

    def handle(self, *args, **options):
        with translation.override("en"):  # the command line speaks English throughout
            try:
                self.work(**options)
            except AWAY as error:
                raise CommandError(
                    f"The database does not answer: {error}", returncode=NOTHING) from error

    def work(self, ids, **options):
        self.options = options
        mailings, status = self.mailings(ids)
        if options["dry_run"]:
            sys.exit(max([status, *map(self.dry_run, mailings)]))
        runs = [run for run in map(self.start, mailings) if run]
        if not runs:
            sys.exit(NOTHING)
        if len(runs) < len(mailings):
            status = SOME_LEFT
        self.send(runs)
        sys.exit(max([status, *(steadily(self.summary, run) for run in runs)]))

    def mailings(self, ids):
        """Return the mailings asked for, and the status: NOTHING or SOME_LEFT if one is missing."""
        found = due(timezone.now()) if self.options["all_due"] else []
        status = ALL_SENT
        for text in dict.fromkeys(ids):
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
            mailing = Mailing.objects.filter(pk=number).first()
            if mailing and mailing not in found:
                found.append(mailing)
            elif not mailing:
                status = SOME_LEFT
                self.stderr.write(f"Mailing {text}: there is none with this id.")
        if not found and not ids:
            self.stderr.write("Nothing is due." if self.options["all_due"]
                              else "Name a mailing's id, or use --all-due.")
        return found, status if found else NOTHING

    def dry_run(self, mailing):
        reason = refusal(mailing, timezone.now())
        number = who_gets_it(mailing, again=self.options["again"])
        if reason or not number:
            self.stderr.write(f"Mailing {mailing.pk}: {reason or 'nobody is left to send to.'}")
            return NOTHING
        self.stdout.write(f"Mailing {mailing.pk} “{mailing.message}”: {number} would get a letter.")
        return ALL_SENT

    def start(self, mailing):
        """Return the new run, or the one that is active already; None when refused."""
        active = mailing.runs.active().first()
        if active:
            self.stdout.write(f"Mailing {mailing.pk} is being sent already; watching.")
            return active
        try:
            return run_start(
                mailing=mailing, trigger=Run.Trigger.COMMAND, again=self.options["again"])
        except RunRefused as reason:
            self.stderr.write(f"Mailing {mailing.pk}: {reason}")
            return None

    def send(self, runs):
        """Send in this process; where another holds SQLite's sending lock, watch that one."""
        try:
            with sending_lock():
                process = SendingProcess(
                    keep_clock=False, run_ids=[run.pk for run in runs],
                    patient=self.options["wait"])
                process.start()
                self.watch(runs, process)
                process.finish()
        except Busy:
            self.watch(runs, None)

    def watch(self, runs, process):
        """Show progress until the runs are over, or (not with --wait) only retries are left."""
        total = sum(run.total for run in runs)
        with tqdm(total=total, unit="letter", disable=self.options["no_progress"] or None) as bar:
            while steadily(self.look, bar, runs):
                if process and not self.options["wait"] and process.engine.join(0.1):
                    break
                if process:
                    process.tend()
                time.sleep(0.1)
            steadily(self.look, bar, runs)

    def look(self, bar, runs):
        """Bring the runs and the bar up to date: the fates, beside the rate and the time left.

        Returns whether waiting still makes sense.
        """
        for run in runs:
            run.refresh_from_db()
        bar.set_postfix({name: sum(getattr(run, name) for run in runs) for name in (
            "sent", "failed", "unknown", "skipped", "left")}, refresh=False)
        bar.update(sum(run.total - run.left for run in runs) - bar.n)
        return any(self.goes_on(run) for run in runs)

    def goes_on(self, run):
        """Whether waiting for the run still makes sense."""
        if run.state != Run.State.RUNNING:
            return False
        if self.options["wait"]:
            return True
        resting = run.hold_until and run.hold_until > timezone.now()
        return not resting and run.has_letters_now()

    def summary(self, run):
        """Say what came of the run; return its exit status."""
        run.refresh_from_db()
        self.stdout.write(
            f"Mailing {run.mailing_id}, run {run.pk}: {run.total} letters, {run.sent} sent, "
            f"{run.failed} failed, {run.unknown} unknown, {run.skipped} skipped, {run.left} left.")
        if run.server_words:
            self.stdout.write(f"The server's answer: {run.server_words}")
        if run.left:
            self.stdout.write("The rest is for the sender: manage.py sender.")
        if run.unknown:
            return SOME_UNKNOWN
        return SOME_LEFT if run.left or run.failed else ALL_SENT
