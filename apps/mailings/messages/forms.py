import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from ..models import Message
from ..owned_form import OwnedForm, one_line
from .merge_fields import check_fields, offered

LINE_END = re.compile(r"\r\n|\r|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def personal_fields() -> str:
    """Return what may be typed to have a personal field, in the reader's language."""
    words = [word for _label, word in offered()]
    fallback = _("dear client")
    example = words[0].replace("}", f"|{fallback}}}")
    return _("Personal fields: %(fields)s. With words for those who have no name: %(example)s.") % {
        "fields": ", ".join(words), "example": example}


class MessageForm(OwnedForm):
    """Write or edit a message; personal fields are checked in both of its parts."""

    class Meta:
        model = Message
        fields = ["subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}
        help_texts = {"body": lazy(personal_fields, str)()}

    def clean_subject(self):
        subject = one_line(self.cleaned_data["subject"])
        check_fields(subject)
        return subject

    def clean_body(self):
        body = LINE_END.sub("\n", self.cleaned_data["body"])
        if UNSEEN.search(body):
            raise ValidationError(_("The text contains characters that no letter can carry."))
        check_fields(body)
        return body
