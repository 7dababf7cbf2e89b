from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .columns import Column
from .services import CSV, XLSX


class ExportForm(forms.Form):
    """Which columns a file of recipients has, and what kind of file it is."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one column.")})
    kind = forms.ChoiceField(
        label=_("File"), widget=forms.RadioSelect, initial=XLSX, choices=[
            (XLSX, _("Excel workbook (XLSX)")),
            (CSV, _("CSV, a text that any program reads")),
        ])

    def __init__(self, *args: Any, columns: list[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_key = {column.key: column for column in columns}
        asked = self.fields["columns"]
        asked.choices = [(column.key, column.label) for column in columns]  # type: ignore
        asked.initial = [column.key for column in columns if column.chosen]

    @property
    def chosen(self) -> list[Column]:
        """The chosen columns, in the order in which a file has them."""
        keys = set(self.cleaned_data["columns"])
        return [column for key, column in self.of_key.items() if key in keys]
