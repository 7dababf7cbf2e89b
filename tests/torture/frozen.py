"""Stop a sender at random moments, and see how long the others and a page wait (PostgreSQL).

    python -m tests.torture.frozen --rounds 50 --database postgres://…

Each round stops one of three senders (SIGSTOP) in the middle of a run, and meanwhile measures the
longest silence of the others, and how long Pause, then Resume take. Exit status 1 when somebody was
silent for over 35 s or a pause took over 2 s.
"""
import argparse
import os
import random
import signal
import sys
import time

from .faults import end, start_senders, wait_until
from .stage import stage

SILENCE, PAUSE = 35, 2  # seconds
FROZEN = 4  # seconds that a round's sender stands still, once it is clear that others go on


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--recipients", type=int, default=3000)
    parser.add_argument("--database", required=True, metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def silence(sink, seconds, over):
    """Return the longest time without a letter within the next `seconds`, or until it is over."""
    longest, size = 0.0, sink.log.stat().st_size
    start = last = time.monotonic()
    while time.monotonic() - start < seconds or time.monotonic() - last > 1:
        now = sink.log.stat().st_size
        if over() or time.monotonic() - last > SILENCE:
            break
        if now != size:
            size, last = now, time.monotonic()
        longest = max(longest, time.monotonic() - last)
        time.sleep(0.01)
    return longest


def pause_time(mailing):
    """Pause the run as a page does and resume it; return the seconds that the pause took."""
    from apps.delivery.services import RunRefused, run_pause, run_resume
    run = mailing.runs.active().select_related("mailing", "owner").first()
    if run is None:
        return 0.0
    started = time.monotonic()
    try:
        run_pause(run=run)
        took = time.monotonic() - started
        run_resume(run=run)
    except RunRefused:  # it has just ended
        return time.monotonic() - started
    return took


def one_round(mailing, sink, senders):
    """Return (longest silence, seconds of the pause) while one of the senders stands still."""
    from apps.delivery.services import run_start
    from apps.mailings.models import Run
    sink.forget()
    run = run_start(mailing=mailing, trigger=Run.Trigger.COMMAND, again=True)
    wait_until(lambda: sink.log.stat().st_size)
    time.sleep(random.uniform(0.05, 0.5))
    victim = random.choice(senders)
    os.kill(victim.pid, signal.SIGSTOP)
    try:
        took = pause_time(mailing)
        quiet = silence(sink, FROZEN, lambda: not others_have_letters(run))
    finally:
        os.kill(victim.pid, signal.SIGCONT)
    wait_until(lambda: not mailing.runs.active().exists())
    return quiet, took


def others_have_letters(run):
    return run.deliveries.filter(state="pending").exists()


def main():
    options = arguments()
    random.seed(options.seed)
    options.fault = "frozen"
    worst_silence = worst_pause = 0.0
    with stage(options, "--delay", 0.005) as (mailing, sink):
        senders = start_senders(3)
        time.sleep(3)
        for number in range(options.rounds):
            quiet, took = one_round(mailing, sink, senders)
            worst_silence = max(worst_silence, quiet)
            worst_pause = max(worst_pause, took)
        end(senders, signal.SIGTERM)
    print(f"frozen postgresql: rounds {options.rounds}, longest silence of the others "
          f"{worst_silence:.1f} s, longest pause {worst_pause:.2f} s")
    sys.exit(worst_silence > SILENCE or worst_pause > PAUSE)


if __name__ == "__main__":
    main()
