"""Own fields in a form of a recipient."""
from collections.abc import Iterable
from typing import Any

from django import forms

from .models import Field
from .values import Value, plain, read, shown

Kind = Field.Kind


class ValueField(forms.Field):
    """The input of one field, with its stored value: what is sent as it was stays as it was.

    So a choice that is none any more is kept, until the person chooses another.
    """

    def __init__(self, own: Field, stored: Value | None) -> None:
        self.own = own
        self.stored = stored
        super().__init__(required=False, label=own.label, initial=typed(own, stored),
                         widget=widget_of(own, stored))

    def clean(self, value: Any) -> Value | None:
        text = str(value or "")
        if text == self.initial:
            return self.stored
        return read(self.own, text)


def name_of(field: Field) -> str:
    """Return what the input of `field` is called."""
    return f"field_{field.pk}"


def typed(field: Field, value: Value | None) -> str:
    """Return a value as its input has it."""
    return shown(field, value) if field.kind == Kind.NUMBER else plain(field, value)


def widget_of(field: Field, stored: Value | None) -> forms.Widget:
    if field.kind == Kind.CHOICE:
        choices = list(field.choices)
        if stored is not None and stored not in choices:
            choices.append(str(stored))
        return forms.Select(choices=[("", "—"), *((choice, choice) for choice in choices)])
    if field.kind == Kind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    if field.kind == Kind.NUMBER:
        widget.attrs["inputmode"] = "decimal"
    return widget


def values_in(form: forms.BaseForm, fields: Iterable[Field],
              stored: dict[str, Value]) -> dict[str, Value]:
    """Return `stored` values with those that the form was sent in their place.

    An input that was not there when it was filled in changes nothing.
    """
    values = dict(stored)
    for field in fields:
        name = name_of(field)
        if name not in form.data or name in form.errors:
            continue
        value = form.cleaned_data.get(name)
        values.pop(field.key, None)
        if value is not None:
            values[field.key] = value
    return values
