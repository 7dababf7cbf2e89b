#!/usr/bin/env python
"""How long the dry run and the landing of a file take, and its undoing. Prints one JSON line.

    python benchmarks/imports.py [--rows 1000000] [--undo] [--database postgres://…]

The file is CP1251 with `;`, everything in quotes, 1 % bad rows, 5 columns. The jobs are done as the
jobs process does them, with its rests. `longest` is that of the transactions in seconds, `peak` of
the memory in MB.
"""
import argparse
import json
import random
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.send import set_up, throwaway_database  # noqa: E402

SURNAMES = "Иванов Петров Смирнов Кузнецов Соколов Попов Лебедев Козлов Новиков Морозов".split()
NAMES = "Анна Борис Вера Глеб Дарья Егор Жанна Захар Инна Кирилл".split()
CITIES = "Москва Казань Уфа Пермь Омск Томск Тверь Сочи".split()
DOMAINS = "mail.ru yandex.ru gmail.com bk.ru example.com rambler.ru".split()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--undo", action="store_true")
    parser.add_argument("--database", default="", metavar="URL")
    return parser.parse_args()


def row(number):
    name = f"{random.choice(SURNAMES)} {random.choice(NAMES)}"
    email = f"client{number}@{random.choice(DOMAINS)}"
    if number % 100 == 0:
        email = f"client{number}.example.com"
    return [email, name, random.choice(CITIES), str(random.randint(1, 90_000)),
            f"Заказ {number}, постоянный клиент"]


def write_file(path, rows):
    random.seed(1)
    with open(path, "w", encoding="cp1251", newline="") as file:
        file.write('"E-mail";"ФИО";"Город";"Сумма";"Комментарий"\r\n')
        for number in range(1, rows + 1):
            file.write(";".join(f'"{cell}"' for cell in row(number)) + "\r\n")


class Longest:
    """The longest transaction of the jobs' thread."""

    def __init__(self, worker):
        self.seconds = 0.0
        advance = worker.attempt

        def timed(job, kind):
            took = advance(job, kind)
            self.seconds = max(self.seconds, took)
            return took

        worker.attempt = timed


def do(of, lane):
    """Have the job of an import done; return the seconds it took."""
    from apps.jobs.models import Job
    started = time.monotonic()
    while Job.objects.filter(pk=of.job_id, state__in=Job.ACTIVE).exists():
        time.sleep(lane.turn())
    of.refresh_from_db()
    of.job.refresh_from_db()
    assert of.job.state == "done", of.job.error
    return time.monotonic() - started


def measure(options, folder):
    from apps.jobs import lanes, worker
    from apps.mailings.imports import services
    from tests.factories import UserFactory
    path = Path(folder) / "clients.csv"
    write_file(path, options.rows)
    longest = Longest(worker)
    lane = lanes.DatabaseLane(threading.Event())
    figures = {}
    with open(path, "rb") as file:
        of = services.import_begin(owner=UserFactory(), name=path.name,
                                   content=iter(lambda: file.read(1 << 20), b""))
    figures["opening"] = do(of, lane)
    services.import_map(
        of=of, columns=["email", "full_name", "", "", "comment"], known="update",
        tags=["Ярмарка"], new_fields={2: ("Город", "text"), 3: ("Сумма", "number")})
    figures["checking"] = do(of, lane)
    services.import_land(of=of)
    figures["landing"] = do(of, lane)
    assert of.added + of.updated + of.unchanged + of.rejected == of.people == options.rows
    assert of.rejected == options.rows // 100, of.rejected
    if options.undo:
        services.import_undo(of=of)
        figures["undoing"] = do(of, lane)
    lane.let_go()
    return figures, longest.seconds


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database:
        set_up(database, "127.0.0.1:9", folder)
        from django.db import connection, connections
        figures, longest = measure(options, folder)
        seconds = {name: round(took, 1) for name, took in figures.items()}
        print(json.dumps({
            "database": connection.vendor, "rows": options.rows, **seconds,
            "rows/s": {name: int(options.rows / took) for name, took in figures.items()},
            "longest": round(longest, 2),
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
        connections.close_all()


if __name__ == "__main__":
    main()
