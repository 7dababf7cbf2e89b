"""Restore a backup of an hour ago, and see that nobody is written to who has left since.

    python -m tests.torture.refusals [--database postgres://…] [--late] [--order web1,sends,web2]

On SQLite one machine; on PostgreSQL two that serve pages and one that only sends, each with a
DATA_DIR of its own, started after the restore in each order. Until the last of them is there
nothing may be sent; then everybody gets a letter but those who left. With `--late` the second web
machine came after the backup, so that the restored database does not know it. Exit status 1 when
a promise was broken. On PostgreSQL it needs the clients pg_dump and pg_restore.
"""
import argparse
import collections
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

from .faults import ROOT
from .restored import dump, restore
from .stage import stage

MACHINES = ("web1", "web2", "sends")
REFUSED = 2  # exit status
LEAVING = 3  # people by each web machine
START = """
from apps.delivery.drivers.merging import WebLook
look = WebLook()
look.turn.acquire()
look.merge()
"""
LEAVE = """
import json, os
from apps.mailings.models import Mailing
from apps.mailings.suppression.models import Suppression
from apps.mailings.suppression.services import address_leave
owner = Mailing.objects.get().owner
for email in json.loads(os.environ["LEAVING"]):
    assert address_leave(owner=owner, email=email, scope=Suppression.Scope.ALL,
                         reason=Suppression.Reason.UNSUBSCRIBED)
"""
TRY = """
from apps.delivery.services import RunRefused, run_start
from apps.mailings.models import Mailing
try:
    run_start(mailing=Mailing.objects.get(), trigger="page", again=True)
except RunRefused:
    raise SystemExit(2)
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipients", type=int, default=60)
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--late", action="store_true")
    parser.add_argument("--order", default="", help="this one alone: web1,sends,web2")
    return parser.parse_args()


def at(folder, *command, **environment):
    """Run `manage.py` on the machine that has this DATA_DIR; return how it ended."""
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, text=True, capture_output=True,
        env={**os.environ, "DATA_DIR": str(folder), **environment})


def shell(folder, code, **environment):
    """Run `code` on a machine; return how it ended. An error in it ends all."""
    ended = at(folder, "shell", "-v", "0", "-c", code, **environment)
    if "Traceback" in ended.stderr:
        raise SystemExit(f"{folder.name}: {ended.stderr}")
    return ended


def leave(folder, addresses):
    shell(folder, LEAVE, LEAVING=json.dumps(addresses))


def send(folder, mailing):
    """Send to everybody on the machine that only sends; return how it ended."""
    return at(folder, "send", str(mailing.pk), "--again", "--no-progress")


def started(name, folder, mailing):
    """Start a machine and try to send by it. Returns how that ended: with status 2 if refused."""
    if name == "sends":
        return send(folder, mailing)
    shell(folder, START)
    return shell(folder, TRY)


def look_again(order, folders):
    """Have the machines look whether there is something to merge, as they do every five seconds.

    One that was there before another may learn of it after the restore alone, from a third.
    """
    for name in order:
        if name != "sends":  # it looks with each run
            shell(folders[name], START)


def one_order(order, folders, mailing, sink, people, left, *, late):
    """Start the machines in this order. Returns what went wrong: {fault: number}."""
    sink.forget()
    faults = collections.Counter()
    tries = []
    for name in order[:-1]:
        tries.append(started(name, folders[name], mailing))
        faults["not_refused"] += tries[-1].returncode != REFUSED
    faults["before_the_last"] += sum(sink.accepted().values())
    tries.append(started(order[-1], folders[order[-1]], mailing))
    if late:
        look_again(order, folders)
    # Where a page has started it, this machine sends it.
    tries.append(send(folders["sends"], mailing))
    reached = sink.accepted()
    faults["to_those_who_left"] += sum(reached[email] for email in left)
    faults["not_reached"] += len(set(people) - left - set(reached))
    if any(faults.values()):
        tell(order, faults, tries)
    return faults


def tell(order, faults, tries):
    """Print what went wrong, and how each try to send ended."""
    print(f"{' '.join(order)}: {dict(faults)}")
    for name, ended in zip([*order, "sends"], tries):
        print(f"{name} ended with {ended.returncode}: {ended.stdout}{ended.stderr}", flush=True)


def orders_of(options):
    """Return the orders in which the machines are started."""
    if not options.database:
        return [("sends",)]
    if options.order:
        return [tuple(options.order.split(","))]
    return list(itertools.permutations(MACHINES))


def main():
    options = arguments()
    total = collections.Counter()
    with stage(options) as (mailing, sink):
        root = Path(os.environ["DATA_DIR"])
        people = sorted(mailing.recipients.values_list("email", flat=True))
        folders = {name: root / name if options.database else root for name in MACHINES}
        for folder in folders.values():
            folder.mkdir(exist_ok=True)
        orders = orders_of(options)
        for name in MACHINES[:1] + MACHINES[2:] if options.late else MACHINES:
            shell(folders[name], START)
        backup = dump(root)
        if options.late:
            shell(folders["web2"], START)
        if options.database:
            send(folders["sends"], mailing)  # letters leave after the backup too
        left = set()
        rest = iter(people)
        for order in orders:
            for name in MACHINES[:2]:
                leaving = list(itertools.islice(rest, LEAVING))
                leave(folders[name], leaving)
                left |= set(leaving)
            restore(backup)
            total += one_order(
                order, folders, mailing, sink, people, left, late=options.late)
    print(f"refusals: orders {len(orders)}, left {len(left)}, " + ", ".join(
        f"{name} {total[name]}" for name in (
            "to_those_who_left", "before_the_last", "not_refused", "not_reached")))
    sys.exit(any(total.values()))


if __name__ == "__main__":
    main()
