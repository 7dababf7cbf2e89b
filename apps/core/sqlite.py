"""SQLite compares case only in ASCII: «иванов» would not find «Иванов»."""
import re
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

PIECE = re.compile(r"\\?.", re.DOTALL)  # a character, or an escaped one
WILDCARDS = {"%": ".*", "_": "."}


@lru_cache(maxsize=256)
def like_pattern(pattern: str) -> re.Pattern[str]:
    """Compile an SQL LIKE pattern into a case-insensitive regular expression."""
    pieces = PIECE.findall(pattern)
    regex = "".join(WILDCARDS.get(piece) or re.escape(piece[-1]) for piece in pieces)
    return re.compile(regex, re.IGNORECASE | re.DOTALL)


def like(pattern: Any, value: Any, escape: str) -> bool | None:
    r"""Return SQL's `value LIKE pattern ESCAPE '\'`, for any script.

    Values may be of any type that SQLite has. Django escapes with a backslash alone.
    """
    if pattern is None or value is None:
        return None
    return like_pattern(str(pattern)).fullmatch(str(value)) is not None


def fold_case(text: Any) -> str | None:
    """Return a text in small letters, ё as е; the SQL function FOLD_CASE."""
    if text is None:
        return None
    return str(text).lower().replace("ё", "е")


def teach_unicode(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Replace LIKE on SQLite connections, and add FOLD_CASE.

    A receiver of the signal `connection_created`.
    """
    if connection.vendor == "sqlite":
        connection.connection.create_function("like", 3, like, deterministic=True)
        connection.connection.create_function("fold_case", 1, fold_case, deterministic=True)
