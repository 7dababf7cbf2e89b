"""What the letters of a run say: kept with the run and in its ledger, as its moment was.

So all tries of a letter say the same, whatever is edited meanwhile. A run whose letter has none of
the owner's own fields keeps no values.
"""
from dataclasses import asdict
from typing import Any

from django.db import connection

from apps.mailings.fields.sql import name_in_sql
from apps.mailings.fields.values import fields_of
from apps.mailings.messages.ad_mark import as_sent
from apps.mailings.messages.merge_fields import own_in
from apps.mailings.models import Field, Message

JSON_OBJECT = {"sqlite": "JSON_OBJECT", "postgresql": "JSONB_BUILD_OBJECT"}
VALUE = "(r.fields ->> %({name})s)"
# As `in_letter` of `apps.mailings.fields.values` has it.
IN_LETTER = {
    Field.Kind.NUMBER: "REPLACE(CAST({value} AS TEXT), '.', ',')",
    Field.Kind.DATE: "SUBSTR({value}, 9, 2) || '.' || SUBSTR({value}, 6, 2) || '.' "
                     "|| SUBSTR({value}, 1, 4)",
}
Kinds = dict[str, str]


def letter_snapshot(message: Message) -> dict[str, Any]:
    """Return the fields of a new Run that say what its letters are."""
    return {**asdict(as_sent(message)),
            "attachments": [one.snapshot for one in message.attachments.all()],
            "fields": kinds_in(message)}


def kinds_in(message: Message) -> Kinds | None:
    """Return the kinds of those of the owner's own fields that a message has, by their keys.

    None where it has none.
    """
    kinds = {field.key: field.kind for field in fields_of(message.owner_id)}
    used = own_in(message, kinds)
    return {key: kinds[key] for key in sorted(used)} or None


def values_in_sql(kinds: Kinds | None) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a ledger row's `values` for recipient `r`, and its parameters."""
    if not kinds:
        return "NULL", {}
    pairs = []
    parameters = {}
    for number, (key, kind) in enumerate(kinds.items()):
        parameters[f"key{number}"] = key
        parameters[f"name{number}"] = name_in_sql(key)
        value = VALUE.format(name=f"name{number}")
        said = IN_LETTER.get(Field.Kind(kind), "{value}").format(value=value)
        pairs.append(f"CAST(%(key{number})s AS TEXT), {said}")
    return f"{JSON_OBJECT[connection.vendor]}({', '.join(pairs)})", parameters
