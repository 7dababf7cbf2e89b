"""How a text is read, found out from its first rows."""
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from .dialects import SAID, find_dialect
from .encodings import find_encoding
from .headers import find_header
from .records import Dialect, lines, records

LINES = 400
CHARACTERS = 400_000
ROWS = 100


class Found(NamedTuple):
    encoding: str
    dialect: Dialect
    skip: int
    header: bool


def find_in_text(path: Path) -> Found:
    encoding = find_encoding(path)
    sample = first_lines(path, encoding)
    dialect = find_dialect(sample)
    skip, header = find_top(sample, dialect)
    return Found(encoding, dialect, skip, header)


def first_lines(path: Path, encoding: str) -> list[str]:
    sample = []
    size = 0
    for line in islice(lines(path, encoding), LINES):
        sample.append(line)
        size += len(line)
        if size > CHARACTERS:
            break
    return sample


def find_top(sample: list[str], dialect: Dialect) -> tuple[int, bool]:
    rows = list(islice(records(sample, dialect), ROWS))
    if sample and SAID.fullmatch(sample[0]):
        rows[0] = []  # it tells the delimiter, and is no part of the table
    return find_header(rows)
