import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import translation

from apps.audit.services import Via
from apps.core.commands import DatabaseCommand
from apps.jobs.models import Job
from apps.mailings.exports.cells import inert
from apps.mailings.fields.values import fields_of
from apps.mailings.imports import services
from apps.mailings.imports.at_once import do_job, job_of
from apps.mailings.imports.columns import FIELD, IGNORED, TARGETS
from apps.mailings.imports.header_words import key_of_header
from apps.mailings.imports.models import Import, ImportRow
from apps.mailings.imports.reasons import refusal_words, words
from apps.mailings.models import Ground
from apps.users.models import User

CHUNK = 1 << 20
UNREAD = 2  # exit status
FIGURES = ("people", "added", "updated", "unchanged", "rejected", "suppressed", "returning")


class Command(DatabaseCommand):
    help = ("Import recipients from a file of any kind into the book of a user. The last line of "
            "the output is a JSON object with the figures. Exit status: 0 when everybody of the "
            "file landed, 1 when some were rejected, 2 when it can not be read.")
    status_without_database = UNREAD

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="whose book it is")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument(
            "--map", action="append", default=[], metavar="COLUMN=FIELD",
            help="what a column becomes, beside what is guessed: its header or number, and one of "
                 f"{', '.join(filter(None, TARGETS))}, or a field of the owner's own; nothing "
                 "leaves it out")
        parser.add_argument("--known", choices=Import.Known.values, default=Import.Known.UPDATE,
                            help="what happens with who is in the book already")
        parser.add_argument("--tag", action="append", default=[], metavar="NAME",
                            help="a tag for everybody of the file")
        parser.add_argument("--basis", default="", metavar="TEXT",
                            help="where the addresses come from, and on what ground")
        parser.add_argument("--rejected", type=Path, metavar="FILE",
                            help="where rejected rows are written, with their reasons, as CSV")

    def handle(self, **options: Any) -> None:
        owner = User.objects.filter(email__iexact=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user {options['owner']}.", returncode=UNREAD)
        if options["rejected"]:
            check_writable(options["rejected"])
        self.shown = -1
        with translation.override(owner.language or translation.get_language()):
            of = self.tried(owner, options)
            if options["rejected"]:
                write_rejected(of, options["rejected"])
        figures = {name: getattr(of, name) for name in FIGURES}
        if options["dry_run"]:
            services.import_drop(of=of)
            forget_ground(of)
        self.stdout.write(json.dumps({**figures, "import": of.pk}))
        if of.rejected:
            raise SystemExit(1)

    def tried(self, owner: User, options: dict[str, Any]) -> Import:
        """Return the import when all is done; one that can not be leaves nothing behind."""
        try:
            of = begun(owner, options["file"])
        except services.ImportRefused as error:
            raise CommandError(str(error), returncode=UNREAD) from None
        try:
            return self.done(of, options)
        except CommandError:
            forget(of)
            raise
        except services.ImportRefused as error:
            forget(of)
            raise CommandError(str(error), returncode=UNREAD) from None
        except ValidationError as error:
            forget(of)
            raise CommandError(" ".join(error.messages), returncode=UNREAD) from None

    def done(self, of: Import, options: dict[str, Any]) -> Import:
        """Return the import when all that was asked for is done. Raises ImportRefused."""
        self.work(of)
        columns = mapped(of, options["map"])
        with transaction.atomic():
            ground = None
            if options["basis"]:
                ground = Ground.objects.create(owner=of.owner, text=options["basis"])
            services.import_map(of=of, columns=columns, known=options["known"],
                                tags=options["tag"], ground=ground)
        self.work(of)
        if not options["dry_run"]:
            services.import_land(of=of, via=Via.COMMAND)
            self.work(of)
        return of

    def work(self, of: Import) -> Import:
        """Do the job that an import waits for. Raises CommandError where it fails."""
        of = do_job(of, self.progress)
        job = job_of(of)
        if job.state != Job.State.DONE:
            raise CommandError(refusal_words(of) or job.reason or job.state, returncode=UNREAD)
        return of

    def progress(self, job: Job) -> None:
        if job.done == self.shown:
            return
        self.shown = job.done
        total = f" / {job.total}" if job.total else ""
        self.stderr.write(f"{job.title}: {job.done}{total}")
        self.stderr.flush()


def check_writable(path: Path) -> None:
    """Raise CommandError before anything lands if the file of rejected rows can not be written."""
    try:
        path.open("a").close()
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=UNREAD) from None


def forget(of: Import) -> None:
    """Drop an import of which nothing was written."""
    with suppress(services.ImportRefused):
        services.import_drop(of=of)
        forget_ground(of)


def forget_ground(of: Import) -> None:
    """Delete the ground of an import that is dropped."""
    if of.ground_id:
        Import.objects.filter(pk=of.pk).update(ground=None)
        Ground.objects.filter(pk=of.ground_id).delete()


def begun(owner: User, path: Path) -> Import:
    try:
        with path.open("rb") as file:
            return services.import_begin(owner=owner, name=path.name, content=chunks_of(file))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=UNREAD) from None


def chunks_of(file: Any) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def mapped(of: Import, given: list[str]) -> list[str]:
    """Return what the columns become: as guessed, but for those that are `given`."""
    columns = list(of.columns)
    for pair in given:
        column, equals, target = pair.rpartition("=")
        if not equals:
            raise CommandError(f"--map {pair}: it looks like COLUMN=FIELD.", returncode=UNREAD)
        columns[number_of(of, column)] = target_of(of, target)
    return columns


def number_of(of: Import, column: str) -> int:
    """Return the number, from 0, of the column of this header or number from 1."""
    keys = [key_of_header(cell) for cell in of.sample["header"]]
    if key_of_header(column) in keys:
        return keys.index(key_of_header(column))
    if column.strip().isdecimal() and 1 <= int(column) <= len(of.columns):
        return int(column) - 1
    raise CommandError(f"There is no column “{column}”.", returncode=UNREAD)


def target_of(of: Import, name: str) -> str:
    name = name.strip()
    if name in TARGETS or name == IGNORED:
        return name
    for field in fields_of(of.owner_id):
        if name in (FIELD + field.key, field.key) or key_of_header(name) in (
                key_of_header(field.label), key_of_header(field.key)):
            return FIELD + field.key
    raise CommandError(f"There is no field “{name}”.", returncode=UNREAD)


def write_rejected(of: Import, path: Path) -> None:
    """Write the rejected rows with their numbers and reasons; such a file can be imported."""
    rows = ImportRow.objects.filter(of_import=of, fate=ImportRow.Fate.REJECTED).exclude(
        reason="").order_by("number", "part")
    width = len(of.columns)
    header = [*of.sample["header"], *[""] * width][:width]
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file, delimiter=";")
            lines.writerow([*map(inert, header), "№", "?"])
            for row in rows.iterator():
                row.of_import = of
                cells = [*(row.mended or row.cells), *[""] * width][:width]
                lines.writerow([*map(inert, cells), row.number, words(row)])
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=UNREAD) from None
