"""The columns that a file of recipients may have, and what stands in them.

Those that an import takes are called as it guesses them, so that a file comes back as it was.
"""
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import TextChoices, prefetch_related_objects
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.addresses import shown
from apps.users.models import User

from ..fields.models import Field
from ..fields.values import fields_of, plain
from ..models import Delivery, Recipient
from ..suppression.marks import add_suppressions
from ..tags.marks import add_tags


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    text: Callable[[Recipient], str]
    chosen: bool = True  # unless somebody says otherwise
    needs: str = ""  # what of other tables it tells


def columns_of(owner: User) -> list[Column]:
    """Return all columns for an owner's recipients, in the order in which a file has them.

    Their words are in the language that is spoken now.
    """
    yes, no = _("yes"), _("no")
    return [
        Column("email", _("E-mail"), lambda person: shown(person.email)),
        Column("full_name", _("Full name"), lambda person: person.full_name),
        Column("comment", _("Comment"), lambda person: person.comment),
        Column("tags", _("Tags"), tags_of, needs="tags"),
        *map(column_of, fields_of(owner)),
        Column("added", pgettext("recipient", "Added"), added_on, chosen=False),
        Column("source", _("Source"), labels_of("source", Recipient.Source), chosen=False),
        Column("ground", _("Ground"), ground_of, chosen=False, needs="ground"),
        Column("last_letter", _("Last letter"), last_letter_of, chosen=False),
        Column("last_fate", _("What became of it"), labels_of("last_fate", Delivery.State),
               chosen=False),
        Column("suppressed", pgettext("column", "Not written to"),
               lambda person: suppressed_words(person, yes, no),
               chosen=False, needs="suppression"),
    ]


def suppressed_words(person: Recipient, yes: str, no: str) -> str:
    suppression = getattr(person, "suppression", None)
    if suppression is None:
        return no
    return yes if suppression.is_all else _("advertising")


def column_of(field: Field) -> Column:
    return Column(f"field:{field.key}", field.label,
                  lambda person: plain(field, person.fields.get(field.key)))


def labels_of(name: str, choices: type[TextChoices]) -> Callable[[Recipient], str]:
    """Return what tells the label of a column of choices; they are translated once, not a row."""
    labels = {value: str(label) for value, label in choices.choices}
    return lambda person: labels.get(getattr(person, name), "")


def tags_of(person: Recipient) -> str:
    return ", ".join([tag.name for tag in getattr(person, "tag_list", [])])


def added_on(person: Recipient) -> str:
    return f"{localtime(person.created_at):%Y-%m-%d}"


def ground_of(person: Recipient) -> str:
    return person.ground.text if person.ground else ""


def last_letter_of(person: Recipient) -> str:
    if person.last_letter_at is None:
        return ""
    return f"{localtime(person.last_letter_at):%Y-%m-%d %H:%M}"


def table_of(people: list[Recipient], columns: list[Column], owner: User) -> list[list[str]]:
    """Return a row of texts for each of an owner's recipients."""
    needs = {column.needs for column in columns}
    if "tags" in needs:
        add_tags(people, owner)
    if "ground" in needs:
        prefetch_related_objects(people, "ground")
    if "suppression" in needs:
        add_suppressions(people, owner)
    return [[column.text(person) for column in columns] for person in people]
