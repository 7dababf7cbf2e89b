"""Any file of a table as rows of cells: how it is read is found out, and may be corrected.

    sheet = open_sheet(path)
    sheet.reading, sheet.header, sheet.first(5)
    for number, cells in sheet.rows(after=100): ...
"""
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .encodings import ENCODINGS
from .finding import find_in_text, find_top, first_lines
from .kinds import find_kind
from .limits import MOST_CELLS, MOST_COLUMNS, MOST_ROWS
from .records import Dialect, lines, records
from .refusals import Unreadable
from .workbooks import DIALECT, Written, write_as_text

__all__ = ["Reading", "Sheet", "Unreadable", "open_sheet"]

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Reading:
    """How a file is read. Of a workbook the encoding and the dialect say nothing."""

    kind: str = "text"  # or "xlsx", "xls", "ods"
    encoding: str = "utf-8"
    delimiter: str = ""  # "": one column
    quote: str = ""  # "": quotes are letters
    escape: str = ""  # "\\" where a quote within quotes has one before it, else it is doubled
    skip: int = 0  # rows before the header, or before the first row of data
    header: bool = False
    sheet: str = ""
    sheets: tuple[str, ...] = ()  # hidden ones last

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "sheets": list(self.sheets)}

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> "Reading":
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        return cls(**{**values, "sheets": tuple(values.get("sheets", ()))})


class Sheet:
    """The rows of one table, read from the disk as they are asked for.

    A row's number is what a person sees beside it in a spreadsheet: rows count from 1, with the
    blank ones, the header and what stands before it. In a text a cell with line breaks is a part
    of one row. Cells are texts; rows may be shorter or longer than the header.
    """

    def __init__(self, text: Path, reading: Reading, written: Written | None = None) -> None:
        self.reading = reading
        self._text = text  # the file itself, or a workbook's sheet that was written as text
        self._written = written

    @property
    def header(self) -> list[str]:
        if not self.reading.header:
            return []
        skip = self.reading.skip
        return next(islice(self._records(), skip, skip + 1), [])

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows of data that are not blank and whose number is greater."""
        start = max(after, self.reading.skip + self.reading.header)
        for number, cells in enumerate(self._records(), 1):
            if number > start and any(map(str.strip, cells)):
                yield number, cells

    def first(self, count: int) -> list[Row]:
        return list(islice(self.rows(), count))

    def top(self, count: int) -> list[Row]:
        """Return the first rows of the file, blank ones, header and preamble as well."""
        return list(enumerate(islice(self._records(), count), 1))

    def close(self) -> None:
        if self._written:
            self._written.folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _records(self) -> Iterator[list[str]]:
        count = 0
        cells = 0
        for record in records(*self._source()):
            count += 1
            cells += len(record)
            if len(record) > MOST_COLUMNS:
                raise Unreadable("columns", most=MOST_COLUMNS, number=count)
            if cells > MOST_CELLS:
                raise Unreadable("cells", most=MOST_CELLS)
            if count > MOST_ROWS:
                raise Unreadable("rows", most=MOST_ROWS)
            yield record

    def _source(self) -> tuple[Iterator[str], Dialect]:
        if self._written:
            return lines(self._text, "utf-8"), DIALECT
        reading = self.reading
        dialect = Dialect(reading.delimiter, reading.quote, reading.escape)
        return lines(self._text, reading.encoding), dialect


def open_sheet(path: str | Path, reading: Reading | None = None) -> Sheet:
    """Open a local file. What is not given is found out by what is inside, not by the name."""
    path = Path(path)
    kind = find_kind(path)
    if kind == "text":
        sheet = Sheet(path, _obeyed(reading) if reading else _found(path))
    else:
        sheet = _open_workbook(path, kind, reading)
    try:
        if not sheet.header and not sheet.first(1):
            raise Unreadable("no_rows")
    except BaseException:
        sheet.close()
        raise
    return sheet


def _found(path: Path) -> Reading:
    found = find_in_text(path)
    return Reading("text", found.encoding, *found.dialect, found.skip, found.header)


def _obeyed(reading: Reading) -> Reading:
    """Return a reading by hand if a text can be read so."""
    if reading.encoding not in ENCODINGS:
        raise Unreadable("encoding", encoding=reading.encoding)
    marks = [mark for mark in (reading.delimiter, reading.quote, reading.escape) if mark]
    if any(len(mark) > 1 or mark in "\r\n\0 " for mark in marks) or len(set(marks)) < len(marks):
        raise Unreadable("dialect")
    return replace(reading, kind="text", skip=max(reading.skip, 0))


def _open_workbook(path: Path, kind: str, reading: Reading | None) -> Sheet:
    written = write_as_text(path, kind, reading.sheet if reading else "")
    if reading:
        skip, header = max(reading.skip, 0), reading.header
    else:
        skip, header = find_top(first_lines(written.text, "utf-8"), DIALECT)
    of_sheet = Reading(kind, "utf-8", *DIALECT, skip, header, written.sheet, written.sheets)
    return Sheet(written.text, of_sheet, written)
