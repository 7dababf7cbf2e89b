from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.users.models import User

from ..models import Tag
from .models import key_of
from .names import clean_name, names_in
from .services import TAKEN

LONGEST_TEXT = 2000  # characters of names


class NamesField(forms.CharField):
    """Tags by their names, with commas between them; it becomes a list of names."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{
            "label": gettext_lazy("Tags"), "required": False, "max_length": LONGEST_TEXT,
            "help_text": gettext_lazy("With commas between them. New ones are made."),
            "widget": forms.TextInput(attrs={"autocomplete": "off"}), **options})

    def clean(self, value: Any) -> Any:
        names = names_in(super().clean(value))
        if self.required and not names:
            raise ValidationError(self.error_messages["required"], code="required")
        return names


class TagForm(forms.ModelForm):
    """A tag's name and colour; the name is one of a kind among the owner's."""

    class Meta:
        model = Tag
        fields = ["name", "colour"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"}),
                   "colour": forms.RadioSelect}

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if self.namesake(name):
            raise ValidationError(TAKEN)
        return name

    def namesake(self, name: str) -> Tag | None:
        """Return the owner's other tag of this name."""
        own = Tag.objects.owned_by(self.instance.owner).filter(key=key_of(name))
        found: Tag | None = own.exclude(pk=self.instance.pk).first()
        return found


class MergeForm(forms.Form):
    """Into which of the owner's other tags one is merged."""

    into = forms.ModelChoiceField(Tag.objects.none(), label=gettext_lazy("Merge into"))

    def __init__(self, *args: Any, tag: Tag, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Tag.objects.owned_by(owner).exclude(pk=tag.pk)
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = others
        field.empty_label = _("Choose a tag")
