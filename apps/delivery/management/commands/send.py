import sys
import time
from collections import Counter

from django.conf import settings
from django.utils import timezone, translation
from tqdm import tqdm

from apps.core.access import ids_in
from apps.core.commands import DatabaseCommand
from apps.core.outage import AWAY, steadily
from apps.delivery.drivers.local import Busy, SendingProcess, sending_lock
from apps.delivery.audience import audience_of
from apps.delivery.may_start import letter_refusal, refusal
from apps.delivery.services import NotDue, RunRefused, due, run_start
from apps.delivery.waits import hours_wait_words
from apps.delivery.wire.from_whom import from_of_run, from_of_sender
from apps.delivery.wire.mailboxes import BadMailbox
from apps.mailings.models import Delivery, Mailing, Run

ALL_SENT = 0
SOME_LEFT = 1
NOTHING = 2
SOME_UNKNOWN = 3
LEFT_OUT = {
    "suppressed": "not written to", "bounced": "without such a mailbox",
    "resting": "resting after letters that came back",
    "deleted": "deleted from the recipients", "has_it": "with this letter already",
    "same": "with this message from another mailing", "quiet": "written to lately",
}
FATES = ("sent", "failed", "unknown", "skipped", "left")


class Command(DatabaseCommand):
    help = ("Send mailings now, in the foreground. Exit status: 0 all sent, 1 some failed or are "
            "left, 2 nothing could be sent, 3 some outcomes are unknown.")
    status_without_database = NOTHING

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
        self.options = options
        self.status = ALL_SENT
        self.due = []  # of the mailings, those that were due when they were looked for
        with translation.override("en"):  # the command line speaks English throughout
            try:
                self.work(self.mailings())
            except AWAY as error:
                raise self.without_database(f"The database does not answer: {error}") from error
        sys.exit(self.status)

    def raise_status(self, status):
        """Keep the highest exit status of all mailings."""
        self.status = max(self.status, status)

    def work(self, mailings):
        if self.options["dry_run"]:
            for mailing in mailings:
                self.dry_run(mailing)
            return
        due_before = len(self.due)
        runs = list(filter(None, map(self.start, mailings)))
        passed_by = due_before - len(self.due)
        if runs:
            self.send(runs)
        for run in runs:
            steadily(self.summary, run)
        if len(mailings) > passed_by and all(run.skipped == run.total for run in runs):
            self.raise_status(NOTHING)

    def mailings(self):
        """Return the mailings asked for; say which are missing."""
        ids = self.options["ids"]
        found = due(timezone.now()) if self.options["all_due"] else []
        self.due = list(found)
        for text in dict.fromkeys(ids):
            mailing = Mailing.objects.filter(pk__in=ids_in([text])).first()
            if not mailing:
                self.raise_status(SOME_LEFT)
                self.stderr.write(f"Mailing {text}: there is none with this id.")
            elif mailing not in found:
                found.append(mailing)
        if found:
            return found
        if ids or not self.options["all_due"]:
            self.raise_status(NOTHING)
        if self.options["all_due"]:
            self.stdout.write("Nothing is due.")
        elif not ids:
            self.stderr.write("Name a mailing's id, or use --all-due.")
        return []

    def dry_run(self, mailing):
        reason = refusal(mailing, timezone.now()) or letter_refusal(mailing.message)
        audience = audience_of(mailing, again=self.options["again"])
        if reason or not audience.going:
            self.raise_status(NOTHING)
            self.stderr.write(f"Mailing {mailing.pk}: {reason or 'nobody is left to send to.'}")
        else:
            self.stdout.write(
                f"Mailing {mailing.pk} “{mailing.message}” from "
                f"{from_words(from_of_sender, mailing.sender)}: "
                f"{audience.going} would get a letter.")
        for name, words in LEFT_OUT.items():
            if number := getattr(audience, name):
                self.stdout.write(f"Left out: {number} {words}.")

    def start(self, mailing):
        """Return the new run, or the one that is active already; None when refused."""
        active = mailing.runs.active().first()
        if active:
            self.stdout.write(f"Mailing {mailing.pk} is being sent already; watching.")
            return active
        try:
            return run_start(
                mailing=mailing, trigger=Run.Trigger.COMMAND, again=self.options["again"],
                only_due=mailing in self.due)
        except NotDue as reason:
            self.due.remove(mailing)
            self.stdout.write(f"Mailing {mailing.pk}: {reason}")
        except RunRefused as reason:
            self.raise_status(SOME_LEFT)
            self.stderr.write(f"Mailing {mailing.pk}: {reason}")

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
        with tqdm(total=0, unit="letter", disable=self.options["no_progress"] or None) as bar:
            while steadily(self.look, bar, runs):
                if process:
                    process.tend()
                    if not self.options["wait"] and process.engine.join(0.1):
                        break
                time.sleep(0.1)
            steadily(self.look, bar, runs)

    def look(self, bar, runs):
        """Bring the runs and the bar up to date: the fates, beside the rate and the time left.

        Returns whether waiting still makes sense.
        """
        fates = Counter()
        bar.total = 0  # a big run learns its total after its start
        for run in runs:
            run.refresh_from_db()
            bar.total += run.total
            for name in FATES:
                fates[name] += getattr(run, name)
        bar.set_postfix(fates, refresh=False)
        bar.update(bar.total - fates["left"] - bar.n)
        return any(map(self.goes_on, runs))

    def goes_on(self, run):
        """Whether waiting for the run still makes sense."""
        if run.state != Run.State.RUNNING:
            return False
        if self.options["wait"]:
            return True
        now = timezone.now()
        resting = run.hold_until and run.hold_until > now
        closed = not Mailing.objects.get(pk=run.mailing_id).is_open_at(now)
        return not (resting or closed) and run.has_letters_now()

    def summary(self, run):
        """Say what came of the run."""
        run.refresh_from_db()
        self.stdout.write(
            f"Mailing {run.mailing_id}, run {run.pk}: {letters(run.total)}, {run.sent} sent, "
            f"{run.failed} failed, {run.unknown} unknown, {run.skipped} skipped, {run.left} left.")
        if run.sender_id:
            self.stdout.write(f"From {from_words(from_of_run, run)}.")
        if run.left and run.state == Run.State.RUNNING:
            if words := hours_wait_words(run.mailing, timezone.now()):
                self.stdout.write(words)
        if run.server_words:
            self.stdout.write(f"The server's answer: {run.server_words}")
        if run.reason in (Run.Reason.NOBODY, Run.Reason.AUDIENCE):
            self.stdout.write(f"Nothing was sent: {run.get_reason_display()}.")
        cancelled = run.deliveries.filter(state=Delivery.State.CANCELLED).count()
        if gone := run.skipped - cancelled:
            self.stdout.write(f"Skipped: {letters(gone)} to addresses that have bounced or are not "
                              "written to, or to recipients that were deleted.")
        if run.left or cancelled:
            self.stdout.write(what_of_the_rest(run, cancelled))
        if run.left or cancelled or run.failed:
            self.raise_status(SOME_LEFT)
        if run.unknown:
            self.raise_status(SOME_UNKNOWN)


def from_words(from_of, what):
    """Return from whom letters come, as `from_of` tells it of `what`."""
    try:
        whom = from_of(what)
    except BadMailbox:
        return settings.DEFAULT_FROM_EMAIL
    return f"{whom.from_name} <{whom.from_address}>" if whom.from_name else whom.from_address


def letters(number):
    return "1 letter" if number == 1 else f"{number} letters"


def what_of_the_rest(run, cancelled):
    """Return what becomes of the letters that did not go."""
    if run.state == Run.State.RUNNING:
        return "The rest is for the sender: manage.py sender."
    if run.state == Run.State.PAUSED:
        return (f"Paused ({run.get_reason_display()}). The rest goes on when somebody resumes it: "
                f"{settings.BASE_URL}/mailings/{run.mailing_id}/")
    return f"Stopped ({run.get_reason_display()}). Not sent: {letters(cancelled or run.left)}."
