from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..addresses import normalized
from ..models import Recipient
from .owned import OwnedForm, one_line

TAKEN = _("You already have a recipient with this address.")


class RecipientForm(OwnedForm):
    """Add or edit a recipient; the address is unique in the owner's book, whatever its case."""

    taken = ("email", TAKEN)
    email = forms.CharField(
        label=_("E-mail"), max_length=320,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}))

    class Meta:
        model = Recipient
        fields = ["email", "full_name", "comment"]
        widgets = {"comment": forms.Textarea(attrs={"rows": 3})}

    def clean_email(self):
        email = normalized(self.cleaned_data["email"])
        same = Recipient.objects.owned_by(self.owner).filter(email__iexact=email)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(TAKEN)
        if email.lower() != self.initial.get("email", "").lower():
            self.unmark()
        return email

    def unmark(self):
        """Forget that the address bounced: it was said of the one that was there."""
        for name, value in Recipient.UNMARKED.items():
            setattr(self.instance, name, value)
        self.written.update(Recipient.UNMARKED)

    def clean_full_name(self):
        return one_line(self.cleaned_data["full_name"])
