"""PostgreSQL that takes no writes for a while: a standby before it is promoted, or a person's wish.

Such a refusal is an InternalError, as of a broken database. Here it becomes an OperationalError:
pages and workers treat it as they treat a database that is away, and wait.
"""
from collections.abc import Callable
from typing import Any

from django.db import InternalError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

SQLSTATE = "25006"  # read_only_sql_transaction


class ReadOnly(OperationalError):
    """The database answers, but takes no writes now."""


def tell_read_only(execute: Callable[..., Any], sql: str, params: Any, many: bool,
                   context: dict[str, Any]) -> Any:
    """Run a statement; raise ReadOnly where it is a write and the database takes none."""
    try:
        return execute(sql, params, many, context)
    except InternalError as error:
        if getattr(error.__cause__, "pgcode", None) != SQLSTATE:
            raise
        # This connection may stay read-only for ever: Django closes it after the request.
        context["connection"].close_at = 0.0
        raise ReadOnly(str(error)) from error


def know_read_only(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Have a connection raise ReadOnly; a receiver of the signal `connection_created`."""
    if connection.vendor == "postgresql" and tell_read_only not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, tell_read_only)
