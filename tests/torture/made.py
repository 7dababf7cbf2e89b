"""Kill senders while they make a run's ledger, and edit who is in meanwhile.

    python -m tests.torture.made --kills 50 --recipients 100000 [--database postgres://…]

Each round starts a run to everybody. Until its ledger is made, senders are killed at random, and
people pause and resume it, disable and enable the mailing, add, remove and delete recipients and
change addresses; in each third round (`--stop-each`) they stop it, and send to the rest. Exit
status 1 unless duplicates, sent-but-not-accepted, failed-but-accepted and unaccounted are all 0,
and who was in is exactly who was in the mailing after one of the edits around the moment.
"""
import argparse
import collections
import contextlib
import random
import signal
import subprocess
import sys
import threading
import time

from .__main__ import judge
from .faults import ROOT, end, wait_until
from .stage import stage

PATIENCE = 600  # seconds in which a round must end
KILLS_A_ROUND = 5
IN_RUN = """
SELECT recipient_id FROM mailings_runaudience WHERE run_id = %s
UNION SELECT recipient_id FROM mailings_delivery WHERE run_id = %s AND recipient_id IS NOT NULL
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--steps", type=int, default=30, help="that a ledger is made in")
    parser.add_argument("--stop-each", type=int, default=3, help="round to stop, of so many")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def start_senders(options):
    rows = max(1, options.recipients // options.steps)
    command = [sys.executable, "-m", "tests.torture.small_steps", str(rows), "0.15"]
    return [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, process_group=0)
            for _ in range(options.processes)]


class People(threading.Thread):
    """Edits who is in, one recipient at a time, and remembers in which order."""

    def __init__(self, mailing):
        super().__init__(daemon=True)
        self.mailing = mailing
        self.over = False
        self.may_disturb = threading.Event()
        self.members = set(mailing.recipients.values_list("pk", flat=True))
        self.first = frozenset(self.members)
        self.edits = []  # (recipient's id, whether it is in from now on)
        self.free = []  # addresses of deleted ones
        self.serial = 0

    def run(self):
        from django.db import connection
        deeds = [self.add, self.remove, self.delete, self.move, self.move, self.disturb]
        while not self.over:
            random.choice(deeds)()
            time.sleep(random.uniform(0, 0.03))
        connection.close()

    def someone(self):
        from apps.mailings.models import Recipient
        return Recipient.objects.get(pk=random.choice(tuple(self.members)))

    def note(self, pk, is_in):
        self.edits.append((pk, is_in))
        (self.members.add if is_in else self.members.discard)(pk)

    def address(self):
        self.serial += 1
        return f"new{self.serial}-{random.getrandbits(30)}@example.com"

    def add(self):
        from apps.mailings.models import Recipient
        added = Recipient.objects.create(owner=self.mailing.owner, email=self.address())
        self.mailing.recipients.add(added)
        self.note(added.pk, True)

    def remove(self):
        gone = self.someone()
        self.mailing.recipients.remove(gone)
        self.note(gone.pk, False)

    def delete(self):
        from apps.mailings.services import owned_delete
        gone = self.someone()
        owned_delete(owned=gone)
        self.free.append(gone.email)
        self.note(gone.pk, False)

    def move(self):
        """Change an address, now and then to that of somebody who was deleted."""
        moved = self.someone()
        moved.email = self.free.pop() if self.free and random.random() < 0.5 else self.address()
        moved.save(update_fields=["email"])

    def disturb(self):
        """Pause and resume the run, or disable and enable its mailing."""
        from apps.delivery import services
        from apps.mailings.services import mailing_disable
        run = self.mailing.runs.active().select_related("mailing", "owner").first()
        if run is None or not self.may_disturb.is_set():
            return
        with contextlib.suppress(services.RunRefused):
            if random.random() < 0.5:
                services.run_pause(run=run)
            else:
                mailing_disable(mailing=self.mailing, by=self.mailing.owner, disabled=True)
                time.sleep(0.3)
                mailing_disable(mailing=self.mailing, by=self.mailing.owner, disabled=False)
            time.sleep(random.uniform(0, 0.5))
        self.resume(run)

    def resume(self, run):
        from apps.delivery import services
        run = type(run).objects.select_related("mailing", "owner").get(pk=run.pk)
        with contextlib.suppress(services.RunRefused):
            services.run_resume(run=run)

    def could_be_in(self, found, since, until):
        """Whether exactly the `found` were in after one of the edits from `since` to `until`."""
        members = set(self.first)
        for number, (pk, is_in) in enumerate([(None, None), *self.edits]):
            if pk:
                (members.add if is_in else members.discard)(pk)
            if since <= number <= until and members == found:
                return True
        return False


def who_is_in(run):
    """Wait for the run's moment, then return the ids of those who are in; None if it has none."""
    from django.db import connection
    run_model = type(run)

    def fixed():
        return run_model.objects.filter(pk=run.pk, total__gt=0).exists() or not (
            run_model.objects.active().filter(pk=run.pk).exists())

    wait_until(fixed, PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute(IN_RUN, [run.pk, run.pk])
        return {row[0] for row in cursor.fetchall()}


def one_round(people, sink, options, number, total):
    """Start a run, kill senders while its ledger is made, let it end, and judge it."""
    from apps.delivery import services
    from apps.mailings.models import Run
    mailing = people.mailing
    sink.forget()
    senders = start_senders(options)
    since = len(people.edits)
    run = services.run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)
    runs = [run]
    if number % 2:  # the first is killed around the moment
        time.sleep(random.uniform(1, 2))
        senders = killed(senders, run, options, total)
    found = who_is_in(run)
    if not people.could_be_in(found, since, len(people.edits) + 1):
        total["wrong audience"] += 1
    people.may_disturb.set()
    is_to_stop = (number + 1) % options.stop_each == 0
    stop_after = random.randint(1, 4) if is_to_stop else 0
    for turn in range(1, KILLS_A_ROUND + 1):
        if not making(run) or total["kills"] >= options.kills:
            break
        wait_until(lambda: not making(run) or worker_is_there(), 20)
        time.sleep(random.uniform(0, 1.5))
        senders = killed(senders, run, options, total)
        if turn == stop_after:
            with contextlib.suppress(services.RunRefused):
                services.run_stop(run=run)
                total["stops"] += 1
                runs.append(services.run_start(mailing=mailing, trigger=Run.Trigger.COMMAND))
    people.may_disturb.clear()
    wait_until(lambda: all(is_over(run, people) for run in runs), PATIENCE)
    end(senders, signal.SIGTERM)
    weigh(runs, found, sink.accepted(), total)


