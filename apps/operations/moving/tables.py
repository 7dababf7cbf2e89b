"""The tables that a move copies, and what is counted of each."""
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from .values import TEXTS

OWN = ("django_migrations",)  # of the database itself
MADE_BY_MIGRATE = ("django_content_type", "auth_permission", "delivery_restoreguard",
                   "delivery_lastingkey")
COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
"""
WHOLE = ("bigint", "integer")
ROUND = 2 ** 64


class Column(NamedTuple):
    name: str
    kind: str  # PostgreSQL's name of its type


@dataclass(frozen=True)
class Table:
    """A table of the target, which the source has too."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> str:
        return ", ".join(f'"{column.name}"' for column in self.columns)

    @property
    def number(self) -> int | None:
        """Return the place of the column `id` where it is a number."""
        for place, column in enumerate(self.columns):
            if column.name == "id" and column.kind in WHOLE:
                return place
        return None

    def texts(self) -> list[Callable[[Any], str]]:
        return [TEXTS[column.kind] for column in self.columns]


@dataclass
class Sums:
    """What is counted of a table's rows, in whatever order they come."""

    rows: int = 0
    ids: int = 0
    mark: int = field(default=0)  # of each value of each row

    def add(self, texts: Sequence[str | None], number: int | None) -> None:
        """Count a row; `number` is the place of its id."""
        self.rows += 1
        if number is not None:
            self.ids += int(texts[number] or 0)
        joined = "\x1f".join("\x00" if text is None else text for text in texts)
        digest = hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self.mark = (self.mark + int.from_bytes(digest, "big")) % ROUND


def tables_of(cursor: CursorWrapper) -> list[Table]:
    """Return the tables of PostgreSQL that a move copies. Raises KeyError for an unknown type."""
    found: dict[str, list[Column]] = {}
    cursor.execute(COLUMNS)
    for table, name, kind in cursor.fetchall():
        found.setdefault(table, []).append(Column(name, kind))
    return [Table(name, tuple(columns)) for name, columns in found.items() if name not in OWN]


def texts_of(row: Iterable[Any], texts: list[Callable[[Any], str]]) -> list[str | None]:
    return [None if value is None else text(value)
            for value, text in zip(row, texts, strict=True)]
