"""Own fields in SQL: a value of `Recipient.fields` as a text, or as a number."""
import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Field, FloatField, Func, TextField, Value
from django.db.models.functions import Coalesce


class OwnValue(Func):
    """The value of an own field as a text; NULL where it is not known.

    Django's own lookups read a key of digits alone as a place in a list.
    """

    output_field: "Field[Any, Any]" = TextField()
    on_sqlite = "JSON_EXTRACT({0}, {1})"
    on_postgresql = "({0} ->> {1})"

    def __init__(self, key: str) -> None:
        super().__init__(F("fields"), Value(key))

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper,
                  **extra: Any) -> tuple[str, tuple[Any, ...]]:
        column, key = self.get_source_expressions()
        path = Value(f"$.{json.dumps(key.value)}")
        return self.filled(self.on_sqlite, compiler, column, path)

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper,
                      **extra: Any) -> tuple[str, tuple[Any, ...]]:
        return self.filled(self.on_postgresql, compiler, *self.get_source_expressions())

    def filled(self, template: str, compiler: Any, column: Any,
               key: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL of `template` and its parameters, of which each use of the key is one."""
        sql, parameters = compiler.compile(column)
        place, keys = compiler.compile(key)
        return template.format(sql, place), (*parameters, *keys) * template.count("{1}")


class OwnDate(OwnValue):
    """The value of an own field as an ISO date, which is compared character by character."""

    on_postgresql = '(({0} ->> {1}) COLLATE "C")'


class OwnNumber(OwnValue):
    """The value of an own field as a number; NULL where it is not known, or is none."""

    output_field = FloatField()
    on_sqlite = ("CASE WHEN JSON_TYPE({0}, {1}) IN ('integer', 'real') "
                 "THEN JSON_EXTRACT({0}, {1}) END")
    on_postgresql = ("CASE WHEN jsonb_typeof({0} -> {1}) = 'number' "
                     "THEN CAST({0} ->> {1} AS double precision) END")


class Folded(Func):
    """A text in small letters, ё as е: as `apps.core.sqlite.fold_case` makes it."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper,
                  **extra: Any) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = super().as_sql(compiler, connection, function="FOLD_CASE")
        return sql, tuple(parameters)

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper,
                      **extra: Any) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = super().as_sql(
            compiler, connection, template="REPLACE(LOWER(%(expressions)s), 'ё', 'е')")
        return sql, tuple(parameters)


def text_of(key: str) -> Coalesce:
    """Return the text of an own field; "" where it is not known."""
    return Coalesce(OwnValue(key), Value(""), output_field=TextField())


def folded_text_of(key: str) -> Coalesce:
    """Return the text of an own field in small letters, ё as е; "" where it is not known."""
    return Coalesce(Folded(OwnValue(key)), Value(""), output_field=TextField())
