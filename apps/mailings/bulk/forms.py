"""What a deed with many recipients asks for; `given()` is what its job is given."""
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.users.models import User

from ..models import Field, Tag
from ..suppression.forms import NoteForm
from ..tags.forms import NamesField
from ..tags.services import tags_named

LONGEST_VALUE = 5000


class Asked(forms.Form):
    """Nothing is asked for but whether the person is sure."""

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        self.owner = owner
        super().__init__(*args, **kwargs)

    def given(self) -> dict[str, Any]:
        return {}

    def limited(self, name: str) -> forms.ModelChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field


class GiveTagsForm(Asked):

    names = NamesField(required=True)

    def clean_names(self) -> list[Tag]:
        return tags_named(owner=self.owner, names=self.cleaned_data["names"])

    def given(self) -> dict[str, Any]:
        return {"tags": [tag.pk for tag in self.cleaned_data["names"]]}


class TakeTagForm(Asked):

    tag = forms.ModelChoiceField(Tag.objects.none(), label=pgettext_lazy("one", "Tag"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.limited("tag")
        field.queryset = Tag.objects.owned_by(self.owner)
        field.empty_label = _("Choose a tag")

    def given(self) -> dict[str, Any]:
        return {"tags": [self.cleaned_data["tag"].pk]}


class FieldForm(Asked):
    """One of the owner's own fields, and the value that it gets; none makes it empty."""

    field = forms.ModelChoiceField(Field.objects.none(), label=pgettext_lazy("one", "Field"))
    value = forms.CharField(
        label=gettext_lazy("Value"), required=False, max_length=LONGEST_VALUE,
        help_text=gettext_lazy("Leave it empty to clear the field."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.limited("field")
        field.queryset = Field.objects.owned_by(self.owner)
        field.empty_label = _("Choose a field")

    def clean(self) -> None:
        from ..fields.values import read
        field = self.cleaned_data.get("field")
        if field is None or "value" not in self.cleaned_data:
            return
        try:
            self.cleaned_data["value"] = read(field, self.cleaned_data["value"])
        except ValidationError as wrong:
            self.add_error("value", wrong)

    def given(self) -> dict[str, Any]:
        return {"field": self.cleaned_data["field"].pk, "value": self.cleaned_data["value"]}


class SuppressForm(NoteForm, Asked):

    def given(self) -> dict[str, Any]:
        return {"note": self.cleaned_data["note"]}
