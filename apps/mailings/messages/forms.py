import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..models import Message
from ..owned_form import OwnedForm, one_line
from .merge_fields import check_fields

LINE_END = re.compile(r"\r\n|\r|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# The braces stand outside of what is translated: a placeholder must not be filled there.
EXAMPLES = format_lazy(
    "{} {{full_name}}, {{email}}; {} {{full_name|{}}}.", _("Personal fields:"),
    _("with words for who has no name:"), _("dear client"))


class MessageForm(OwnedForm):
    """Write or edit a message; personal fields are checked in both of its parts."""

    class Meta:
        model = Message
        fields = ["subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}
        help_texts = {"body": EXAMPLES}

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