def making(run):
    from apps.mailings.preparations import Preparation
    return Preparation.objects.filter(run=run).exists()


def worker_is_there():
    from apps.delivery.models import worker_alive
    return worker_alive()


def killed(senders, run, options, total):
    """Kill the senders; return new ones."""
    from apps.delivery.models import Worker
    hit = making(run)
    end(senders, signal.SIGKILL)
    total["kills"] += hit
    Worker.objects.all().delete()  # a new one shows that it has come up
    return start_senders(options)


def is_over(run, people):
    run.refresh_from_db()
    if run.state == "paused":
        people.resume(run)
    return not run.is_active and not run.left and run.prepared_at


def weigh(runs, found, accepted, total):
    """Judge the runs of one round by what was accepted in it."""
    total["letters"] += sum(run.total for run in runs)
    for name, number in accepted.items():
        total["duplicates"] += number - 1
    states = collections.defaultdict(set)
    for run in runs:
        one = collections.Counter()
        rows = run.deliveries
        mine = set(rows.values_list("email", flat=True))
        judge(run, {email: 1 for email in accepted if email in mine}, one)
        for email, state in rows.values_list("email", "state"):
            states[email].add(state)
        total["unaccounted"] += one["unaccounted"]
        total["unknown"] += one["unknown"]
    for email, had in states.items():
        sure = email in accepted
        total["sent_not_accepted"] += "sent" in had and not sure
        total["failed_but_accepted"] += sure and not had & {"sent", "unknown"}
    total["lost"] += len(found - set(runs[0].deliveries.values_list("recipient", flat=True)))


def main():
    options = arguments()
    random.seed(options.seed)
    total = collections.Counter()
    with stage(options) as (mailing, sink):
        people = People(mailing)
        people.start()
        number = 0
        while total["kills"] < options.kills:
            one_round(people, sink, options, number, total)
            number += 1
        people.over = True
        people.join()
        from django.db import connection
        vendor = connection.vendor
    names = ("duplicates", "sent_not_accepted", "failed_but_accepted", "unaccounted", "lost",
             "wrong audience")
    print(f"made {vendor}, {options.processes} process(es), {options.recipients} recipients: "
          f"rounds {number}, edits {len(people.edits)}, kills that hit {total['kills']}, letters "
          f"{total['letters']}, stops {total['stops']}, unknown {total['unknown']}, "
          + ", ".join(f"{name} {total[name]}" for name in names))
    sys.exit(any(total[name] for name in names))


if __name__ == "__main__":
    main()
