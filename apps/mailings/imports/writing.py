"""Write people of an import into the book: a statement for each table, for some thousands."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db import connection

from apps.core.addresses import shown

from ..models import ImportChange, Recipient, Tagging
from ..search import search_text_of, sort_name_of
from .book import Known
from .columns import FIELD
from .rows_in import cell, rows_from, rows_json, value_json

# What an import says of a new recipient; the other columns have their defaults.
NEW = {"email": "varchar", "full_name": "varchar", "comment": "text", "fields": "jsonb",
       "search_text": "text", "sort_name": "varchar"}
NewRow = list[str]
CHANGED = {"full_name": "varchar", "comment": "text", "fields": "jsonb", "ground_id": "bigint",
           "search_text": "text", "sort_name": "varchar"}


@dataclass(slots=True)
class Written:
    """A recipient as the import writes it."""

    email: str
    full_name: str = ""
    comment: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    ground: int | None = None
    pk: int = 0

    @property
    def title(self) -> str:
        return self.full_name or shown(self.email)

    def set(self, target: str, value: Any) -> None:
        """Write the value of a column or of a field; None takes a field's value away."""
        if not target.startswith(FIELD):
            setattr(self, target, value)
        elif value is None:
            self.fields.pop(target.removeprefix(FIELD), None)
        else:
            self.fields[target.removeprefix(FIELD)] = value

    def found_by(self) -> tuple[str, str]:
        row = cast(Recipient, self)  # all that is asked of one
        return search_text_of(row), sort_name_of(row)


def written_of(known: Known) -> Written:
    return Written(known.email, known.full_name, known.comment, dict(known.fields), known.ground,
                   known.pk)


def new_row(email: str, values: Mapping[str, Any]) -> NewRow:
    """Return a new recipient as `add_recipients` takes them: made before anything is locked."""
    row = Written(email)
    for target, value in values.items():
        row.set(target, value)
    return [email, row.full_name, row.comment, value_json(row.fields), *row.found_by()]


def add_recipients(rows: Sequence[NewRow], *, owner: int, of: int, ground: int | None,
                   now: datetime) -> dict[str, int]:
    """Insert recipients. Returns their ids by their addresses in small letters.

    Whoever came into the book meanwhile is not among them.
    """
    if not rows:
        return {}
    data = sorted(rows, key=lambda row: row[0].lower())  # two that add at once wait one way
    given = {"owner_id": owner, "created_at": now, "updated_at": now, "ground_id": ground,
             "source": Recipient.Source.IMPORT.value, "added_by_id": of}
    columns = []
    values = []
    parameters: list[Any] = []
    for column in Recipient._meta.concrete_fields:
        if column.primary_key:
            continue
        name = str(column.column)
        columns.append(connection.ops.quote_name(name))
        if name in NEW:
            values.append(cell(list(NEW).index(name), NEW[name]))
        else:
            values.append("%s")
            value = given.get(name, column.get_default())
            parameters.append(column.get_db_prep_save(value, connection))
    statement = (
        f"INSERT INTO mailings_recipient ({', '.join(columns)}) "  # nosec B608
        f"SELECT {', '.join(values)} FROM {rows_from()} WHERE TRUE "
        "ON CONFLICT DO NOTHING RETURNING id, email")
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, rows_json(data)])
        return {email.lower(): pk for pk, email in cursor.fetchall()}


def change_recipients(rows: Sequence[Written], *, now: datetime) -> None:
    """Update recipients that are in the book, and what they are found by."""
    if not rows:
        return
    data = [[row.pk, row.full_name, row.comment, value_json(row.fields), row.ground,
             *row.found_by()] for row in rows]
    changes = [f"{column} = {cell(n, kind)}" for n, (column, kind) in enumerate(CHANGED.items(), 1)]
    moment = Recipient._meta.get_field("updated_at").get_db_prep_save(now, connection)
    statement = (
        f"UPDATE mailings_recipient SET updated_at = %s, {', '.join(changes)} "  # nosec B608
        f"FROM {rows_from()} WHERE mailings_recipient.id = {cell(0, 'bigint')}")
    with connection.cursor() as cursor:
        cursor.execute(statement, [moment, rows_json(data)])


def add_taggings(pairs: Sequence[tuple[int, int]]) -> None:
    """Give tags to recipients: pairs of a tag's and a recipient's id."""
    insert(Tagging._meta.db_table, {"tag_id": "bigint", "recipient_id": "bigint"}, pairs)


def add_changes(changes: Sequence[ImportChange]) -> None:
    columns = {"of_import_id": "bigint", "recipient_id": "bigint", "added": "boolean",
               "before": "jsonb", "after": "jsonb"}
    insert(ImportChange._meta.db_table, columns, [
        [change.of_import_id, change.recipient_id, change.added, value_json(change.before),
         value_json(change.after)] for change in changes])


def insert(table: str, columns: dict[str, str], rows: Sequence[Sequence[Any]]) -> None:
    if not rows:
        return
    values = ", ".join(cell(n, kind) for n, kind in enumerate(columns.values()))
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    statement = (f"INSERT INTO {table} ({names}) SELECT {values} "  # nosec B608
                 f"FROM {rows_from()} WHERE TRUE ON CONFLICT DO NOTHING")
    with connection.cursor() as cursor:
        cursor.execute(statement, [rows_json(rows)])
