"""Send for hundreds of senders at once, each with a limit of connections; kill workers meanwhile.

    python -m tests.torture.hundreds [--senders 200] [--processes 3] [--kills 6] [--database URL]

Each sender has a server of its own, a few letters, and may have one or two connections at once.
Exit status 1 unless every letter arrived once, at its own server, and no server ever had more
sessions than its sender may have.
"""
import argparse
import collections
import random
import sys
import time

from .faults import wait_until
from .shops import ZEROS, street

PATIENCE = 120


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--senders", type=int, default=200)
    parser.add_argument("--letters", type=int, default=20, help="of each sender")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.02, help="of each answer to a dot")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def kill_some(place, options, total):
    """Kill a worker now and then, and start another one."""
    for _ in range(options.kills):
        there = len(place.lines())
        wait_until(lambda: len(place.lines()) > there, 30)
        time.sleep(random.uniform(0.03, 1))
        total["open"] += place.kill_worker()


def too_many_sessions(place):
    """Return by how many sessions servers were beyond what their senders may have."""
    most = place.most_sessions()
    return sum(max(0, most.get(shop.port, 0) - shop.sender.connections)
               for shop in place.shops.values())


def main():
    options = arguments()
    random.seed(options.seed)
    total = collections.Counter()
    with street(options, "--delay", options.delay) as place:
        for number in range(options.senders):
            place.open_shop(f"shop{number}", options.letters, connections=1 + number % 2)
        place.arrange()
        for shop in place.shops.values():
            shop.start()
        place.start_workers(options.processes)
        wait_until(lambda: place.lines(), 30)
        began = time.monotonic()
        kill_some(place, options, total)
        ended = wait_until(lambda: is_over(place), PATIENCE)
        seconds = time.monotonic() - began
        place.end_workers()
        place.judge(total)
        total["sessions"] = too_many_sessions(place)
        shops_reached = len(place.lines_by_port())
        from django.db import connection
        vendor = connection.vendor
    broken = [name for name in (*ZEROS, "failed", "sessions") if total[name]]
    if not ended:
        broken.append("did not end")
    if total["unknown"] > total["open"]:
        broken.append("unknown")
    print(f"hundreds {vendor}, {options.processes} process(es), {options.senders} senders, "
          f"{options.kills} kills: letters {total['letters']} at {shops_reached} servers, "
          + ", ".join(f"{name} {total[name]}" for name in (*ZEROS, "failed"))
          + f", unknown {total['unknown']} (allowed {total['open']}), sessions too many "
          f"{total['sessions']}, {seconds:.1f} s: " + (f"BROKEN {broken}" if broken else "ok"))
    sys.exit(bool(broken))


def is_over(place):
    from apps.mailings.models import Run
    time.sleep(0.2)
    return not Run.objects.active().exists()


if __name__ == "__main__":
    main()
