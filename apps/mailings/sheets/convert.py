"""Write a sheet of a workbook as text, in a process of its own that may take so much and no more.

    python -m apps.mailings.sheets.convert book.xlsx sheet.csv --sheet Клиенты

Whatever a workbook does to its reader, the service lives on. The end of the file's name says
what it is: the caller has looked inside. Prints one line of JSON: the sheets, and which was
written, or why none was.
"""
import argparse
import csv
import json
import resource
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from errno import ENOSPC
from itertools import islice
from typing import Any

from python_calamine import (
    CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum,
    ZipError)

from .limits import (
    MOST_CELLS, MOST_COLUMNS, MOST_ROWS, MOST_UNPACKED, WORKBOOK_MEMORY, WORKBOOK_SECONDS)

BLOCK = 1024 * 1024
LOOK_FOR_ROWS = 100


class Refused(Exception):
    """A reason of `refusals.WORDS`, and its details."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--sheet", default="")
    asked = parser.parse_args()
    try:
        answer = convert(asked.source, asked.target, asked.sheet)
    except Refused as refusal:
        answer = {"refusal": refusal.args[0], "details": dict(refusal.args[1:])}
    print(json.dumps(answer))


def convert(source: str, target: str, sheet: str) -> dict[str, Any]:
    limit_self()
    try:
        check_size(source)
        workbook = CalamineWorkbook.from_path(source)
        names = names_of(workbook)
        name, table = find_table(workbook, names, sheet)
        write(table, target)
    except PasswordError as error:
        raise Refused("password") from error
    except (ZipError, zipfile.BadZipFile) as error:
        raise Refused("broken_zip") from error
    except MemoryError as error:
        raise Refused("large_workbook") from error
    except OSError as error:
        raise Refused("no_room" if error.errno == ENOSPC else "broken_workbook") from error
    except CalamineError as error:
        raise Refused("password" if "assword" in str(error) else "broken_workbook") from error
    return {"sheets": names, "sheet": name}


def limit_self() -> None:
    """Take no more than is allowed: whoever does gets an error, or is ended by the kernel."""
    resource.setrlimit(resource.RLIMIT_DATA, (WORKBOOK_MEMORY, WORKBOOK_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (WORKBOOK_SECONDS, WORKBOOK_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_size(source: str) -> None:
    """Refuse what unpacks to more than is read, by what it really unpacks to."""
    if source.endswith(".xls"):
        return
    left = MOST_UNPACKED
    with zipfile.ZipFile(source) as archive:
        if sum(member.file_size for member in archive.infolist()) > left:
            raise Refused("bomb", ("most", MOST_UNPACKED // 1_000_000))
        for member in archive.infolist():
            if member.flag_bits & 1:
                raise Refused("password")
            with archive.open(member) as file:
                while block := file.read(BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise Refused("bomb", ("most", MOST_UNPACKED // 1_000_000))


def names_of(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of what are sheets of cells and no charts, hidden ones last."""
    sheets = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda one: one.visible != SheetVisibleEnum.Visible)
    return [one.name for one in sheets]


def find_table(
        workbook: CalamineWorkbook, names: list[str], asked: str) -> tuple[str, CalamineSheet]:
    """Return the sheet that is asked for, else the first that has rows."""
    if asked and asked not in names:
        raise Refused("no_sheet", ("sheet", asked))
    for name in [asked] if asked else names:
        table = workbook.get_sheet_by_name(name)
        if asked or has_rows(table):
            return name, table
    raise Refused("no_sheets")


def has_rows(table: CalamineSheet) -> bool:
    first = table.start[0] if table.start else 0
    rows = islice(table.iter_rows(), first, first + LOOK_FOR_ROWS)
    return any(value != "" for row in rows for value in row)


def write(table: CalamineSheet, target: str) -> None:
    if table.total_height > MOST_ROWS:
        raise Refused("rows", ("most", MOST_ROWS))
    if table.height * table.width > MOST_CELLS:
        raise Refused("cells", ("most", MOST_CELLS))
    with open(target, "w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file).writerows(texts(table))


def texts(table: CalamineSheet) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts, from the sheet's first row on."""
    for number, row in enumerate(table.iter_rows() if table.start else (), 1):
        while row and row[-1] == "":
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise Refused("columns", ("most", MOST_COLUMNS), ("number", number))
        yield [value if isinstance(value, str) else text_of(value) for value in row]


def text_of(value: Any) -> str:
    """Write a value as people type it: no tail of zeros, no exponent, dates by year."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value.replace(microsecond=0))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    main()
