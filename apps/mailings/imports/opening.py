"""Open a file: how it is read, what its columns are, and the first rows for its page."""
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.jobs.models import Job

from ..sheets.reading import Reading, Sheet, Unreadable, open_sheet
from .columns import guess, header_key
from .content import local_file
from .jobs import ImportKind, Unread
from .models import Import
from .telling import stored_cells

LOOKED_AT = 200  # rows by which columns are guessed
SHOWN = 5
LONGEST_SHOWN = 200  # characters of a cell
NO_ROWS = "no_rows"


class OpenKind(ImportKind):

    key = "import_open"
    label = _("File of an import")
    after_failure = Import.Stage.REFUSED

    def look(self, job: Job) -> None:
        of = Import.objects.select_related("owner").get(pk=job.place["import"])
        reading = Reading.of_json(of.reading) if of.reading else None
        try:
            with local_file(of) as path, open_sheet(path, reading) as sheet:
                self.found = found_in(sheet, of)
        except Unreadable as error:
            raise Unread(error) from None

    def run_batch(self, job: Job) -> bool:
        Import.objects.filter(pk=job.place["import"], stage=Import.Stage.OPENING).update(
            stage=Import.Stage.MAPPING, **self.found)
        return True


def found_in(sheet: Sheet, of: Import) -> dict[str, Any]:
    """Return what the import stores of its opened file. Raises Unreadable without rows."""
    rows = sheet.first(LOOKED_AT)
    if not rows:
        raise Unreadable(NO_ROWS)
    header = sheet.header
    cells = [cells for _number, cells in rows]
    return {
        "reading": sheet.reading.as_json(),
        "columns": guess(header, cells, of.owner),
        "header_key": header_key(header),
        "refusal": "",
        "sample": {"header": shown(header),
                   "rows": [[number, shown(cells)] for number, cells in rows[:SHOWN]]}}


def shown(cells: list[str]) -> list[str]:
    """Return cells as a page shows them, cut short."""
    return [cell[:LONGEST_SHOWN] for cell in stored_cells(cells)]


KIND = OpenKind()
