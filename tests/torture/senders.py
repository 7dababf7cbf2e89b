"""Kill workers while most of the senders' servers hang and others are at their limits.

    python -m tests.torture.senders --kills 50 [--processes 2] [--database postgres://…]

One sender's server is well; `--hanging` servers read letters and never answer; `--limited` senders
have used up what they may send in an hour or a minute; one run is the service's own. Workers are
killed at random 0.03 to 0.3 s after a letter of the healthy one, and started again. Then the
servers answer what they owe, the limits go, and the runs end by themselves. One summary line; exit
status 1 unless the four zeros hold over all senders, no letter came at another's server or in
another's name, no limit was passed, and there are at the most as many unknown ones as connections
were open at the kills.
"""
import argparse
import collections
import random
import sys
import time

from .faults import wait_until
from .shops import ZEROS, street

FIRST_LETTER = 15  # seconds in which a new worker must send a letter of the healthy one
PATIENCE = 240  # seconds in which all runs must end
HEALTHY = 150  # letters of the healthy sender for each kill
PER_HOUR = 3
LETTERS = 8  # of a sender at its limit


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--hanging", type=int, default=19)
    parser.add_argument("--limited", type=int, default=15)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.01, help="of each answer to a dot")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def open_shops(place, options):
    """Open all shops and start their runs; the healthy one's comes last. Returns it."""
    for number in range(options.hanging):
        mode = "swallows" if number % 2 else "loses"
        letters = options.kills + 20  # each kill may leave one unknown
        place.open_shop(f"hanging{number}", letters, mode)
    for number in range(options.limited):
        limit = {"per_minute": 1} if number % 2 else {"per_hour": PER_HOUR}
        place.open_shop(f"limited{number}", LETTERS, **limit)
    healthy = place.open_shop("healthy", HEALTHY * options.kills + 500,
                              login="healthy", password="кот-7")
    place.arrange()
    for shop in place.shops.values():
        shop.start()
    return healthy


def kill_often(place, healthy, options, total):
    """Kill workers and start others, again and again."""
    started = time.monotonic()
    place.start_workers(options.processes)
    while total["kills"] < options.kills and not healthy.is_over():
        before = place.count(healthy)
        if not wait_until(lambda: place.count(healthy) > before, FIRST_LETTER):
            total["silent"] += 1
            if total["silent"] > 2:
                break
        time.sleep(random.uniform(0.03, 0.3))
        total["open"] += place.kill_worker()
        total["kills"] += 1
    total["over_limit"] = letters_over_limits(place, time.monotonic() - started)


def letters_over_limits(place, seconds):
    """Return how many letters left in all these `seconds` beyond the limits of their senders."""
    over = 0
    for shop in place.shops.values():
        may = []
        if shop.sender.per_hour:
            may.append(shop.sender.per_hour)
        if shop.sender.per_minute:
            may.append(shop.sender.per_minute * seconds / 60 + 1)
        if may:
            over += max(0, place.count(shop) - int(min(may)))
    return over


def let_end(place):
    """Repair the servers and lift the limits; return whether all runs ended."""
    place.repair()
    for shop in place.shops.values():
        if shop.sender.has_limits:
            lift_limits(shop)
    return wait_until(lambda: all(shop.is_over() for shop in place.shops.values()), PATIENCE)


def lift_limits(shop):
    from django.db.models.functions import Now
    shop.change(per_minute=None, per_hour=None, limits_at=Now())


def main():
    options = arguments()
    random.seed(options.seed)
    total = collections.Counter()
    with street(options, "--delay", options.delay) as place:
        healthy = open_shops(place, options)
        kill_often(place, healthy, options, total)
        ended = let_end(place)
        total["stop"] = place.end_workers()
        place.judge(total)
        if not ended:
            tell_unended(place)
        from django.db import connection
        vendor = connection.vendor
    report(options, total, vendor, ended)


def tell_unended(place):
    """Print what is left of each run that did not end."""
    for shop in place.shops.values():
        run = shop.figures()
        if not shop.is_over():
            print(f"  {shop.name}: {run.state} {run.reason}, {run.left} of {run.total} left, "
                  f"waits until {run.hold_until}: {run.server_words[:80]}")


def report(options, total, vendor, ended):
    """Print the summary line; exit with 1 when a promise was broken."""
    broken = [name for name in (*ZEROS, "over_limit", "silent", "failed") if total[name]]
    if total["unknown"] > total["open"]:
        broken.append("unknown")
    if not ended:
        broken.append("did not end")
    if total["kills"] < options.kills:
        broken.append("kills")
    print(f"senders {vendor}, {options.processes} process(es), {options.hanging} hanging, "
          f"{options.limited} at their limit: kills {total['kills']}, letters {total['letters']}, "
          + ", ".join(f"{name} {total[name]}" for name in (*ZEROS, "over_limit", "failed"))
          + f", unknown {total['unknown']} (allowed {total['open']}), silent {total['silent']}, "
          f"stopped in {total['stop']:.1f} s: " + (f"BROKEN {broken}" if broken else "ok"))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
