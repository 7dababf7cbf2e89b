"""Why a person of a file was rejected, or is told of, in the reader's language."""
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..fields.models import Field
from ..fields.values import read
from ..recipients.addresses import normalized
from ..sheets.refusals import SAVE_AS
from ..sheets.refusals import WORDS as OF_FILES
from ..tags.names import names_in
from .models import Import, ImportRow

WORDS = {
    "no_address": gettext_lazy("There is no address."),
    "address": gettext_lazy("This is no address."),
    "repeat": gettext_lazy("Repeats row %(row)s."),
    "several": gettext_lazy("There must be one address here."),
    "long_name": gettext_lazy("The name is longer than %(most)s characters."),
    "long_comment": gettext_lazy("The comment is longer than %(most)s characters."),
    "value": gettext_lazy("This is no value of the field “%(label)s”."),
    "tags": gettext_lazy("No tag can be called so."),
    "too_many_tags": gettext_lazy("There would be more than %(most)s tags."),
    "role": gettext_lazy("An address of a post, not of a person."),
    "near_domain": gettext_lazy("Did they mean %(offered)s?"),
    "suppressed": gettext_lazy("No letters go to this address: it is on your list."),
    "no_advertising": gettext_lazy(
        "No advertising goes to this address: its person has left it. Other letters go."),
    "returning": gettext_lazy("You deleted this recipient before. The import adds it anew."),
    "updated": gettext_lazy("Is in the book already."),
}


def words(row: ImportRow) -> str:
    """Return why a row was rejected, or what is told of it; "" once it is mended and good."""
    if not row.reason:
        return ""
    try:
        exact(row)
    except ValidationError as error:
        return " ".join(error.messages)
    sentence = str(WORDS[row.reason]) if row.reason in WORDS else row.reason
    return sentence % {"label": row.details.get("field", ""), **row.details}


def exact(row: ImportRow) -> None:
    """Do again what refused a value: it says why, in the language of today's reader."""
    value = str(row.details.get("value", ""))
    if row.reason == "address":
        normalized(value)
    elif row.reason == "tags":
        names_in(value)
    elif row.reason == "value":
        of_field(row, value)


def of_field(row: ImportRow, value: str) -> None:
    field = Field.objects.filter(
        owner=row.of_import.owner_id, key=row.details.get("field")).first()
    if field:
        read(field, value)


def refusal_words(of: Import) -> str:
    """Return why the file of an import can not be read; "" when it can."""
    if not of.refusal:
        return ""
    details: dict[str, Any] = of.sample.get("details", {})
    sentence = OF_FILES.get(of.refusal)
    if sentence is None:
        return _(of.refusal)
    return str(sentence) % {"save_as": SAVE_AS, **details}
