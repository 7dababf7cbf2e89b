#!/usr/bin/env python
"""How quick one sender's letters are beside others whose servers hang or who are at their limits.

    python benchmarks/senders.py [--recipients 20000] [--hanging 19] [--limited 15] [--rounds 3]
        [--healthy 1] [--database postgres://…]

In turns the healthy sender sends alone, and beside the others; each time by a new worker. `ratio`
is the median of the ratios of its speed (letters a second, from the start to the last letter),
`first_ms` how long after the start its first letter came, at worst. With --healthy K, so many
healthy ones send at once, each `--recipients` letters: `shares` are the least and the most of what
each got through in the first ten seconds, of an even share; then one of them has all letters and a
newcomer a hundredth of them: `newcomer_first_ms`, `newcomer_last_ms`. Prints one JSON line.
"""
import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.torture.faults import wait_until  # noqa: E402
from tests.torture.shops import street  # noqa: E402

FIRST = 20  # seconds after which no first letter is waited for
LONGEST = 120  # seconds that one run may take
UP = 60  # seconds in which a worker must be there
HUNG = 8  # seconds until the others hang
SHARED = 10  # seconds in which the shares of the healthy ones are counted
NEWCOMER_AFTER = 5  # seconds


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--hanging", type=int, default=19)
    parser.add_argument("--limited", type=int, default=15)
    parser.add_argument("--healthy", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.0, help="of each answer to a dot")
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def open_others(place, options):
    """Open the shops that hang or are at their limit, and start their runs, paused."""
    others = []
    for number in range(options.hanging):
        others.append(place.open_shop(f"hanging{number}", 1000, "swallows"))
    for number in range(options.limited):
        limit = {"per_minute": 1} if number % 2 else {"per_hour": 1}
        others.append(place.open_shop(f"limited{number}", 50, **limit))
    for shop in others:
        shop.start()
    let_go_on(others, False)
    return others


def let_go_on(shops, go_on):
    """Let the runs of `shops` go on, or not."""
    from apps.mailings.models import Run
    state = Run.State.RUNNING if go_on else Run.State.PAUSED
    Run.objects.filter(pk__in=[shop.run.pk for shop in shops]).update(
        state=state, hold_until=None)


def start_workers(place, options):
    from apps.delivery.models import Worker
    Worker.objects.all().delete()
    place.start_workers(options.processes)
    if not wait_until(lambda: Worker.objects.count() >= options.processes, UP):
        raise SystemExit("no worker came up")
    time.sleep(1)


def one_run(place, shop):
    """Start the healthy one's run; return (letters a second, ms until the first letter)."""
    there = place.count(shop)
    began = time.monotonic()
    shop.start()
    number = shop.mailing.recipients.count()
    if not wait_until(lambda: place.count(shop) > there, FIRST):
        return 0.0, FIRST * 1000
    wait_until(lambda: place.count(shop) >= there + number, LONGEST)
    lines = place.lines_by_port()[shop.port][there:]
    wait_until(shop.is_over, 10)
    return len(lines) / (lines[-1].at - began), 1000 * (lines[0].at - began)


def beside(place, healthy, others, options):
    """Return the figures of one run while the others hang."""
    for shop in others:
        if shop.name.startswith("hanging"):
            place.servers[shop.port]["mode"] = "swallows"
    place.arrange()
    let_go_on(others, True)
    start_workers(place, options)
    if others:
        time.sleep(HUNG)
    figures = one_run(place, healthy)
    let_go_on(others, False)
    place.repair()
    place.end_workers()
    return figures


def compare(place, options):
    """Return the figures of the healthy one, alone and beside the others, in turns."""
    others = open_others(place, options)
    healthy = place.open_shop("healthy", options.recipients)
    place.arrange()
    rates = {"alone": [], "beside": []}
    firsts = {"alone": [], "beside": []}
    for number in range(options.rounds):
        turns = ["alone", "beside"]
        if number % 2:
            turns.reverse()
        for turn in turns:
            rate, first = beside(place, healthy, others if turn == "beside" else [], options)
            rates[turn].append(rate)
            firsts[turn].append(first)
            print(turn, round(rate, 1), round(first), file=sys.stderr)
    ratios = [many / one for one, many in zip(rates["alone"], rates["beside"]) if one]
    return {
        "alone": round(median(rates["alone"]), 1), "beside": round(median(rates["beside"]), 1),
        "ratio": round(median(ratios), 3) if ratios else 0,
        "first_alone_ms": round(max(firsts["alone"])),
        "first_ms": round(max(firsts["beside"])),
    }


def share(place, options):
    """Return how evenly the healthy ones share, and how long a newcomer waits."""
    shops = [place.open_shop(f"healthy{number}", options.recipients)
             for number in range(options.healthy)]
    newcomer = place.open_shop("newcomer", max(1, options.recipients // 100))
    place.arrange()
    start_workers(place, options)
    began = time.monotonic()
    for shop in shops:
        shop.start()
    time.sleep(SHARED)
    counts = [sum(line.at < began + SHARED for line in place.lines_by_port()[shop.port])
              for shop in shops]
    even = sum(counts) / len(counts)
    let_go_on(shops[1:], False)
    time.sleep(NEWCOMER_AFTER)
    was_busy = not shops[0].is_over()
    rate, first = one_run(place, newcomer)
    last = 1000 * newcomer.mailing.recipients.count() / rate if rate else 0
    let_go_on(shops, False)
    place.end_workers()
    return {
        "healthy": options.healthy,
        "shares": [round(min(counts) / even, 3), round(max(counts) / even, 3)] if even else None,
        "rate": round(sum(counts) / SHARED, 1), "old_was_busy": was_busy,
        "newcomer_first_ms": round(first), "newcomer_last_ms": round(last),
    }


def main():
    options = arguments()
    asked = options.recipients
    with street(options, "--delay", options.delay) as place:
        options.recipients = asked
        from django.db import connection
        figures = {
            "database": connection.vendor, "processes": options.processes,
            "recipients": asked,
        }
        if options.healthy > 1:
            figures |= share(place, options)
        else:
            figures |= {"hanging": options.hanging, "limited": options.limited}
            figures |= compare(place, options)
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
