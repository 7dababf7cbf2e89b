"""How SQL names a field's value inside of `Recipient.fields`.

Write these only by Django, or as `json.dumps` writes them: SQLite compares the octets of a key, so
one that is written with its Cyrillic letters as they are is not found by one that is escaped.
"""
import json

from django.db import connection


def name_in_sql(key: str) -> str:
    """Return what stands after `fields ->>` for the value by `key`, as a parameter."""
    if connection.vendor == "sqlite":
        return f"$.{json.dumps(key)}"
    return key
