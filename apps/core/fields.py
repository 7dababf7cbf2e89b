"""Columns that follow other columns of their row, however it is saved."""
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import lookups


class Derived(models.Field):
    """A column whose value `derive` makes from the row, at each save and bulk insert."""

    def __init__(self, *args: Any, derive: Callable[[Any], str] | None = None,
                 **kwargs: Any) -> None:
        self.derive = derive
        super().__init__(*args, **{"editable": False, "default": "", **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if self.derive:  # not in migrations
            setattr(model_instance, self.attname, self.derive(model_instance))
        return super().pre_save(model_instance, add)


class DerivedText(Derived, models.TextField):
    """A text of any length."""


@DerivedText.register_lookup
class Contains(lookups.Contains):
    """Look for a text as it is: SQLite's LIKE, which `sqlite.py` replaces, takes far longer."""

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"INSTR({column}, %s) > 0", [*parameters, self.rhs]


class SortKey(Derived, models.CharField):
    """A key that both databases compare character by character, whatever their language is."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class EncryptedText(models.TextField):
    """What `core.secrets.encrypted` made, "" for nothing; `rotate_keys` encrypts it anew."""
