"""The values of an owner's own fields: read as people type them, stored, and shown.

A text is stored as a string, a number as a number, a date as a string by ISO 8601, a choice as one
of the field's texts. What `plain` writes, `read` reads back as the same value.
"""
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.core.words import folded
from apps.users.models import User

from ..models import Message
from ..owned_form import one_line
from .models import LONGEST_TEXT, Field

Value = str | int | float
Kind = Field.Kind
DIGITS = 15  # that a number keeps exactly, however it is stored
DECIMALS = 4
BLANKS = re.compile(r"[\s']")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
GROUPED = re.compile(r"-?[0-9]{1,3}(?P<mark>[.,])[0-9]{3}((?P=mark)[0-9]{3})*")
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
DATE = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4}|[0-9]{2})")
HOUR = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$")
OLD_YEARS = 50  # of two figures, from which on they are of the last century


def fields_of(owner: User | int) -> list[Field]:
    """Return an owner's fields, or those of the owner with that id, oldest first."""
    return list(Field.objects.filter(owner=owner))


def read(field: Field, text: str) -> Value | None:
    """Return the value that `text` is in `field`; None of a blank one: it is not known.

    Raises ValidationError with a sentence for who typed it.
    """
    text = text.strip()
    if not text:
        return None
    return READERS[field.kind](field, text)


def read_text(field: Field, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValidationError(_("The text is longer than %(n)s characters.") % {"n": LONGEST_TEXT})
    return one_line(text)


def read_number(field: Field, text: str) -> int | float:
    """Return a number that was written with a comma or a point, maybe in groups of three."""
    figures = without_groups(BLANKS.sub("", text).replace("−", "-"))
    if not NUMBER.fullmatch(figures):
        raise ValidationError(_("This is no number. It looks like 1500 or 12.5."))
    number = Decimal(figures)
    whole, _point, decimals = f"{number:f}".lstrip("-").partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) > DECIMALS or len(whole) + len(decimals) > DIGITS:
        raise ValidationError(
            _("A number has at most %(digits)s digits, %(decimals)s of them after the point.") % {
                "digits": DIGITS, "decimals": DECIMALS})
    return float(number) if decimals else int(number)


def without_groups(figures: str) -> str:
    """Return `figures` with a point before the decimals, and without the marks of thousands.

    One mark alone is that of the decimals: `1,234` is a little more than one.
    """
    marks = [sign for sign in figures if sign in ".,"]
    if len(marks) > 1:
        decimal = marks[-1] if marks[-1] != marks[0] else ""
        whole, decimals = figures, ""
        if decimal:
            whole, _mark, decimals = figures.rpartition(decimal)
        if not GROUPED.fullmatch(whole):
            return ""
        figures = re.sub("[.,]", "", whole)
        if decimal:
            figures = f"{figures}.{decimals}"
    return figures.replace(",", ".")


def read_date(field: Field, text: str) -> str:
    """Return a date in ISO 8601. An hour after it, as programs add, is left out."""
    day = HOUR.sub("", text)
    if match := ISO_DATE.fullmatch(day):
        year, month, number = match.groups()
    elif match := DATE.fullmatch(day):
        number, month, year = match.groups()
    else:
        raise not_a_date()
    if len(year) == 2:
        year = f"{'20' if int(year) < OLD_YEARS else '19'}{year}"
    try:
        return date(int(year), int(month), int(number)).isoformat()
    except ValueError:
        raise not_a_date() from None


def not_a_date() -> ValidationError:
    return ValidationError(_("This is no date. It looks like 28.11.2026 or 2026-11-28."))


def read_choice(field: Field, text: str) -> str:
    """Return the choice that `text` is, however its letters are written.

    One that is no choice any more is taken too: what is stored can be read back.
    """
    wanted = folded(text)
    for choice in [*field.choices, *field.former]:
        if folded(choice) == wanted:
            return str(choice)
    raise ValidationError(_("This is none of: %(choices)s.") % {
        "choices": ", ".join(field.choices)})


READERS = {Kind.TEXT: read_text, Kind.NUMBER: read_number, Kind.DATE: read_date,
           Kind.CHOICE: read_choice}


def shown(field: Field, value: Value | None) -> str:
    """Return a stored value as pages show it, in the reader's language; "" of None."""
    if value is None:
        return ""
    if field.kind == Kind.NUMBER and isinstance(value, int | float):
        return number_format(Decimal(plain(field, value)), use_l10n=True)
    if field.kind == Kind.DATE:
        return day_shown(str(value))
    return str(value)


def day_shown(text: str) -> str:
    try:
        return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
    except ValueError:
        return text


def plain(field: Field, value: Value | None) -> str:
    """Return a stored value as files have it: numbers with a point, dates by ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return str(value)


def in_letter(field: Field, value: Value | None) -> str:
    """Return a stored value as a letter says it, whatever language its reader has.

    The ledger's rows say the same, in SQL: see `apps.delivery.letter_values`.
    """
    if value is None:
        return ""
    if field.kind == Kind.NUMBER:
        return plain(field, value).replace(".", ",")
    if field.kind == Kind.DATE and ISO_DATE.fullmatch(str(value)):
        year, month, day = str(value).split("-")
        return f"{day}.{month}.{year}"
    return str(value)


def letter_values(fields: Iterable[Field], values: dict[str, Value]) -> dict[str, str]:
    """Return what a letter says of a recipient who has these `values`, by the fields' keys."""
    return {field.key: in_letter(field, values.get(field.key)) for field in fields}


def labels_of(owner: User | int) -> dict[str, str]:
    """Return the labels of an owner's fields by their keys, as `messages.merge_fields` wants."""
    return {field.key: field.label for field in fields_of(owner)}


def add_labels(messages: Iterable[Message]) -> None:
    """Give each of `messages` the labels of its owner's fields, `own_fields`."""
    found: dict[int, dict[str, str]] = {}
    for field in Field.objects.filter(owner__in={message.owner_id for message in messages}):
        found.setdefault(field.owner_id, {})[field.key] = field.label
    for message in messages:
        message.own_fields = found.get(message.owner_id, {})
