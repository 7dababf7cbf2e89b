"""Kill the process of jobs again and again while it sends letters of accounts; count their fates.

    python -m tests.torture.letters --kills 50 [--processes 2] [--database postgres://…]

One summary line; exit status 1 unless nobody got a letter twice, none is lost (neither taken by the
server nor told as unknown), none is told as sent that was not, and there are at the most as many
unknown ones as kills and processes.
"""
import argparse
import random
import signal
import subprocess
import sys
import time
from collections import Counter

from .faults import ROOT, end, wait_until
from .stage import stage

LONGEST = 300  # seconds


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.03, help="of each answer to a dot")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(recipients=1)  # of the stage's mailing, which nobody sends
    return parser.parse_args()


def start(options):
    command = [sys.executable, "manage.py", "jobs"]
    return [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, process_group=0)
            for _ in range(options.processes)]


def kill_often(options, sink, active):
    """Kill the processes shortly after a letter was taken, again and again. Returns how often."""
    kills = 0
    while kills < options.kills and active():
        taken = sink.log.stat().st_size
        processes = start(options)
        wait_until(lambda: sink.log.stat().st_size > taken or not active(), 30)
        time.sleep(random.uniform(0, 0.2))
        kills += active()
        end(processes, signal.SIGKILL)
    return kills


def judge(jobs, accepted):
    """Return the figures: what each letter's row tells, held against what the server took."""
    total = Counter(letters=len(jobs), twice=sum(accepted.values()) - len(accepted))
    for email, (state, result) in jobs.items():
        taken = email in accepted
        unknown = result.get("unknown", False)
        total["unknown"] += unknown
        total["sent"] += state == "done"
        total["lost"] += not taken and not unknown
        total["sent_not_taken"] += state == "done" and not taken
        total["failed_but_taken"] += state != "done" and taken and not unknown
    return total


def main():
    options = arguments()
    random.seed(options.seed)
    with stage(options, "--delay", options.delay) as (_, sink):
        from django.core.mail import EmailMessage
        from django.db import connection

        from apps.jobs.models import Job
        emails = {}
        for number in range(options.letters):
            message = EmailMessage("Confirm", f"Link {number}", to=[f"person{number}@example.com"])
            message.send()
            emails[message.letters[0]] = message.to[0]

        def active():
            return Job.objects.active().exists()

        started = time.monotonic()
        kills = kill_often(options, sink, active)
        processes = start(options)
        ended = wait_until(lambda: not active(), LONGEST)
        end(processes, signal.SIGTERM)
        jobs = {emails[pk]: (state, result)
                for pk, state, result in Job.objects.values_list("pk", "state", "result")}
        report(options, judge(jobs, sink.accepted()), connection.vendor, kills, ended,
               time.monotonic() - started)


def report(options, total, vendor, kills, ended, seconds):
    """Print the summary line; exit with 1 when a promise was broken."""
    zeros = ("twice", "lost", "sent_not_taken", "failed_but_taken")
    broken = [name for name in zeros if total[name]]
    if total["unknown"] > kills * options.processes:
        broken.append("unknown")
    if not ended:
        broken.append("did not end")
    figures = ", ".join(f"{name} {total[name]}" for name in ("letters", "sent", *zeros, "unknown"))
    print(f"letters {vendor}, {options.processes} process(es): kills {kills}, {figures}, "
          f"{seconds:.0f} s: " + (f"BROKEN {broken}" if broken else "ok"))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
