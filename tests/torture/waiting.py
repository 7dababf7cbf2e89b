"""What a worker takes of the machine while forty connections wait for servers that hang.

    python -m tests.torture.waiting [--hanging 40] [--processes 1] [--database postgres://…]

Prints the memory and the threads of a worker, the connections to PostgreSQL, and how long it takes
to stop. Exit status 1 when a worker takes 300 MB, a healthy sender gets no letter, or the worker
is there after 30 s (and a little).
"""
import argparse
import sys
import time

from .faults import wait_until
from .shops import open_connections, status_of, street

MEGABYTES, STOP = 300, 33
SETTLED = 15  # seconds until all that can wait do
PATIENCE = 60


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hanging", type=int, default=40)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--mode", default="swallows", help="of the servers: see sink.py")
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def database_connections():
    """Return how many connections the workers have to PostgreSQL; None on SQLite."""
    from django.db import connection
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                       "AND datname = current_database() AND backend_type = 'client backend'")
        return cursor.fetchone()[0]


def main():
    options = arguments()
    with street(options) as place:
        for number in range(options.hanging):
            place.open_shop(f"hanging{number}", 100, options.mode)
        healthy = place.open_shop("healthy", 500)
        place.arrange()
        place.start_workers(options.processes)
        healthy.start()  # its server is known to answer
        wait_until(healthy.is_over, PATIENCE)
        for shop in place.shops.values():
            if shop is not healthy:
                shop.start()
        time.sleep(SETTLED)
        began = time.monotonic()
        healthy.start()
        is_sent = wait_until(lambda: place.count(healthy) >= 1000, PATIENCE)
        seconds = time.monotonic() - began
        waiting = sum(open_connections(worker, place.servers) for worker in place.workers)
        statuses = [status_of(worker) for worker in place.workers]
        database = database_connections()
        stopped = place.end_workers()
        from django.db import connection
        vendor = connection.vendor
    megabytes = max(size for size, _ in statuses)
    threads = max(number for _, number in statuses)
    good = is_sent and megabytes < MEGABYTES and stopped < STOP
    print(f"waiting {vendor}, {options.processes} process(es), {options.hanging} servers that "
          f"are {options.mode}: open connections {waiting}, {megabytes} MB, {threads} threads, "
          f"connections to the database {database}, 500 healthy letters "
          f"{'in' if is_sent else 'NOT in'} {seconds:.1f} s, stopped in {stopped:.1f} s: "
          + ("ok" if good else "BROKEN"))
    sys.exit(not good)


if __name__ == "__main__":
    main()
