"""What a cell holds, as far as one sees it by its letters alone."""
import re

ADDRESS = re.compile(r"[^\s@<>,;:\"'|¦§^\x01\x1f]+@[^\s@<>,;:\"'|¦§^\x01\x1f]+\.[^\s@<>,;:\"'|.¦§^\x01\x1f]{2,}")
NAMED = rf"(?:\"[^\"<>@]*\"|[^\"<>@;]*)\s*<\s*{ADDRESS.pattern}\s*>|{ADDRESS.pattern}"
ADDRESSES = re.compile(rf"(?:{NAMED})(?:\s*[,;]\s*(?:{NAMED}))*\s*[,;]?")
MONEY = r"[₽$€£%]|руб\.?|р\.|шт\.?"
NUMBER = re.compile(rf"[-+]?(?:{MONEY})?\s*\d[\d\s\xa0' ]*(?:[.,]\d+)?\s*(?:{MONEY})?")
DATE = re.compile(
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2})"
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{1,2}:\d{2}(?::\d{2})?")
PHONE = re.compile(r"\+?\d[\d\s()\xa0-]{5,}\d(?:\s*(?:доб|ext)\.?\s*\d+)?|\+?\d\s*\(\d+\)[\d\s-]+")
LINK = re.compile(r"(?:https?://|www\.)[^\s;|]+", re.I)
PLAIN = re.compile(r"[^,;|\t\"'@^~¦§\n]*(?:'[^,;|\t\"'@^~¦§\n]+)*")


def is_address(cell: str) -> bool:
    return ADDRESSES.fullmatch(cell) is not None


def is_figure(cell: str) -> bool:
    """Tell whether a cell holds a number, a date, a time or a telephone."""
    return any(kind.fullmatch(cell) for kind in (NUMBER, DATE, PHONE))


def is_data(cell: str) -> bool:
    """Tell whether a cell is such that no header has it."""
    return "@" in cell or is_figure(cell) or LINK.match(cell) is not None


def cleanness(cell: str) -> float:
    """Return how much a cell looks as if its edges were found rightly, from 0 to 1."""
    cell = cell.strip()
    if not cell:
        return 0.9
    if len(cell) > 2_000:  # a text is a text
        return 0.7
    if is_address(cell) or is_figure(cell) or LINK.fullmatch(cell):
        return 1.0
    if _is_wrapped(cell) or '""' in cell:
        return 0.2
    if cell.count('"') % 2 or cell.endswith('"') and '\\' in cell:
        return 0.1
    if ADDRESS.search(cell):
        return 0.3
    if cell.startswith("'") or cell.endswith("'"):
        return 0.6
    if PLAIN.fullmatch(cell):
        return 0.95
    return 0.4 if re.search(r"[;|\t^~¦§]", cell) else 0.7


def _is_wrapped(cell: str) -> bool:
    """Tell whether a cell still has the quotes around it."""
    edges = cell[0] + cell[-1]
    return len(cell) > 1 and edges in ('""', "''") and cell[0] not in cell[1:-1].replace('""', "")
