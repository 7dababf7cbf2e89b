"""Recipients of a queryset as a table that a hand-written statement reads from."""
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from ..models import Recipient

PLACE = re.compile("%[%s]")  # of a parameter; a doubled sign is one of the text
NOBODY = Recipient.objects.filter(pk=0)


@dataclass(frozen=True)
class Table:
    """What stands behind FROM, with the values of its named parameters."""

    sql: str
    values: dict[str, Any]


def table_of(rows: QuerySet[Recipient], *columns: str) -> Table:
    """Return these columns of `rows` as the table `r`. Its parameters are called whom0, whom1 …"""
    try:
        statement, parameters = rows.values(*columns).query.sql_with_params()
    except EmptyResultSet:
        statement, parameters = NOBODY.values(*columns).query.sql_with_params()
    values = {f"whom{number}": value for number, value in enumerate(parameters)}
    names = iter(values)

    def named(place: re.Match[str]) -> str:
        return f"%({next(names)})s" if place[0] == "%s" else place[0]

    return Table(f"({PLACE.sub(named, statement)}) AS r", values)
