"""Form fields of blocks: rich text, that works without a script too, and addresses."""
from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..messages.merge_fields import check_fields
from .plain import plain_of, rich_from_plain
from .values import LONGEST_ADDRESS, LONGEST_TEXT, LONGEST_LINE, address_of, rich_of, text_of


class Typed(NamedTuple):
    """What came of a field of rich text; `rich` is "" where no script ran."""

    rich: str
    plain: str


class RichArea(forms.Textarea):
    """A text area of plain words, beside which a script keeps the rich text."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Typed:
        return Typed(data.get(f"{name}-rich") or "", data.get(name) or "")


class MergedField(forms.CharField):
    """A field whose merge fields are checked."""

    own: Mapping[str, str] = {}  # labels of the owner's own fields, by key
    before = ""  # what it held when the form was opened
    has_menu = True

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        check_fields(value, self.own)
        return value


class LineField(MergedField):
    """One line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_LINE)
        super().__init__(required=False, **kwargs)


class LinesField(MergedField):
    """Plain text of several lines."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=2_000,
                         widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def to_python(self, value: Any) -> Any:
        return text_of(value, longest=LONGEST_TEXT * 10).strip()


class RichField(MergedField):
    """Rich text; `before` is what it was, whose form stays where plain words are sent."""

    widget = RichArea
    is_rich = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs["rows"] = 8

    def html_and_plain(self, value: Any) -> tuple[str, str]:
        """Return what a template shows of the field's value, which may be of an invalid form."""
        html = rich_of(self.prepare_value(value))
        return html, plain_of(html)

    def prepare_value(self, value: Any) -> Any:
        """Return the HTML that the field holds."""
        if isinstance(value, Typed):
            return value.rich or rich_from_plain(value.plain, self.before)
        return value

    def to_python(self, value: Any) -> str:
        if isinstance(value, Typed) and len(value.rich or value.plain) > LONGEST_TEXT:
            raise ValidationError(
                _("A text has at most %(most)s characters, its form among them.") % {
                    "most": f"{LONGEST_TEXT:,}".replace(",", " ")})
        return rich_of(self.prepare_value(value))


class AddressField(MergedField):
    """An address that a link of a letter may have."""

    has_menu = False

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Address of the link"))
        super().__init__(required=False, max_length=LONGEST_ADDRESS, **kwargs)
        self.widget.attrs |= {"inputmode": "url", "placeholder": "https://"}

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        address = address_of(typed)
        if typed and not address:
            raise ValidationError(_(
                "A letter can not link to this. Addresses begin with https://, mailto: or tel:"))
        return address
