"""What the forms of owned nouns share."""
import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.users.models import User

# Everything that some mail program takes for the end of a line, and other control characters.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text):
    """Return `text` when it may stand in a header; ValidationError otherwise."""
    if CONTROL.search(text):
        raise ValidationError(_("Line breaks and control characters can not stand here."))
    return text


class OwnedForm(forms.ModelForm):
    """A form for `owner`'s object; its querysets hold nobody else's. A service saves it."""

    def __init__(self, *args, owner: User, **kwargs):
        self.owner = owner
        super().__init__(*args, **kwargs)

    @property
    def written(self) -> set[str]:
        """The columns that the form asks to write, and no more."""
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        return columns.intersection(self.fields)
