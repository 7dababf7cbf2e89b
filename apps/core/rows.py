"""What of a row differs from what the database has."""
from collections.abc import Iterable
from typing import Any

from django.db.models import Field, Model


def changed_columns(row: Model, names: Iterable[str]) -> set[str]:
    """Return those of the columns `names` in which `row` differs from what is stored."""
    changed = set()
    fields: list[Field[Any, Any]] = [row._meta.get_field(name) for name in names]  # type: ignore
    attributes = [field.attname for field in fields]
    stored = row._meta.model._base_manager.filter(pk=row.pk).values(*attributes).get()
    for field in fields:
        now = getattr(row, field.attname)
        if comparable(field, now) != comparable(field, stored[field.attname]):
            changed.add(field.name)
    return changed


def comparable(field: "Field[Any, Any]", value: object) -> object:
    """Return a value as the column has it; browsers send other ends of line than others store."""
    value = field.get_prep_value(value)
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return value
