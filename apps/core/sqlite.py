"""SQLite compares case only in ASCII: «иванов» would not find «Иванов»."""
import re
from functools import lru_cache


@lru_cache(maxsize=256)
def like_pattern(pattern, escape):
    """Compile an SQL LIKE pattern into a case-insensitive regular expression."""
    parts, chars = [], iter(pattern)
    for char in chars:
        if escape and char == escape:
            parts.append(re.escape(next(chars, "")))
        else:
            parts.append({"%": ".*", "_": "."}.get(char) or re.escape(char))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def like(pattern, value, escape=None):
    """SQL's `value LIKE pattern ESCAPE escape`, for any script."""
    if pattern is None or value is None:
        return None
    return like_pattern(str(pattern), escape).fullmatch(str(value)) is not None


def teach_unicode(connection, **kwargs):
    """Signal receiver of `connection_created`: replace LIKE on SQLite connections."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("like", 2, like, deterministic=True)
        connection.connection.create_function("like", 3, like, deterministic=True)
