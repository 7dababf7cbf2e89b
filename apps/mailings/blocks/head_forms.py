"""The forms of a letter of blocks beside its blocks: subject and preheader, and the text part."""
import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..fields.values import labels_of
from ..messages.ad_mark_form import AdMarkForm
from ..messages.merge_fields import check_fields, check_subject, offered
from ..models import Message
from ..owned_form import one_line
from .values import LINE_END, UNSEEN


def head_version(message: Message) -> str:
    """Return what tells whether these were changed meanwhile, as blocks are all the time."""
    head = [message.subject, message.preheader, *message.ad_mark.values()]
    return hashlib.sha256("\n".join(head).encode()).hexdigest()[:16]


class HeadForm(AdMarkForm):
    """The subject, the preheader and the mark «Реклама»."""

    class Meta:
        model = Message
        fields = ["subject", "preheader"]
        help_texts = {"preheader": gettext_lazy(
            "Mail programs show it behind the subject. Without it they take the first words.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_head_%s")
        super().__init__(*args, **kwargs)
        self.own: Mapping[str, str] = labels_of(self.owner)
        self.merge_fields = offered(self.own)
        self.stored = head_version(self.instance)
        self.seen = self.stored

    def clean_subject(self) -> str:
        subject = one_line(self.cleaned_data["subject"])
        check_subject(subject, self.own)
        return subject

    def clean_preheader(self) -> str:
        preheader = one_line(self.cleaned_data["preheader"])
        check_fields(preheader, self.own)
        return preheader

    def clean(self) -> dict[str, Any]:
        if self.data.get("_seen") not in (None, self.stored):
            raise ValidationError(_(
                "The subject was changed in another window meanwhile. Save once more to have it "
                "as it is here."))
        return self.cleaned_data


class TextForm(forms.Form):
    """The text part, when a person writes it."""

    body = forms.CharField(
        label=gettext_lazy("Text part"), max_length=100_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 14}))

    def __init__(self, data: Mapping[str, Any] | None = None, *, message: Message) -> None:
        super().__init__(data, initial={"body": message.body}, auto_id="id_text_%s")
        self.own: Mapping[str, str] = labels_of(message.owner)
        self.merge_fields = offered(self.own)

    def clean_body(self) -> str:
        body: str = LINE_END.sub("\n", self.cleaned_data["body"])
        if UNSEEN.search(body):
            raise ValidationError(_("The text contains characters that no letter can carry."))
        check_fields(body, self.own)
        return body
