"""How the cells of a text are told apart, found out by trying what makes the evenest table.

Each delimiter that occurs, with each way of quoting, reads the same sample. What is right gives
rows of one width whose cells are clean: addresses, numbers, dates, words, without delimiters or
quotes left over. Nothing is decided by a list of known files.
"""
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from .cells import cleanness
from .records import Dialect, records

# By how far each is trusted: those in the midst of times, links and texts are hardly delimiters.
DELIMITERS = {";": 1.0, ",": 1.0, "\t": 1.0, "|": 1.0, "\x1f": 1.0, "\x01": 1.0, "¦": 0.98,
              "§": 0.95, "^": 0.98, "~": 0.98, "#": 0.9, ":": 0.85}
SAID = re.compile(r"\s*\"?sep=(.)\"?\s*", re.I)  # a first line by which Excel is told
ROWS = 120
CELLS_OF_ROW = 60
MOST_ABOVE = 20  # rows of a preamble


def find_dialect(sample: Iterable[str]) -> Dialect:
    """Return the dialect of the first lines of a text."""
    sample = list(sample)
    said = SAID.fullmatch(sample[0]) if sample else None
    if said and said[1] in DELIMITERS:
        candidates = _candidates("".join(sample[1:]), [said[1]])
        sample = sample[1:]
    else:
        text = "".join(sample)
        candidates = _candidates(text, [one for one in DELIMITERS if one in text])
    return max(candidates, key=lambda dialect: _score(sample, dialect), default=Dialect(""))


def _candidates(text: str, delimiters: list[str]) -> Iterator[Dialect]:
    """Yield what to try; of those that are as good the first is taken."""
    quotes = [quote for quote in '"\'' if quote in text]
    for quote in ("", *quotes):
        yield Dialect("", quote)
    for delimiter in delimiters:
        for quote in dict.fromkeys(('"', "", *quotes)):
            yield Dialect(delimiter, quote)
            if f"\\{quote or delimiter}" in text:
                yield Dialect(delimiter, quote, "\\")


def _score(sample: list[str], dialect: Dialect) -> float:
    rows = [row for row in islice(records(sample, dialect), ROWS) if any(map(str.strip, row))]
    if not rows:
        return 0.0
    trust = DELIMITERS.get(dialect.delimiter, 1.0)
    return trust * _evenness(rows, dialect) * _cleanness(rows)


def _evenness(rows: list[list[str]], dialect: Dialect) -> float:
    """Return how even rows are below a preamble; a shorter row is half as good as a whole one."""
    if not dialect.delimiter:
        return 1.0
    widths = [len(row) for row in rows]
    counted = Counter(width for width in widths if width > 1)
    if not counted:
        return 0.0
    usual = max(counted, key=lambda width: (counted[width], width))
    above = next(place for place, width in enumerate(widths) if width >= usual)
    below = widths[min(above, MOST_ABOVE):]
    credit = sum(_credit(width, usual) for width in below) / len(below)
    # The more cells stand in even rows, the less it says that there are lines above them.
    doubt = 0.25 / (counted[usual] * (usual - 1)) ** 0.5
    return float(credit * (len(below) / len(rows)) ** doubt)


def _credit(width: int, usual: int) -> float:
    if width == usual:
        return 1.0
    return 0.5 if 1 < width else 0.1


def _cleanness(rows: list[list[str]]) -> float:
    """Return how clean cells are; each row says as much as another, however wide it is."""
    total = 0.0
    for row in rows:
        cells = row[:CELLS_OF_ROW]
        total += sum(map(cleanness, cells)) / len(cells)
    return total / len(rows)
