"""Delimited text as records, read from the disk as it goes, whatever is wrong with its quotes."""
import csv
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from .limits import LONGEST_LINE, MOST_LINES_QUOTED, MOST_OPEN_QUOTES, MOST_QUOTED
from .refusals import Unreadable

csv.field_size_limit(LONGEST_LINE + MOST_QUOTED)

MARK = "\ufeff"  # that some programs put before a text in Unicode
DROPPED = str.maketrans("", "", "\0\x1a")  # no text holds them, and no database
# Of a text in one column: a character that Unicode promises never to use.
NO_DELIMITER = "\ufdd0"


class Dialect(NamedTuple):
    delimiter: str = ","  # "" of one column
    quote: str = '"'  # "" where quotes are letters as any other
    escape: str = ""  # before a quote within quotes; "" where such a quote is doubled

    def format(self) -> dict[str, Any]:
        """Return what the csv module is to be told."""
        return {
            "delimiter": self.delimiter or NO_DELIMITER,
            "quotechar": self.quote or None,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "escapechar": self.escape or None,
            "skipinitialspace": True,
        }


class OpenQuote(Exception):
    """A quote was opened that nothing closes."""


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield the lines of a text with their ends, which may be LF, CRLF or CR.

    An octet that is none in this encoding becomes U+FFFD: one of them late in a file loses no
    row, the cell that it stands in is judged by who reads it.
    """
    with open(path, encoding=encoding, errors="replace", newline="") as file:
        line = file.readline(LONGEST_LINE).removeprefix(MARK)
        for line in chain([line] if line else [], iter(partial(file.readline, LONGEST_LINE), "")):
            if len(line) == LONGEST_LINE:
                raise Unreadable("long_line", most=LONGEST_LINE)
            if "\0" in line or "\x1a" in line:
                line = line.translate(DROPPED)
            yield line


def records(source: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """Yield the records of lines, blank ones as well, so that who counts them counts rows.

    Where a quote stays open, or closes in the midst of a later line's text, it is taken for a
    letter: its line becomes a record by itself, and the next lines are read anew.
    """
    of_letters = dialect._replace(quote="", escape="")
    rest = iter(source)
    for _ in range(MOST_OPEN_QUOTES if dialect.quote else 0):
        taken: list[str] = []
        try:
            for record in csv.reader(_remembered(rest, taken), **dialect.format()):
                if len(taken) > 1 and not _is_whole(taken, dialect):
                    raise OpenQuote
                taken.clear()
                yield record
            return
        except OpenQuote:
            yield next(csv.reader(taken[:1], **of_letters.format()))
            rest = chain(taken[1:], rest)
    yield from csv.reader(rest, **of_letters.format())


def _remembered(source: Iterable[str], taken: list[str]) -> Iterator[str]:
    """Yield lines, and remember those of the record that is being read."""
    for line in source:
        taken.append(line)
        if len(taken) > 1 and (
                len(taken) > MOST_LINES_QUOTED or sum(map(len, taken)) > MOST_QUOTED):
            raise OpenQuote
        yield line
    taken.append("")  # the last record is looked at as well: its quote may be open


def _is_whole(taken: list[str], dialect: Dialect) -> bool:
    """Tell whether lines are one record whose quotes all close where a cell ends."""
    one_more = csv.reader([*taken, "."], strict=True, **dialect.format())
    try:
        return sum(1 for _ in one_more) > 1
    except csv.Error:
        return False
