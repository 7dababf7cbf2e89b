"""Kill the jobs process while it imports and while it takes the import back.

    python -m tests.torture.imports --kills 50 --rows 50000 [--database postgres://…]

Half of the file's people are in the book already, with other names. A round imports the file and
takes it back; kills are at random moments of both, of which the dry run is one. Exit status 1
unless what landed is exactly what the file says, each figure is right, and the export of all
columns is after each round what it was before.
"""
import argparse
import contextlib
import io
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.send import set_up, throwaway_database

from .faults import ROOT, end, wait_until

PATIENCE = 600
MOST_A_JOB = 6  # kills, so that each of a round's jobs has some
BAD_EACH, REPEAT_EACH = 97, 89  # rows of the file, of so many


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--steps", type=int, default=60, help="that an import is made in")
    parser.add_argument("--database", default="", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def file_of(rows):
    """Return a file, who lands by it (names by address), and its figures."""
    lines = ["E-mail;Имя;Город;Метки"]
    people = {}
    rejected = 0
    for number in range(1, rows + 1):
        email, name = f"client{number}@example.com", f"Клиент {number}"
        if number % BAD_EACH == 0:
            email, rejected = f"client{number}", rejected + 1
        elif number % REPEAT_EACH == 0:
            email, rejected = "client1@example.com", rejected + 1
        else:
            people[email] = name
        lines.append(f"{email};{name};Казань;{'Опт' if number % 3 else 'VIP, Опт'}")
    known = sum(is_known(email) for email in people)
    figures = (rows, len(people) - known, known, 0, rejected)
    return "\r\n".join(lines).encode("cp1251"), people, figures


def is_known(email):
    return int(email.removeprefix("client").partition("@")[0]) % 2 == 1


def make_book(owner, people):
    from apps.mailings.models import Recipient
    Recipient.objects.bulk_create([
        Recipient(owner=owner, email=email, full_name=f"Старое {name}", comment="было")
        for email, name in people.items() if is_known(email)], batch_size=500)


def exported(owner, folder):
    from django.core.management import call_command
    path = Path(folder) / "export.csv"
    call_command("export_recipients", str(path), owner=owner.email, stderr=io.StringIO())
    return path.read_bytes()


def figures_of(of):
    return of.people, of.added, of.updated, of.unchanged, of.rejected


class Killer:
    """Has jobs done by a process that it kills again and again."""

    def __init__(self, options):
        self.options = options
        self.kills = 0

    def start(self):
        rows = max(1, self.options.rows // self.options.steps)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.torture.import_steps", str(rows)], cwd=ROOT,
            stdout=subprocess.DEVNULL, process_group=0)

    def finish(self, of):
        """Have the import's job done, whatever befalls it."""
        from apps.jobs.models import Job

        def look():
            return Job.objects.values_list("state", "done").get(pk=of.job_id)

        process = self.start()
        most = min(self.options.kills, self.kills + MOST_A_JOB)
        while look()[0] in Job.ACTIVE:
            before = look()
            wait_until(lambda before=before: look() != before, 20)
            if self.kills >= most:
                wait_until(lambda: look()[0] not in Job.ACTIVE, PATIENCE)
                continue
            wait_until(lambda: False, random.uniform(0, 0.6))
            hit = look()[0] in Job.ACTIVE
            end([process], signal.SIGKILL)
            self.kills += hit
            process = self.start()
        end([process], signal.SIGKILL)  # between two jobs nothing is in hand
        of.refresh_from_db()


def check_landed(of, people, figures, wrong):
    from apps.mailings.models import ImportChange, Recipient
    if figures_of(of) != figures:
        wrong.append(f"figures {figures_of(of)} instead of {figures}")
    book = list(Recipient.objects.filter(owner=of.owner).values_list("email", "full_name"))
    if len(book) != len(people) or dict(book) != people:
        wrong.append(f"the book has {len(book)} people, {len(people)} should be there")
    if ImportChange.objects.filter(of_import=of).count() != sum(figures[1:4]):
        wrong.append("changes")


def one_round(owner, content, people, figures, killer, folder):
    """Import, judge, take back, judge. Returns what is wrong."""
    from apps.mailings.imports import services
    wrong = []
    before = exported(owner, folder)
    of = services.import_begin(owner=owner, name="clients.csv", content=[content])
    killer.finish(of)
    services.import_map(of=of, columns=["email", "full_name", "", "tags"], known="update",
                        tags=["Ярмарка"], new_fields={2: ("Город", "text")})
    killer.finish(of)
    if figures_of(of) != figures:
        wrong.append(f"checked {figures_of(of)} instead of {figures}")
    services.import_land(of=of)
    killer.finish(of)
    check_landed(of, people, figures, wrong)
    services.import_undo(of=of)
    killer.finish(of)
    if of.stage != "undone":
        wrong.append(f"stage {of.stage}")
    if exported(owner, folder) != before:
        wrong.append("the export after is not the one before")
    return wrong


def main():
    options = arguments()
    random.seed(options.seed)
    content, people, figures = file_of(options.rows)
    killer = Killer(options)
    wrong = []
    rounds = 0
    with tempfile.TemporaryDirectory() as folder, \
            throwaway_database(options.database, folder) as database, \
            contextlib.ExitStack() as stack:
        set_up(database, "127.0.0.1:9", folder)
        from django.db import connection, connections

        from tests.factories import UserFactory
        stack.callback(connections.close_all)
        vendor = connection.vendor
        owner = UserFactory()
        make_book(owner, people)
        while not wrong and (killer.kills < options.kills or not rounds):
            wrong += one_round(owner, content, people, figures, killer, folder)
            rounds += 1
    print(f"imports {vendor}: rows {options.rows}, rounds {rounds}, kills that hit "
          f"{killer.kills}: {'; '.join(wrong) or 'ok'}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
