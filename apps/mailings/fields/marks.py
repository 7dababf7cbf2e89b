"""What pages show of recipients' own fields: to their owner alone."""
from collections.abc import Iterable
from typing import cast

from apps.users.models import User

from ..models import Recipient
from .models import Field
from .values import Value, columns_of, fields_of, shown


def add_cells(recipients: Iterable[Recipient], user: object) -> list[Field]:
    """Give each of `recipients` its `cells`: the label and the text of each column.

    Returns the fields that the columns are of.
    """
    columns = columns_of(cast(User, user))
    for recipient in recipients:
        values = values_for(recipient, user)
        recipient.cells = [  # type: ignore[attr-defined]
            (field.label, shown(field, values.get(field.key))) for field in columns]
    return columns


def add_facts(recipient: Recipient, user: object) -> None:
    """Give a recipient the labels and texts of all that is known of them, `facts`."""
    values = values_for(recipient, user)
    texts = [(field.label, shown(field, values.get(field.key)))
             for field in fields_of(cast(User, user))]
    recipient.facts = [  # type: ignore[attr-defined]
        (label, text) for label, text in texts if text]


def values_for(recipient: Recipient, user: object) -> dict[str, Value]:
    """Return what `user` may see of a recipient's own fields, by the keys."""
    return recipient.fields if recipient.owner == user else {}
