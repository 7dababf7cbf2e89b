from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..owned_form import one_line
from .pasted import addresses_in

MANY = 5000  # addresses at once
LONGEST = 500_000  # characters
NAMED = 20  # wrong ones
LONGEST_NAMED = 60


class NoteForm(forms.Form):
    """Why an address is not to be written to, for oneself."""

    note = forms.CharField(
        label=gettext_lazy("Note for yourself"), max_length=500, required=False,
        help_text=gettext_lazy("For example: asked not to be written to, by phone."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_note(self) -> str:
        return one_line(self.cleaned_data["note"])


class SuppressionForm(NoteForm):
    """Addresses that are not to be written to, however they were pasted."""

    # Without `max_length`: a browser would cut what is pasted, and say nothing.
    emails = forms.CharField(
        label=gettext_lazy("Addresses"),
        help_text=gettext_lazy("One or many: a line each, or with commas between."),
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}))

    field_order = ["emails", "note"]

    def clean_emails(self) -> list[str]:
        text = self.cleaned_data["emails"]
        if len(text) > LONGEST:
            raise ValidationError(too_many())
        good, wrong = addresses_in(text)
        if len(good) + len(wrong) > MANY:
            raise ValidationError(too_many())
        if wrong:
            raise ValidationError(lines_of(wrong))
        if not good:
            raise ValidationError(_("There is no address in this text."))
        return good


def too_many() -> str:
    return _("At most %(n)s addresses go at once. Add them in parts.") % {"n": intcomma(MANY)}


def lines_of(wrong: dict[str, str]) -> list[str]:
    """Return what is the matter with each of the wrong addresses, but for the very many."""
    lines = []
    for piece, why in list(wrong.items())[:NAMED]:
        if len(piece) > LONGEST_NAMED:
            piece = f"{piece[:LONGEST_NAMED]}…"
        lines.append(_("“%(address)s”: %(why)s") % {"address": piece, "why": why})
    if more := len(wrong) - len(lines):
        lines.append(ngettext("And %(n)s more is wrong.", "And %(n)s more are wrong.", more) % {
            "n": intcomma(more)})
    return lines
