"""Own fields in SQL: a value of `Recipient.fields` as a text, or as a number."""
import json
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, FloatField, Func, Q, TextField, Value
from django.db.models.functions import Coalesce, Lower, Replace, StrIndex
from django.db.models.lookups import Exact, GreaterThan


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
    """The value of an own field as it is compared with ISO dates: character by character.

    Whether it is a date, `IsDate` tells: a key may have an older value of another kind.
    """

    on_postgresql = '(({0} ->> {1}) COLLATE "C")'


class IsDate(OwnValue):
    """Whether the value of an own field is an ISO date."""

    output_field = BooleanField()
    on_sqlite = "COALESCE(JSON_EXTRACT({0}, {1}) GLOB '????-??-??', 0)"
    on_postgresql = "COALESCE({0} ->> {1} LIKE '____-__-__', FALSE)"


class OwnNumber(OwnValue):
    """The value of an own field as a number; NULL where it is not known, or is none."""

    output_field = FloatField()
    on_sqlite = ("CASE WHEN JSON_TYPE({0}, {1}) IN ('integer', 'real') "
                 "THEN JSON_EXTRACT({0}, {1}) END")
    on_postgresql = ("CASE WHEN jsonb_typeof({0} -> {1}) = 'number' "
                     "THEN CAST({0} ->> {1} AS double precision) END")


def text_of(key: str) -> Coalesce:
    """Return the text of an own field; "" where it is not known."""
    return Coalesce(OwnValue(key), Value(""), output_field=TextField())


def fold(text: str) -> str:
    """Return a text as texts are compared: in small letters, ё as е."""
    return text.lower().replace("ё", "е")


def has_text(key: str, text: str, *, as_part: bool = False) -> Q:
    """Return the condition that an own field is `text`, or has it as a part, whatever its case."""
    stored = text_of(key)
    if connection.vendor == "sqlite":
        pattern = "".join(map(any_case, fold(text)))  # its LOWER knows ASCII alone
        wanted = Value(f"*{pattern}*" if as_part else pattern)
        return Q(Func(wanted, stored, function="GLOB", output_field=BooleanField()))
    folded = Replace(Lower(stored), Value("ё"), Value("е"), output_field=TextField())
    if as_part:
        return Q(GreaterThan(StrIndex(folded, Value(fold(text))), 0))
    return Q(Exact(folded, fold(text)))


def any_case(letter: str) -> str:
    """Return the pattern of GLOB that fits a letter in any case."""
    forms = {letter, letter.upper()}
    if letter == "е":
        forms |= {"ё", "Ё"}
    found = "".join(sorted(form for form in forms if len(form) == 1))
    if len(found) == 1 and found not in "*?[":
        return found
    return f"[{found}]"
