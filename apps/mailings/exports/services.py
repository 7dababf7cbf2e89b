"""Files of an owner's recipients; each that leaves is told to the audit trail."""
import logging
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.audit.services import Action, Via, record
from apps.users.models import User

from ..models import Recipient
from .columns import Column, table_of
from .rows import batches
from .workbook import workbook_octets
from .writing import csv_octets

log = logging.getLogger("vestnik.mailings")
CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def recipients_export(*, rows: QuerySet[Recipient], columns: list[Column], form: str, owner: User,
                      by: User | None) -> Iterator[bytes]:
    """Yield a file of the `rows`, which are `owner`'s, as `form` (CSV or XLSX) has it.

    `by` is who asked for it on a page; None is somebody at the command line.

    It is in the language and the time zone of who asks for it, however late it is read. What the
    trail tells is how many left, also where somebody closes the browser before the end.
    """
    language = translation.get_language()
    zone = timezone.get_current_timezone()
    header = [column.label for column in columns]
    given = 0

    def tables() -> Iterator[list[list[str]]]:
        nonlocal given
        for people in batches(rows):
            given += len(people)
            yield table_of(people, columns, owner)

    def octets() -> Iterator[bytes]:
        with translation.override(language), timezone.override(zone):
            try:
                if form == XLSX:
                    yield from workbook_octets(_("Recipients"), header, tables())
                else:
                    yield from csv_octets(header, tables())
            finally:
                record(Action.EXPORT, by=by, via=Via.PAGE if by else Via.COMMAND,
                       label=f"{_('Recipients')}: {owner.email}", details=given)
                log.info("user %s: %s recipients exported as %s", owner.pk, given, form)

    return octets()
