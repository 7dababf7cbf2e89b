"""Delete a sender, change its password and its limits, all in the middle of its run.

    python -m tests.torture.changes [--processes 2] [--database postgres://…]

Each happens to a run of its own, beside a run that nothing happens to. Exit status 1 unless letters
of the deleted sender stop at once and its run pauses, a new password is used within seconds and the
old one is not refused, new limits hold and lifted ones hold nobody up, and the four zeros hold.
"""
import argparse
import collections
import sys
import time

from .faults import wait_until
from .senders import tell_unended
from .shops import ZEROS, street

LETTERS = 1500
GOING = 60  # letters after which the change comes
SOON = 5  # seconds in which a change must hold
WATCHED = 12  # seconds that a new limit is looked at
PATIENCE = 40
PER_MINUTE = 60


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.02, help="of each answer to a dot")
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def under_way(place, shop):
    """Start the run and wait until it goes well. Returns whether it does."""
    shop.start()
    return wait_until(lambda: place.count(shop) >= GOING, 30)


def delete(place, total):
    """Delete a sender: its letters stop, and its run pauses and says why."""
    shop = place.open_shop("deleted", LETTERS)
    place.arrange()
    total["never began"] += not under_way(place, shop)
    delete_sender(shop.sender)
    at = time.monotonic()
    paused = wait_until(lambda: shop.figures().state == "paused", SOON)
    time.sleep(SOON)
    late = [line for line in place.lines_by_port()[shop.port] if line.at > at + SOON / 2]
    total["letters of a deleted one"] += len(late)
    total["no pause"] += not (paused and shop.figures().reason == "sender")


def delete_sender(sender):
    """Delete as its page does, with all that follows."""
    from apps.mailings.senders.ending import sender_delete
    sender_delete(sender=sender)


def change_password(place, total):
    """Change the password at the provider and here: letters go on with the new one."""
    shop = place.open_shop("password", LETTERS, login="anna", password="старый")
    server = place.servers[shop.port]
    place.arrange()
    total["never began"] += not under_way(place, shop)
    server["passwords"] = ["старый", "новый"]
    place.arrange()
    shop.sender.set_password("новый")
    shop.change()
    there = place.count(shop)
    total["no new login"] += not wait_until(lambda: place.logins(shop)["1"], SOON)
    total["silent"] += not wait_until(lambda: place.count(shop) > there + GOING, SOON)
    total["refused logins"] += place.logins(shop)["no"]


def change_limits(place, total):
    """Give a limit in the middle of a run, and take it away, with nobody else at work."""
    others = [shop for shop in place.shops.values() if shop.name != "deleted"]
    wait_until(lambda: all(other.is_over() for other in others), PATIENCE)
    shop = place.open_shop("limits", LETTERS)
    place.arrange()
    total["never began"] += not under_way(place, shop)
    set_limit(shop, PER_MINUTE)
    time.sleep(SOON)
    there = place.count(shop)
    time.sleep(WATCHED)
    came = place.count(shop) - there
    allowed = PER_MINUTE * WATCHED / 60
    total["over a new limit"] += max(0, came - int(allowed) - 1)
    total["less than a new limit"] += came < allowed * 0.8
    set_limit(shop, None)
    there = place.count(shop)
    total["silent"] += not wait_until(lambda: place.count(shop) > there + GOING, SOON)


def set_limit(shop, per_minute):
    from django.db.models.functions import Now
    shop.change(per_minute=per_minute, limits_at=Now())


def main():
    options = arguments()
    total = collections.Counter()
    with street(options, "--delay", options.delay) as place:
        other = place.open_shop("other", LETTERS)
        place.arrange()
        place.start_workers(options.processes)
        other.start()
        for deed in (delete, change_password, change_limits):
            deed(place, total)
            print(deed.__name__, dict(+total), file=sys.stderr)
        runs = [shop for shop in place.shops.values() if shop.name != "deleted"]
        total["did not end"] += not wait_until(
            lambda: all(shop.is_over() for shop in runs), PATIENCE)
        tell_unended(place)
        place.end_workers()
        zeros = collections.Counter()
        place.judge(zeros)
        zeros["unaccounted"] -= unsent(place.shops["deleted"])
        from django.db import connection
        vendor = connection.vendor
    total += collections.Counter({name: zeros[name] for name in ZEROS})
    broken = {name: number for name, number in total.items() if number}
    print(f"changes {vendor}, {options.processes} process(es): letters {zeros['letters']}, "
          f"unknown {zeros['unknown']}: " + (f"BROKEN {broken}" if broken else "ok"))
    sys.exit(bool(broken))


def unsent(shop):
    """Return what the judge counts as a fault of a paused run, and is none."""
    return shop.figures().left + shop.run.is_active


if __name__ == "__main__":
    main()
