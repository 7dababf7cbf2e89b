"""The form of a sender's limits by provider: three numbers for each family."""
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.mailings.providers.families import BY_KEY, FAMILIES, Pace

from ..waits import shown
from .services import LIMITS

LABELS = {
    "per_minute": gettext_lazy("Letters a minute"),
    "per_connection": gettext_lazy("Letters a connection"),
    "connections": gettext_lazy("Connections at once"),
}
MOST = {"per_minute": 1_000_000, "per_connection": 1_000_000, "connections": 1000}
CAREFUL = "careful"  # presets
NO_LIMITS = "none"


class LimitsForm(forms.Form):
    """The limits of all families; a field is called `per_minute-gmail`. Empty: no limit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for family in FAMILIES:
            for limit in LIMITS:
                self.fields[f"{limit}-{family.key}"] = number_field(limit)

    def of(self, key: str) -> list[BoundField]:
        """Return the three fields of a family."""
        return [self[f"{limit}-{key}"] for limit in LIMITS]

    def has_any(self, key: str) -> bool:
        """Whether something stands in a family's fields."""
        return any(field.value() or field.errors for field in self.of(key))

    @property
    def paces(self) -> dict[str, Pace]:
        """What was typed, by the keys of families, once the form is valid."""
        return {key: Pace(*(self.cleaned_data[f"{limit}-{key}"] for limit in LIMITS))
                for key in BY_KEY}


def number_field(limit: str) -> forms.IntegerField:
    most = MOST[limit]
    wrong = _("From 1 to %(most)s, or nothing.") % {"most": shown(most)}
    return forms.IntegerField(
        label=LABELS[limit], required=False, min_value=1, max_value=most, error_messages={
            "invalid": wrong, "min_value": wrong, "max_value": wrong})


def values_of(paces: dict[str, Pace]) -> dict[str, int | None]:
    """Return limits by the names of the form's fields."""
    return {f"{limit}-{key}": getattr(pace, limit)
            for key, pace in paces.items() for limit in LIMITS}


def preset_of(name: str) -> dict[str, Pace] | None:
    """Return the limits that a preset proposes; None where there is no such preset."""
    if name == CAREFUL:
        return {family.key: family.pace for family in FAMILIES}
    if name == NO_LIMITS:
        return {family.key: Pace() for family in FAMILIES}
    return None
