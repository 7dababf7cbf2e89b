"""What the forms of owned nouns share."""
import re

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

# Everything that some mail program takes for the end of a line, and other control characters.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text):
    """Return `text` when it may stand in a header; ValidationError otherwise."""
    if CONTROL.search(text):
        raise ValidationError(_("Line breaks and control characters can not stand here."))
    return text


class OwnedForm(forms.ModelForm):
    """A form for `owner`'s object; its querysets hold nobody else's."""

    taken = (None, "")  # the field, and the words, when the database says that it is taken

    def __init__(self, *args, owner, **kwargs):
        self.owner = owner
        super().__init__(*args, **kwargs)
        columns = {field.name for field in self._meta.model._meta.concrete_fields}
        self.written = {"updated_at", *columns.intersection(self.fields)}

    def save(self):
        """Write what the form asks for and no more: a block or a start meanwhile stays."""
        if self.instance.pk is None:
            return super().save()
        owned = super().save(commit=False)
        owned.save(update_fields=self.written)
        self.save_m2m()
        return owned

    def save_or_refuse(self):
        """Return the saved object; None, with the error at its field, when a race lost."""
        try:
            with transaction.atomic():
                return self.save()
        except IntegrityError:
            self.add_error(*self.taken)
            return None
