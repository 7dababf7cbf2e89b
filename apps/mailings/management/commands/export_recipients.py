"""All recipients of one owner, or those with a tag, as a file."""
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone, translation

from apps.core.commands import DatabaseCommand
from apps.core.sieve import Sieve
from apps.mailings.exports.columns import columns_of
from apps.mailings.exports.rows import kept_rows
from apps.mailings.exports.services import CSV, XLSX, recipients_export
from apps.mailings.models import Recipient, Tag
from apps.mailings.tags.finding import with_tag
from apps.mailings.tags.models import key_of
from apps.users.middleware import zone_of
from apps.users.models import User

STDOUT = "-"


class Command(DatabaseCommand):
    help = ("Write an owner's recipients with all columns to FILE, .csv or .xlsx by the end of its "
            "name, or - for CSV on standard output. The same book gives the same file.")

    def add_arguments(self, parser):
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--tag", metavar="NAME", help="only those who have this tag")
        parser.add_argument("file", metavar="FILE")

    def handle(self, *args, **options):
        form = form_of(options["file"])
        owner = User.objects.filter(email__iexact=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user {options['owner']}.")
        sieve = Sieve()
        if options["tag"]:
            sieve = with_tag(tag_of(owner, options["tag"]).pk)
        rows = kept_rows(Recipient.objects.owned_by(owner), sieve)
        language = owner.language or settings.LANGUAGE_CODE
        with translation.override(language), timezone.override(zone_of(owner)):
            octets = recipients_export(
                rows=rows, columns=columns_of(owner), form=form, owner=owner, by=None)
            try:
                with target(options["file"]) as file:
                    file.writelines(octets)
            except OSError as error:
                raise CommandError(f"{options['file']} can not be written: {error}") from None
        self.stderr.write(f"{rows.count()} recipients")


def form_of(name):
    """Return what kind of file `name` asks for."""
    ending = Path(name).suffix.lower()
    if name == STDOUT or ending == ".csv":
        return CSV
    if ending == ".xlsx":
        return XLSX
    raise CommandError(f"{name}: the name of the file must end in .csv or .xlsx, or be -.")


def tag_of(owner, name):
    tag = Tag.objects.owned_by(owner).filter(key=key_of(name)).first()
    if tag is None:
        raise CommandError(f"{owner.email} has no tag {name}.")
    return tag


@contextmanager
def target(name):
    """Open a file that has its name only once all of it is there."""
    if name == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    handle, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise
