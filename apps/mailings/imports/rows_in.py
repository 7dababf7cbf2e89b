"""Rows as one parameter: what statements that write some thousands of them at once read from."""
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

ENCODE = json.JSONEncoder(ensure_ascii=False).encode
FROM = {"sqlite": "json_each(%s) AS rows", "postgresql": "jsonb_array_elements(%s::jsonb) AS rows"}
CELL = {"sqlite": "json_extract(rows.value, '$[{n}]')",
        "postgresql": "(rows.value->>{n})::{type}"}


def rows_from() -> str:
    """Return the FROM of a statement; its parameter is what `rows_json` makes."""
    return FROM[connection.vendor]


def cell(n: int, kind: str) -> str:
    """Return the expression for column `n` of a row, of a PostgreSQL type."""
    return CELL[connection.vendor].format(n=n, type=kind)


def rows_json(rows: Sequence[Sequence[Any]]) -> str:
    return ENCODE(rows)


def value_json(value: Any) -> str:
    """Return a value of a column of JSON, as a text within a row; its keys as Django writes them.
    """
    return json.dumps(value)
