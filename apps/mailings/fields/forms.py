from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Field


class FieldForm(forms.ModelForm):
    """Add a field of one's own, or change what may be changed: `field_save` checks the rest."""

    choices = forms.CharField(
        label=gettext_lazy("What there is to choose from"), required=False,
        help_text=gettext_lazy("A line each."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}))

    class Meta:
        model = Field
        fields = ["label", "kind", "choices", "in_list"]
        labels = {"in_list": gettext_lazy("Show in the list of recipients")}
        help_texts = {"in_list": gettext_lazy(
            "The list has room for the first three; a recipient's page shows all.")}
        widgets = {"label": forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices)
        if self.instance.pk:
            self.fields["kind"].disabled = True
            self.fields["kind"].help_text = _("It stays as it is: values of this kind are stored.")
            self.fields["label"].help_text = _("In letters it stays %(word)s.") % {
                "word": f"{{{self.instance.key}}}"}

    def clean_choices(self) -> list[str]:
        return str(self.cleaned_data["choices"]).splitlines()


class DeletionForm(forms.Form):
    """The tick without which a field that is used is not deleted."""

    anyway = forms.BooleanField(
        label=gettext_lazy("Delete it all the same"),
        error_messages={"required": gettext_lazy(
            "Tick this if the field is to go although it is used.")})
