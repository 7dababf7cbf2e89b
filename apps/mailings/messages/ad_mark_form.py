"""The fields of the mark «Реклама» in every editor."""
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Message
from ..owned_form import OwnedForm, one_line
from .ad_mark import PARTS, mark_of, mark_warnings

NAMES = ("ad_advertiser", "ad_inn", "ad_erid")


class AdMarkForm(OwnedForm):
    """A letter's form. What looks wrong in a mark is told of in the editor, and stops nothing."""

    instance: Message

    ad_advertiser = forms.CharField(
        label=gettext_lazy("Advertiser"), required=False, max_length=200,
        help_text=gettext_lazy("As the law names it: a company, or a person's full name."))
    ad_inn = forms.CharField(
        label="ИНН", required=False, max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
    ad_erid = forms.CharField(
        label="erid", required=False, max_length=100,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("Its operator of advertising data gives it. The links of the letter "
                               "get it too when it is sent, as ?erid=…"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, part in zip(NAMES, PARTS):
            self.initial.setdefault(name, self.instance.ad_mark.get(part, ""))
        self.mark_warnings = mark_warnings(self.instance.ad_mark)

    @property
    def written(self) -> set[str]:
        return super().written | {"ad_mark"}

    @property
    def is_marked(self) -> bool:
        """Whether the section is open: there is a mark, or one was typed."""
        return any(self[name].value() or self[name].errors for name in NAMES)

    def clean_ad_advertiser(self) -> str:
        return mark_text(self.cleaned_data["ad_advertiser"])

    def clean_ad_inn(self) -> str:
        return mark_text(self.cleaned_data["ad_inn"])

    def clean_ad_erid(self) -> str:
        return mark_text(self.cleaned_data["ad_erid"])

    def _post_clean(self) -> None:
        if all(name in self.cleaned_data for name in NAMES):
            self.instance.ad_mark = mark_of(*[self.cleaned_data[name] for name in NAMES])
        super()._post_clean()


def mark_text(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValidationError(_("No personal fields can stand in the mark: write no braces."))
    return one_line(text)


def mark_typed(typed: Mapping[str, str | None]) -> dict[str, str]:
    """Return the mark of a form that is not saved yet, for its preview."""
    return mark_of(*[shown(typed.get(name) or "") for name in NAMES])


def shown(text: str) -> str:
    """Return a typed part of a mark as far as a letter could have it."""
    return re.sub(r"[{}\x00]", "", text)[:200].strip()
