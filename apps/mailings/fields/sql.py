"""Own fields in SQL: how a value is named, and how one is written to many recipients at once.

Write `Recipient.fields` only by Django, as `json.dumps` does, or by `fields_with`. SQLite before
3.45 compares the octets of a JSON key: one that JSON_SET wrote in Cyrillic letters is not found by
a path that has them escaped, as Django's do.
"""
import json

from django.db import connection
from django.db.models.expressions import RawSQL

from .values import Value

WITH = {"sqlite": "JSON_PATCH(fields, %s)", "postgresql": "fields || %s::jsonb"}
WITHOUT = "fields - %s"  # JSON_PATCH with null does the same


def name_in_sql(key: str) -> str:
    """Return what stands after `fields ->>` for the value by `key`, as a parameter."""
    if connection.vendor == "sqlite":
        return f"$.{json.dumps(key)}"
    return key


def fields_with(key: str, value: Value | None) -> RawSQL:
    """Return, for an update of recipients, their `fields` with this value; None takes it away."""
    if value is None and connection.vendor == "postgresql":
        return RawSQL(WITHOUT, [key])  # nosec B611 of constants
    return RawSQL(WITH[connection.vendor], [json.dumps({key: value})])  # nosec B611 the same
