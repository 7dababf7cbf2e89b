"""What a person tells of an import: the file, how it is read, what its columns are, its ground."""
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .upload import NO_ROOM, TOO_LARGE

ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods"


def limit_in_megabytes() -> int:
    return settings.UPLOAD_LIMIT // 1_000_000


def too_large() -> str:
    return _("The file is larger than %(limit)s MB. Split it.") % {"limit": limit_in_megabytes()}


def no_room() -> str:
    return _("There is no room for the file on the server. Tell who runs it, and try later.")


class ImportForm(forms.Form):
    """A file of people, or rows that were pasted."""

    file = forms.FileField(
        label=gettext_lazy("File"), required=False, allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}))
    # Without `max_length`: a browser would cut what is pasted, and say nothing.
    text = forms.CharField(
        label=gettext_lazy("Or paste rows"), required=False, strip=False,
        widget=forms.Textarea(attrs={
            "rows": 6, "autocomplete": "off", "spellcheck": "false", "wrap": "off"}))

    def __init__(self, *args: Any, trouble: str = "", **kwargs: Any) -> None:
        """`trouble`: what went wrong with the file, so that nothing of it is here."""
        self.trouble = trouble
        super().__init__(*args, **kwargs)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if self.trouble == NO_ROOM:
            raise ValidationError(no_room())
        if self.trouble == TOO_LARGE or (file and file.size > settings.UPLOAD_LIMIT):
            raise ValidationError(too_large())
        if file and not file.size:
            raise ValidationError(_("The file is empty."))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        pasted = cleaned.get("text", "").strip()
        if self.errors:
            return cleaned
        if file and pasted:
            self.add_error("text", _("There are a file and pasted rows. Leave one of them."))
        elif not file and not pasted:
            self.add_error("file", _("Choose a file, or paste rows below."))
        return cleaned
