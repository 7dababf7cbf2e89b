import re
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..fields.values import labels_of
from ..models import Message
from ..owned_form import one_line
from .ad_mark_form import AdMarkForm
from .merge_fields import check_fields, check_subject, named, offered

LINE_END = re.compile(r"\r\n|\r|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def personal_fields(own: Mapping[str, str]) -> str:
    """Return what may be typed to have a personal field, in the reader's language."""
    _label, word = offered()[0]
    example = word.replace("}", "|{}}}".format(_("dear client")))
    return _("Personal fields: %(fields)s. With words for those of whom it is not known: "
             "%(example)s.") % {"fields": named(own), "example": example}


class LetterForm(AdMarkForm):
    """What the forms of all kinds of messages share: personal fields are checked in the texts."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.own_fields = labels_of(self.owner)
        if self.instance.pk is None:
            self.fields["subject"].widget.attrs["autofocus"] = True

    def clean_subject(self):
        subject = one_line(self.cleaned_data["subject"])
        check_subject(subject, self.own_fields)
        return subject

    def text_of(self, typed):
        """Return a typed text as letters carry it; raise ValidationError where none can."""
        text = LINE_END.sub("\n", typed)
        if UNSEEN.search(text):
            raise ValidationError(_("The text contains characters that no letter can carry."))
        check_fields(text, self.own_fields)
        return text


class MessageForm(LetterForm):
    """Write or edit a message of text alone."""

    class Meta:
        model = Message
        fields = ["subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["body"].help_text = personal_fields(self.own_fields)

    def clean_body(self):
        return self.text_of(self.cleaned_data["body"])
