"""What a person tells of a picture."""
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..owned_form import OwnedForm, one_line
from .models import Picture
from .names import clean_name

ALT_HELP = gettext_lazy(
    "In a few words, as you would tell it on the phone. Read aloud to who can not see it, and "
    "shown where a mail program keeps pictures back.")


class PictureForm(OwnedForm):
    """Name a picture, and say what it shows."""

    class Meta:
        model = Picture
        fields = ["alt", "name"]
        help_texts = {"alt": ALT_HELP}

    def clean_name(self) -> str:
        if name := clean_name(self.cleaned_data["name"]):
            return name
        raise ValidationError(_("Give the picture a name of letters."))

    def clean_alt(self) -> str:
        return one_line(self.cleaned_data["alt"])


class AltForm(forms.Form):
    """What is told of pictures while they are uploaded."""

    alt = forms.CharField(label=gettext_lazy("What it shows"), required=False, max_length=255,
                          help_text=ALT_HELP)

    def clean_alt(self) -> str:
        return one_line(self.cleaned_data["alt"])
