"""Kill senders at random and count what came of each letter.

    python -m tests.torture --rounds 50 --recipients 2000 --processes 2 --database postgres://…

Each round is a run of its own: senders start, are killed 0.03 to 0.3 s after the first letter was
accepted, start again, and end the run by themselves. One summary line; exit status 1 unless
duplicates, sent-but-not-accepted, failed-but-accepted and unaccounted are all 0, and unknown
outcomes are at the most one for each open connection and kill.
"""
import argparse
import collections
import random
import signal
import sys

from .faults import DISTURB, end, start_senders, wait_until
from .stage import CONNECTIONS, stage


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipients", type=int, default=300)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.001, help="of each answer to a dot")
    parser.add_argument("--lose-accepted", type=float, default=0)
    parser.add_argument("--lose-refused", type=float, default=0)
    parser.add_argument("--signal", default="KILL", choices=["KILL", "TERM"])
    parser.add_argument("--fault", default="kill", choices=list(DISTURB))
    parser.add_argument("--crash-at", default="", metavar="STEP",
                        help="let the senders die at this step instead (see crash.py)")
    parser.add_argument("--html", type=int, default=0, metavar="KB", help="in each letter")
    parser.add_argument("--attachment", type=int, default=0, metavar="KB", help="of each letter")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def one_round(mailing, sink, options):
    """Return (run as it ended, accepted addresses, whether the disturbance hit)."""
    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    sink.forget()
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)

    def goes_on():
        run.refresh_from_db()
        return run.is_active

    def over():
        return not goes_on() and not run.left

    senders = start_senders(options.processes, options.crash_at)
    gone, hit = DISTURB[options.fault](senders, sink, goes_on, options)
    if gone:
        senders = start_senders(options.processes)

    wait_until(over)
    end(senders, signal.SIGTERM)
    run.refresh_from_db()
    return run, sink.accepted(), hit


def judge(run, accepted, total):
    """Add up one round's faults in `total`."""
    states = dict(run.deliveries.values_list("email", "state"))
    total["duplicates"] += sum(number - 1 for number in accepted.values())
    total["sent_not_accepted"] += sum(
        state == "sent" and email not in accepted for email, state in states.items())
    total["failed_but_accepted"] += sum(
        state not in ("sent", "unknown") and email in accepted for email, state in states.items())
    counted = collections.Counter(states.values())
    figures = {name: counted.get(name, 0) for name in ("sent", "failed", "unknown")}
    total["unaccounted"] += run.left + run.is_active + (len(states) != run.total) + sum(
        getattr(run, name) != number for name, number in figures.items())
    total["unknown"] += run.unknown
    total["letters"] += run.total


def main():
    options = arguments()
    random.seed(options.seed)
    total = collections.Counter()
    with stage(options, "--delay", options.delay, "--lose-accepted", options.lose_accepted,
               "--lose-refused", options.lose_refused) as (mailing, sink):
        for _ in range(options.rounds):
            run, accepted, hit = one_round(mailing, sink, options)
            total["kills"] += hit
            judge(run, accepted, total)
        from django.db import connection
        vendor = connection.vendor
    report(options, total, vendor, sink.slowest)


def report(options, total, vendor, slowest):
    """Print the summary line; exit with 1 when a promise was broken."""
    zeros = ("duplicates", "sent_not_accepted", "failed_but_accepted", "unaccounted")
    lost = options.lose_accepted + options.lose_refused
    deadly = options.fault in ("kill", "freeze") and options.signal == "KILL"
    allowed = total["kills"] * CONNECTIONS * options.processes * deadly
    broken = [name for name in zeros if total[name]]
    if not lost and total["unknown"] > allowed:
        broken.append("unknown")
    fault = f"died at {options.crash_at}" if options.crash_at else (
        f"SIG{options.signal}" if options.fault == "kill" else options.fault)
    print(f"torture {vendor}, {options.processes} process(es), "
          f"{fault}, {options.html} kB of HTML, {options.attachment} kB attached: "
          f"rounds {options.rounds}, kills that hit {total['kills']}, letters {total['letters']}, "
          + ", ".join(f"{name} {total[name]}" for name in zeros)
          + f", unknown {total['unknown']}"
          + (f" (allowed {allowed})" if not lost else " (answers were lost on purpose)")
          + f", slowest to stop or go on {slowest:.1f} s: "
          + (f"BROKEN {broken}" if broken else "ok"))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
