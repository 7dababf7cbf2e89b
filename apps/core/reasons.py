"""Switches that ask why before they take something away from a person."""
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST = 200


def switched(request: HttpRequest, name: str) -> str:
    """Return what a switch is to become; the forms have it in their fields or their address."""
    return request.POST.get(name) or request.GET.get(name, "")


class OfferingInput(forms.TextInput):
    """A text field that offers answers; any other may be typed."""

    def __init__(self, offers: Iterable[str]) -> None:
        super().__init__({"maxlength": LONGEST, "autocomplete": "off"})
        self.offers = offers

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        offered = f"{attrs['id']}-offers"
        field = super().render(name, value, {**attrs, "list": offered}, renderer)
        lines = [(offer,) for offer in self.offers]
        options = format_html_join("", '<option value="{}"></option>', lines)
        return format_html('{}<datalist id="{}">{}</datalist>', field, offered, options)


class ReasonForm(forms.Form):
    """Why something is taken away; whom it is taken from reads it word for word."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST,
        help_text=_("Choose one of the list, or write your own."))

    def __init__(self, *args: Any, offers: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget = OfferingInput(offers)

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if CONTROL.search(reason):
            raise ValidationError(_("A reason has no line breaks."))
        return reason
