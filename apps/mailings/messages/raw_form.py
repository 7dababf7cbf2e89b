"""The form of a letter whose HTML or MJML a person writes, or takes from a file."""
import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Message
from ..owned_form import one_line
from .forms import LetterForm
from .html.build import built
from .merge_fields import check_fields
from .source import restored, source_of

LONGEST = 1_000_000  # octets; mail programs cut off letters that are much shorter
FILES = ["html", "htm", "mjml", "txt"]
NO_TEXT = re.compile("[\0\ud800-\udfff]")
TOO_LONG = gettext_lazy("The letter is longer than 1 MB: mail programs will not show it.")
CODE = {"rows": 24, "wrap": "off", "spellcheck": "false", "autocapitalize": "off",
        "autocomplete": "off", "data-lines": "", "class": "app-code"}


class RawForm(LetterForm):
    """A message's source stays octet for octet what it was, where nobody changed it."""

    source = forms.CharField(label=gettext_lazy("Source"), strip=False, required=False,
                             widget=forms.Textarea(attrs=CODE))
    file = forms.FileField(
        label=gettext_lazy("Take from a file"), required=False, allow_empty_file=True,
        validators=[FileExtensionValidator(FILES)],
        widget=forms.FileInput(attrs={"accept": ",".join(f".{name}" for name in FILES)}),
        help_text=gettext_lazy("It is kept as it is, octet for octet, instead of what stands in "
                               "the field."))
    own_text = forms.BooleanField(label=gettext_lazy("Write it myself"), required=False)
    body = forms.CharField(label=gettext_lazy("Text part"), required=False, max_length=100_000,
                           widget=forms.Textarea(attrs={"rows": 12}))

    class Meta:
        model = Message
        fields = ["subject", "preheader", "body"]
        help_texts = {"preheader": gettext_lazy(
            "Mail programs show it beside the subject, before the letter is opened. "
            "Empty, they show the first words of the letter.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].validators = []  # `clean_source` says more
        for name in ("source", "own_text"):
            self.initial.setdefault(name, getattr(self.instance, name))
        self.fields["source"].label = self.instance.get_kind_display()

    def clean_preheader(self):
        preheader = one_line(self.cleaned_data["preheader"])
        check_fields(preheader, self.own_fields)
        return preheader

    def clean_source(self):
        source = self.cleaned_data["source"]
        if len(source.encode("utf-8", "replace")) > LONGEST:
            raise ValidationError(TOO_LONG)
        if NO_TEXT.search(source):
            raise ValidationError(_("The text contains characters that no letter can carry."))
        return restored(source, self.instance.source)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            return None
        if file.size > 2 * LONGEST:  # of UTF-16
            raise ValidationError(TOO_LONG)
        source = source_of(file.read())
        if len(source.encode()) > LONGEST:
            raise ValidationError(TOO_LONG)
        if "\0" in source:
            raise ValidationError(_("This file is no text."))
        return source

    def clean(self):
        super().clean()
        if from_file := self.cleaned_data.get("file"):
            self.cleaned_data["source"] = from_file
            self._errors.pop("source", None)
        if "source" in self.cleaned_data:
            self.check_source(self.cleaned_data["source"])
        self.check_text()
        if from_file and self.errors:
            self.show_again(from_file)
        return self.cleaned_data

    def check_source(self, source):
        if not source.strip():
            self.add_error("source", _("Paste the letter here, or take it from a file."))
            return
        letter = built(self.instance.kind, source, self.cleaned_data.get("preheader", ""))
        if not letter.html:
            self.add_error("source", letter.faults[0])

    def check_text(self):
        """Check the text part that a person wrote; another one is made of the source."""
        body = self.cleaned_data.pop("body", None)
        if not self.cleaned_data.get("own_text"):
            self._errors.pop("body", None)
        elif body is not None:
            try:
                self.cleaned_data["body"] = self.text_of(body)
                if not body.strip():
                    raise ValidationError(_("Write the text, or let it be made by itself."))
            except ValidationError as error:
                self.add_error("body", error)

    def show_again(self, source):
        """Show what was in the file: the browser does not send it a second time by itself."""
        self.data = self.data.copy()
        self.data["source"] = source
        self.add_error("file", _("The letter is not saved yet: choose the file once more, and it "
                                 "is kept octet for octet."))

    def _post_clean(self):
        for name in ("source", "own_text"):
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])
        super()._post_clean()
