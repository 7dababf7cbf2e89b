#!/usr/bin/env python
"""How the speed grows with the workers, where each answer of the mail server takes 50 ms.

    python benchmarks/workers.py --database postgres://… [--workers 1 2 4 8] [--connections 2]
        [--delay 0.05] [--seconds 15]

One sender has no limit, and its run goes to the mailboxes of four providers; three more may send
600 letters a minute each. Each number of workers sends anew for so many seconds, after five that do
not count. `allowed` is what the limits and the delay of an answer let so many connections send at
most, `share` how much of it they did. Prints a JSON line for each.
"""
import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.torture.shops import street  # noqa: E402

DOMAINS = ("gmail.com", "mail.ru", "yandex.ru", "shop.example")
WARM = 5  # seconds that do not count
LIMITED = 3
PER_MINUTE = 600


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--connections", type=int, default=2, help="of each worker")
    parser.add_argument("--delay", type=float, default=0.05, help="of each answer to a dot")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--database", required=True, metavar="URL")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def open_shops(place, letters):
    """Open one shop without a limit and three with, and start their runs."""
    free = place.open_shop("free", letters)
    for number, recipient in enumerate(free.mailing.recipients.order_by("pk")):
        domain = DOMAINS[number % len(DOMAINS)]
        recipient.email = f"client{number}@{domain}"
        recipient.save(update_fields=["email"])
    shops = [free]
    for number in range(LIMITED):
        shops.append(place.open_shop(f"limited{number}", 2000, per_minute=PER_MINUTE))
    place.arrange()
    for shop in shops:
        shop.start()


def measure(options, workers):
    """Return letters a second of so many workers."""
    capacity = workers * options.connections / options.delay
    with street(options, "--delay", options.delay) as place:
        os.environ["SENDER_CONNECTIONS"] = str(options.connections)  # of those that follow
        open_shops(place, int(capacity * (options.seconds + WARM) * 1.5) + 1000)
        place.start_workers(workers)
        while not place.lines():
            time.sleep(0.05)
        began = place.letters[0].at + WARM
        time.sleep(WARM + options.seconds + 0.5)
        ended = began + options.seconds
        return sum(began <= line.at < ended for line in place.lines()) / options.seconds


def measured_apart(workers):
    """Return `measure` of a process of its own: Django knows one database in its life."""
    command = [sys.executable, __file__, *sys.argv[1:], "--workers", str(workers), "--alone"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def main():
    options = arguments()
    if options.alone:
        print(json.dumps(measure(options, options.workers[0])))
        return
    for workers in options.workers:
        rate = measured_apart(workers)
        allowed = workers * options.connections / options.delay + LIMITED * PER_MINUTE / 60
        print(json.dumps({"workers": workers, "rate": round(rate, 1), "allowed": round(allowed),
                          "share": round(rate / allowed, 3)}), flush=True)


if __name__ == "__main__":
    main()
