"""Why a file can not be read, in the reader's language."""
from typing import Any

from django.utils.translation import gettext_lazy as _

SAVE_AS = _("Open it in a spreadsheet program and save it as XLSX or CSV.")
WORDS = {
    "empty": _("The file is empty."),
    "no_rows": _("There are no rows in the file."),
    "missing": _("The file is not there any more. Choose it again."),
    "picture": _("This is a picture, not a table."),
    "pdf": _("This is a PDF. Save the table as XLSX or CSV."),
    "archive": _("This is an archive. Unpack it and choose the table that is in it."),
    "document": _(
        "This is a text document. Copy its table to a spreadsheet, then save it as XLSX or CSV."),
    "presentation": _("This is a presentation, not a table."),
    "web_page": _("This is a web page inside, whatever its name says. %(save_as)s"),
    "markup": _("This is XML, not a table. %(save_as)s"),
    "contacts": _("These are contact cards (vCard). Export the contacts as CSV."),
    "numbers": _("This is a document of Numbers. Export it as XLSX or CSV."),
    "old_workbook": _("This format of workbook is not read. %(save_as)s"),
    "not_text": _("There is no table in this file."),
    "password": _("The workbook is protected by a password. Save it without one."),
    "broken_zip": _("The workbook is damaged: it can not be unpacked. Save it once more."),
    "broken_workbook": _("The workbook is damaged: it can not be read. Save it once more."),
    "no_sheet": _("There is no sheet “%(sheet)s” in the workbook."),
    "no_sheets": _("There are no sheets with rows in the workbook."),
    "large_workbook": _("The workbook is too large to be opened. Save its sheet as CSV."),
    "slow_workbook": _("The workbook takes too long to be opened. Save its sheet as CSV."),
    "bomb": _("Unpacked, the workbook is larger than %(most)s MB. Save its sheet as CSV."),
    "columns": _("There are more than %(most)s columns in row %(number)s. "
                 "Leave only those that you need."),
    "cells": _("There are more than %(most)s cells in the file. Split it."),
    "rows": _("There are more than %(most)s rows in the file. Split it."),
    "long_line": _("A line of the file is longer than %(most)s characters: this is no table."),
    "encoding": _("The encoding “%(encoding)s” is not known."),
    "dialect": _("A table can not be read with such a delimiter and such quotes."),
    "no_room": _("There is no room left on the server to open the file. Try later."),
}


class Unreadable(Exception):
    """A file that is no table which can be read. Its text is a sentence for the person."""

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason, details)
        self.reason = reason
        self.details = details

    def __str__(self) -> str:
        return WORDS[self.reason] % {"save_as": SAVE_AS, **self.details}
