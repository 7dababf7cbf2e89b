"""A server that answers long after the dot, and a broker that waits for no acknowledgement so long.

    python -m tests.torture.brokers.slow --database URL [--unacknowledged 90] [--answer 150]
        [--recipients 270] [--slow 2]

One sender's letters leave at a pace that takes minutes, another's server answers `--answer` seconds
after each dot, longer than RabbitMQ waits for a task (`consumer_timeout`). Exit status 1 when the
broker has closed a channel, or a letter's fate is not as it should be. The whole of it, 40 minutes:
`--unacknowledged 180 --answer 300 --recipients 2400 --slow 8`.
"""
import argparse
import collections
import os
import sys
import time

from ..__main__ import judge
from ..faults import wait_until
from ..stage import Sink, stage
from .__main__ import PROCESSES, ZEROS
from .machine import Machine, all_show_themselves
from .servers import missing, own_broker

A_MINUTE = 60  # letters of the one with a pace


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, metavar="URL", help="of a PostgreSQL")
    parser.add_argument("--unacknowledged", type=int, default=90, help="seconds")
    parser.add_argument("--answer", type=int, default=150, help="seconds")
    parser.add_argument("--recipients", type=int, default=270, help="of the one with a pace")
    parser.add_argument("--slow", type=int, default=2, help="recipients at the slow server")
    return parser.parse_args()


def start_run_from(name, port, recipients, **limits):
    from apps.mailings.models import Run
    from benchmarks.send import make_mailing, make_sender, start_run
    sender = make_sender(name, port, **limits)
    run = start_run(make_mailing(recipients, domain=f"{name}.example", sender=sender))
    return Run.objects.get(pk=run.pk)


def main():
    options = arguments()
    if missing("rabbitmq"):
        print("celery on rabbitmq: left out, it is not installed")
        return
    total = collections.Counter()
    with own_broker("rabbitmq", unacknowledged=options.unacknowledged) as broker:
        os.environ.update(SENDER_ENGINE="celery", CELERY_BROKER_URL=broker.url(),
                          SENDER_PROCESSES=str(PROCESSES))
        with stage(options) as (_, sink):
            os.mkdir(f"{os.environ['DATA_DIR']}/slow")
            slow = Sink(f"{os.environ['DATA_DIR']}/slow", "--delay", options.answer)
            machine = Machine()
            machine.start()
            try:
                all_show_themselves(PROCESSES)
                seconds = play(options, sink, slow, total)
            finally:
                machine.end()
                slow.process.terminate()
        closed = broker.errors_of_channels()
    broken = [name for name in ZEROS if total[name]]
    if closed:
        broken.append("channels")
    print(f"celery on rabbitmq, answers {options.answer} s after the dot, consumer_timeout "
          f"{options.unacknowledged} s: {seconds:.0f} s, letters {total['letters']}, "
          + ", ".join(f"{name} {total[name]}" for name in ZEROS)
          + f", unknown {total['unknown']}, channels closed {closed}: "
          + (f"BROKEN {broken}" if broken else "ok"))
    sys.exit(bool(broken))


def play(options, sink, slow, total):
    """Send by both servers; return the seconds that it took."""
    began = time.monotonic()
    runs = {
        start_run_from("paced", sink.port, options.recipients, per_minute=A_MINUTE): sink,
        start_run_from("slow", slow.port, options.slow): slow,
    }

    def over():
        for run in runs:
            run.refresh_from_db()
        return not any(run.is_active or run.left for run in runs)

    wait_until(over, options.answer * (options.slow + 2) + options.recipients * 2)
    for run, judge_of_it in runs.items():
        run.refresh_from_db()
        judge(run, judge_of_it.accepted(), total)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
