"""Kill what Celery's workers stand on, and count what came of each letter.

    python -m tests.torture.brokers --broker rabbitmq --fault worker --rounds 50 --database URL

Each round is a run of its own; 0.03 to 0.3 s after its first letter the fault strikes, and the run
ends by itself. One summary line; exit status 1 unless duplicates, sent-but-not-accepted,
failed-but-accepted and unaccounted are all 0, unknown outcomes are at the most one for each open
connection and kill, or what a machine that was cut off had in hand, and letters leave again within
35 s of when they can.
"""
import argparse
import collections
import contextlib
import os
import random
import sys
import time

from ..__main__ import judge
from ..faults import wait_until
from ..stage import CONNECTIONS, stage
from .far import far_machine
from .faults import FAULTS
from .machine import Machine, all_show_themselves
from .servers import SERVERS, missing, own_broker

PROCESSES = 2
GOES_ON = 35  # seconds
PATIENCE = 150
ALLOWED = {"stop": 0, "machine": 100}  # letters of a connection: a machine that is gone had a group
ZEROS = ("duplicates", "sent_not_accepted", "failed_but_accepted", "unaccounted")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--broker", default="redis", choices=list(SERVERS))
    parser.add_argument("--fault", default="worker", choices=list(FAULTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipients", type=int, default=300)
    parser.add_argument("--delay", type=float, default=0.005, help="of each answer to a dot")
    parser.add_argument("--database", required=True, metavar="URL", help="of a PostgreSQL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Round:
    """A run, what sends it, and what befalls that."""

    def __init__(self, mailing, sink, machine, broker):
        self.mailing = mailing
        self.sink = sink
        self.machine = machine
        self.broker = broker
        self.slowest = 0.0
        self.far = None  # another machine, which can be cut off
        self.run = None

    def play(self, fault):
        """Return the run as it ended, and whether it was still going on when the fault struck."""
        self.sink.forget()
        assert wait_until(self.starts, PATIENCE), "an earlier run does not end"
        run = self.run
        wait_until(self.size)
        time.sleep(random.uniform(0.03, 0.3))
        run.refresh_from_db()
        hit = run.is_active
        can_go_on = fault(self)
        there = self.size()

        def over():
            run.refresh_from_db()
            return not run.is_active and not run.left

        if can_go_on:
            wait_until(lambda: self.size() > there or over(), PATIENCE)
            self.slowest = max(self.slowest, time.monotonic() - can_go_on)
        wait_until(over, PATIENCE)
        if self.far:
            self.far.mend()
            all_show_themselves(2 * PROCESSES)
            wait_until(over, PATIENCE)  # what it knows not to have sent is queued again
        run.refresh_from_db()
        return run, hit

    def starts(self):
        """Start a run, unless an earlier one goes on with letters that a machine has given back."""
        from apps.delivery.services import RunRefused, run_start
        from apps.mailings.models import Run
        with contextlib.suppress(RunRefused):
            self.run = run_start(mailing=self.mailing, trigger=Run.Trigger.COMMAND, again=True)
            return True
        return False

    def size(self):
        return self.sink.log.stat().st_size


def main():
    options = arguments()
    if missing(options.broker):
        print(f"celery on {options.broker}: left out, it is not installed")
        return
    random.seed(options.seed)
    total = collections.Counter()
    with own_broker(options.broker) as broker, contextlib.ExitStack() as stack:
        os.environ.update(SENDER_ENGINE="celery", CELERY_BROKER_URL=broker.url(),
                          SENDER_PROCESSES=str(PROCESSES))
        with stage(options, "--delay", options.delay) as (mailing, sink):
            machine = Machine()
            machine.start()
            try:
                all_show_themselves(PROCESSES)
                round = Round(mailing, sink, machine, broker)
                if options.fault == "machine":
                    round.far = stack.enter_context(far_machine(sink, broker))
                    all_show_themselves(2 * PROCESSES)
                for _ in range(options.rounds):
                    run, hit = round.play(FAULTS[options.fault])
                    total["hits"] += hit
                    # A machine that is there again may give back letters of an earlier run.
                    mine = set(run.deliveries.values_list("pk", flat=True))
                    judge(run, sink.accepted(mine), total)
            finally:
                machine.end()
    report(options, total, round.slowest)


def report(options, total, slowest):
    """Print the summary line; exit with 1 when a promise was broken."""
    allowed = total["hits"] * CONNECTIONS * ALLOWED.get(options.fault, 1)
    broken = [name for name in ZEROS if total[name]]
    if total["unknown"] > allowed:
        broken.append("unknown")
    if slowest > GOES_ON:
        broken.append("slow")
    print(f"celery on {options.broker}, {options.fault}: rounds {options.rounds}, that hit "
          f"{total['hits']}, letters {total['letters']}, "
          + ", ".join(f"{name} {total[name]}" for name in ZEROS)
          + f", unknown {total['unknown']} (allowed {allowed}), "
          f"slowest to go on {slowest:.1f} s: " + (f"BROKEN {broken}" if broken else "ok"))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
