"""The columns that a file of recipients may have, and what stands in them.

Those that an import takes are called as it guesses them, so that a file comes back as it was.
"""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.addresses import shown
from apps.users.models import User

from ..fields.models import Field
from ..fields.values import fields_of, plain
from ..models import Recipient, Tag
from ..suppression.marks import add_suppressions


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    text: Callable[[Recipient], str]
    chosen: bool = True  # unless somebody says otherwise
    joins: str = ""  # what of other tables it needs


def columns_of(owner: User) -> list[Column]:
    """Return all columns for an owner's recipients, in the order in which a file has them."""
    return [
        Column("email", _("E-mail"), email_of),
        Column("full_name", _("Full name"), lambda person: person.full_name),
        Column("comment", _("Comment"), lambda person: person.comment),
        Column("tags", _("Tags"), tags_of, joins="tags"),
        *map(column_of, fields_of(owner)),
        Column("added", pgettext("recipient", "Added"), added_on, chosen=False),
        Column("source", _("Source"), source_of, chosen=False),
        Column("ground", _("Ground"), ground_of, chosen=False, joins="ground"),
        Column("last_letter", _("Last letter"), last_letter_of, chosen=False),
        Column("last_fate", _("What became of it"), last_fate_of, chosen=False),
        Column("suppressed", pgettext("column", "Not written to"), suppressed, chosen=False,
               joins="suppression"),
    ]


def column_of(field: Field) -> Column:
    return Column(f"field:{field.key}", field.label,
                  lambda person: plain(field, person.fields.get(field.key)))


def email_of(person: Recipient) -> str:
    return shown(person.email)


def tags_of(person: Recipient) -> str:
    return ", ".join([tag.name for tag in person.tags.all()])


def added_on(person: Recipient) -> str:
    return f"{localtime(person.created_at):%Y-%m-%d}"


def source_of(person: Recipient) -> str:
    return str(person.get_source_display())


def ground_of(person: Recipient) -> str:
    return person.ground.text if person.ground else ""


def last_letter_of(person: Recipient) -> str:
    return minute(person.last_letter_at)


def last_fate_of(person: Recipient) -> str:
    return str(person.get_last_fate_display())


def minute(moment: datetime | None) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def suppressed(person: Recipient) -> str:
    return _("yes") if getattr(person, "suppression", None) else _("no")


def joined(rows: QuerySet[Recipient], columns: list[Column]) -> QuerySet[Recipient]:
    """Return `rows` with what the columns need of tags and grounds."""
    joins = {column.joins for column in columns}
    if "tags" in joins:
        rows = rows.prefetch_related(Prefetch("tags", Tag.objects.order_by("key", "pk")))
    if "ground" in joins:
        rows = rows.prefetch_related("ground")
    return rows


def table_of(people: list[Recipient], columns: list[Column], owner: User) -> list[list[str]]:
    """Return a row of texts for each of an owner's recipients."""
    if any(column.joins == "suppression" for column in columns):
        add_suppressions(people, owner)
    return [[column.text(person) for column in columns] for person in people]
