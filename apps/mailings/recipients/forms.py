from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.addresses import shown

from ..fields.inputs import ValueField, name_of, values_in
from ..fields.values import columns_of, fields_of
from ..models import Recipient
from ..owned_form import OwnedForm, one_line
from ..services import TAKEN
from ..tags.forms import NamesField
from .addresses import normalized


class RecipientForm(OwnedForm):
    """Add or edit a recipient; the address is unique in the owner's book, whatever its case."""

    email = forms.CharField(
        label=_("E-mail"), max_length=320,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}))
    tags = NamesField()

    class Meta:
        model = Recipient
        fields = ["email", "full_name", "comment"]
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["email"] = shown(self.instance.email)
            if "tags" in self.fields:
                self.initial.setdefault("tags", ", ".join(map(str, self.instance.tags.all())))
        self.own_fields = self.fields_asked_for()
        for field in self.own_fields:
            self.fields[name_of(field)] = ValueField(field, self.instance.fields.get(field.key))

    def fields_asked_for(self):
        """Return those of the owner's own fields that the form has."""
        return fields_of(self.owner)

    @property
    def written(self):
        if self.own_fields:
            return {*super().written, "fields"}
        return super().written

    def clean(self):
        cleaned = super().clean()
        self.instance.fields = values_in(self, self.own_fields, self.instance.fields)
        return cleaned

    def clean_email(self):
        email = normalized(self.cleaned_data["email"])
        recipient = Recipient(pk=self.instance.pk, owner=self.owner, email=email)
        if Recipient.objects.namesakes(recipient).exists():
            raise ValidationError(TAKEN)
        return email

    def clean_tags(self):
        """Return the names; None of a form that has no such field, as other programs post it."""
        return self.cleaned_data["tags"] if self.add_prefix("tags") in self.data else None

    def clean_full_name(self):
        return one_line(self.cleaned_data["full_name"])


class RowForm(RecipientForm):
    """Edit a recipient in their row: of the owner's own fields, those that the list shows."""

    def fields_asked_for(self):
        return columns_of(self.owner)


class AddressForm(RecipientForm):
    """Correct a recipient's address, and nothing else."""

    tags = None

    class Meta(RecipientForm.Meta):
        fields = ["email"]

    def fields_asked_for(self):
        return []
