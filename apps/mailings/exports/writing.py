"""A table of texts as a CSV file, piece by piece."""
import csv
import io
from collections.abc import Iterable, Iterator

from .cells import inert

Batches = Iterable[list[list[str]]]  # rows of texts, some at a time
CSV_DELIMITER = ";"  # by which Excel parts cells where the comma is decimal


def csv_octets(header: list[str], batches: Batches) -> Iterator[bytes]:
    """Yield a CSV file whose cells are inert.

    It begins with a byte order mark, or Excel takes Russian for noise. All cells are in quotes, so
    that who reads a short file need not guess.
    """
    yield "\ufeff".encode() + csv_rows([header])
    for batch in batches:
        yield csv_rows(batch)


def csv_rows(rows: Iterable[list[str]]) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=CSV_DELIMITER, quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow([inert(text) for text in row])
    return lines.getvalue().encode()
