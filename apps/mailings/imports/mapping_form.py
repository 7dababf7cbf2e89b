"""What the columns of an import become, and what holds for all of its rows."""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..ground.forms import GroundForm as WrittenGround
from ..models import Field, Ground
from ..tags.names import names_in
from .columns import FIELD, IGNORED, SHARED, TARGETS, guess_kind
from .models import Import

NEW = "new:"  # and the kind of a field that is to be made for the column
NEW_KINDS = {
    Field.Kind.TEXT: gettext_lazy("New field: text"),
    Field.Kind.NUMBER: gettext_lazy("New field: number"),
    Field.Kind.DATE: gettext_lazy("New field: date")}
MOST_SHOWN = 100  # columns
LONGEST_LABEL = 60
SAMPLES = 3


@dataclass
class Column:
    """A column as the form shows it."""

    number: int
    name: str
    sample: str
    target: forms.BoundField
    label: forms.BoundField


class GroundForm(WrittenGround):
    """On what ground the people of a file are written to; without a text it says nothing."""

    def __init__(self, data: Any = None, *, instance: Ground, initial: dict[str, str]) -> None:
        super().__init__(data, instance=instance, initial=initial, prefix="ground")
        self.fields["text"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        others = [name for name in ("version", "agreed_on", "proof") if cleaned.get(name)]
        if others and not cleaned.get("text"):
            self.add_error("text", _("Say where the addresses come from, or leave the rest empty "
                                     "too."))
        return cleaned

    def ground(self) -> Ground | None:
        """Return what is to be kept with each person; None where nothing is said."""
        return self.instance if self.cleaned_data["text"] else None


class MappingForm(forms.Form):
    """A select over each column, and what holds for all rows."""

    known = forms.ChoiceField(
        label=gettext_lazy("Who is in your book already"), choices=Import.Known.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}))
    tags = forms.CharField(
        label=gettext_lazy("Tags for all"), required=False,
        help_text=gettext_lazy("With commas between. New ones are made; those who are in the book "
                               "already get them too."),
        widget=forms.TextInput(attrs={
            "class": "form-control", "list": "tag-names", "autocomplete": "off"}))

    def __init__(self, data: Any = None, *, header: Sequence[str],
                 rows: Sequence[Sequence[str]], chosen: Sequence[str], fields: list[Field],
                 initial: dict[str, Any], ground: Ground,
                 ground_initial: dict[str, str]) -> None:
        """`chosen`: what each column becomes unless `data` says otherwise."""
        super().__init__(data, initial=initial)
        self.header = header
        self.rows = rows
        self.own_fields = fields
        self.of_ground = GroundForm(data, instance=ground, initial=ground_initial)
        self.width = max([len(header), *map(len, rows)], default=0)
        for number in range(self.shown):
            self.add_column(number, chosen[number] if number < len(chosen) else IGNORED)

    @property
    def shown(self) -> int:
        return min(self.width, MOST_SHOWN)

    @property
    def more_columns(self) -> int:
        return self.width - self.shown

    def name_of(self, number: int) -> str:
        """Return what a person calls a column."""
        if number < len(self.header) and self.header[number].strip():
            return Truncator(" ".join(self.header[number].split())).chars(LONGEST_LABEL)
        return _("Column %(number)s") % {"number": number + 1}

    def cells(self, number: int) -> list[str]:
        return [row[number] for row in self.rows if number < len(row)]

    def add_column(self, number: int, chosen: str) -> None:
        self.fields[f"column-{number}"] = forms.ChoiceField(
            required=False, initial=chosen, choices=self.choices(number),
            error_messages={"invalid_choice": gettext_lazy("Choose again: this is no choice.")},
            widget=forms.Select(attrs={
                "class": "form-select form-select-sm",
                "aria-labelledby": f"column-{number}-name"}))
        self.fields[f"label-{number}"] = forms.CharField(
            required=False, max_length=LONGEST_LABEL, initial=self.name_of(number),
            widget=forms.TextInput(attrs={
                "class": "form-control form-control-sm", "autocomplete": "off"}))

    def choices(self, number: int) -> list[tuple[str, Any]]:
        """Return what a column may become; of the new fields the likely kind comes first."""
        own = [(FIELD + field.key, field.label) for field in self.own_fields]
        likely = guess_kind(self.cells(number))
        kinds = sorted(NEW_KINDS, key=lambda kind: kind != likely)
        groups: list[tuple[str, Any]] = list(TARGETS.items())
        if own:
            groups.append((_("Your fields"), own))
        groups.append((_("A new field"), [(NEW + kind, NEW_KINDS[kind]) for kind in kinds]))
        return groups

    @property
    def columns(self) -> list[Column]:
        return [Column(number, self.name_of(number),
                       " · ".join(filter(None, self.cells(number)[:SAMPLES])),
                       self[f"column-{number}"], self[f"label-{number}"])
                for number in range(self.shown)]

    @property
    def column_errors(self) -> list[str]:
        """What is wrong with the columns together."""
        return [str(error) for error in self.non_field_errors()]

    def is_valid(self) -> bool:
        ground_is_valid = self.of_ground.is_valid()
        return super().is_valid() and ground_is_valid

    def clean_tags(self) -> list[str]:
        return names_in(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        targets = [cleaned.get(f"column-{number}", IGNORED) for number in range(self.shown)]
        self.check_targets(targets)
        self.check_labels(targets)
        return cleaned

    def check_targets(self, targets: list[str]) -> None:
        if "email" not in targets:
            self.add_error(None, _("Choose the column where the addresses are: “E-mail”."))
        for number, target in enumerate(targets):
            first = targets.index(target)
            is_single = target not in (IGNORED, *SHARED) and not target.startswith(NEW)
            if is_single and first < number:
                self.add_error(f"column-{number}", _(
                    "The column “%(name)s” is this already.") % {"name": self.name_of(first)})

    def check_labels(self, targets: list[str]) -> None:
        """See that each new field has a name of its own."""
        taken = {field.label.casefold() for field in self.own_fields}
        for number, target in enumerate(targets):
            name = f"label-{number}"
            if not target.startswith(NEW) or name in self.errors:
                continue
            label = " ".join(self.cleaned_data[name].split())
            if not label:
                self.add_error(name, _("Give the new field a name."))
            elif label.casefold() in taken:
                self.add_error(name, _("There is such a field already. Choose it in the list, or "
                                       "call this one something else."))
            taken.add(label.casefold())
            self.cleaned_data[name] = label

    @property
    def targets(self) -> list[str]:
        """What each column of the file becomes; a new field's is left out, see `new_fields`."""
        chosen = [self.cleaned_data[f"column-{number}"] for number in range(self.shown)]
        known = [IGNORED if target.startswith(NEW) else target for target in chosen]
        return known + [IGNORED] * self.more_columns

    @property
    def new_fields(self) -> dict[int, tuple[str, str]]:
        """The label and the kind of each field that is to be made, by the number of the column."""
        made = {}
        for number in range(self.shown):
            target = self.cleaned_data[f"column-{number}"]
            if target.startswith(NEW):
                made[number] = (self.cleaned_data[f"label-{number}"], target.removeprefix(NEW))
        return made
