"""For whom something of a letter is not known, so that a fallback stands there, or nothing.

The database tells whose name or own field is empty, of a book of any size. Whether a name's parts
can be told only Python knows: then recipients are read one by one, by the same rules as letters
are filled, and no more than MOST at once.
"""
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from ...fields.models import Field
from ...fields.sql import name_in_sql
from ...fields.values import letter_values
from ...models import Message, Recipient
from ..html.places import html_fields
from ..merge_fields import NAME_PARTS, split, values_of
from ..merge_fields import Field as MergeField

MOST = 10_000  # recipients that are looked at for one answer
COLUMNS = ("pk", "email", "full_name", "fields")
VALUE = f"{Recipient._meta.db_table}.fields ->> %s"


def used_fields(message: Message, own: list[Field]) -> list[MergeField]:
    """Return the merge fields of a message's letters, each once, as they were first typed."""
    keys = [one.key for one in own]
    found: dict[str, MergeField] = {}
    for part in [*split(message.subject, keys), *split(message.body, keys)]:
        if not isinstance(part, str):
            found.setdefault(part.name, part)
    for placed in html_fields(message.html, keys):
        found.setdefault(placed.field.name, placed.field)
    return list(found.values())


@dataclass
class Missing:
    """For how many recipients which field is empty, among so many that were looked at."""

    people: int = 0
    looked_at: int = 0
    is_all: bool = True
    fields: Counter[str] = field(default_factory=Counter)


class Lacking:
    """Those for whom one of `names`, the fields of a letter, is empty."""

    def __init__(self, names: list[str], own: list[Field]) -> None:
        self.names = names
        self.own = [one for one in own if one.key in names]
        self.in_parts = not NAME_PARTS.isdisjoint(names)

    def first(self, rows: QuerySet[Recipient]) -> list[int]:
        """Return the id of the first such among `rows`, which are in order; [] of none."""
        if not self.in_parts:
            lacking = rows.filter(self.any_of(self.conditions()))
            return list(lacking.values_list("pk", flat=True)[:1])
        for pk, _empty in self.walk(rows):
            return [pk]
        return []

    def counted(self, rows: QuerySet[Recipient]) -> Missing:
        """Count those among `rows`, which are in order; at times among the first MOST."""
        if not self.in_parts:
            return self.counted_in_sql(rows.order_by())
        missing = Missing()
        for _pk, empty in self.walk(rows):
            missing.people += 1
            missing.fields.update(empty)
        number = rows.values("pk")[:MOST + 1].count()
        missing.looked_at = min(number, MOST)
        missing.is_all = number <= MOST
        return missing

    def counted_in_sql(self, rows: QuerySet[Recipient]) -> Missing:
        conditions = self.conditions()
        counts = {f"of_{number}": Count("pk", filter=condition)
                  for number, condition in enumerate(conditions.values())}
        found = rows.aggregate(
            looked_at=Count("pk"), people=Count("pk", filter=self.any_of(conditions)), **counts)
        missing = Missing(found["people"], found["looked_at"])
        missing.fields = Counter(
            {name: found[f"of_{number}"] for number, name in enumerate(conditions)})
        return missing

    def conditions(self) -> dict[str, Q]:
        """Return, by its name, when each field that may be empty is; an address never is."""
        found = {one.key: Q(is_empty(one.key)) for one in self.own}
        if "full_name" in self.names:
            found["full_name"] = Q(full_name="")
        return found

    def any_of(self, conditions: dict[str, Q]) -> Q:
        either = Q(pk__in=[])
        for condition in conditions.values():
            either |= condition
        return either

    def walk(self, rows: QuerySet[Recipient]) -> Iterator[tuple[int, list[str]]]:
        """Yield the id of each such, and which fields are empty."""
        if not self.names:
            return
        read: QuerySet[Recipient, Any] = rows.values_list(*COLUMNS)[:MOST]
        for pk, email, full_name, fields in read.iterator(chunk_size=500):
            values = values_of(email, full_name, self.in_parts) | letter_values(self.own, fields)
            if empty := [name for name in self.names if not values.get(name)]:
                yield pk, empty


def is_empty(key: str) -> Exact:
    """Return the condition that a recipient has no value of the own field with this key."""
    value = RawSQL(VALUE, [name_in_sql(key)], TextField())  # nosec B611 of constants
    nothing = Value("", TextField())
    return Exact(Coalesce(value, nothing), nothing)
