"""The form of a block, by its kind."""
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from apps.users.models import User

from ..fields.values import labels_of
from ..media.fields import PictureField
from ..messages.merge_fields import offered
from .fields import AddressField, LineField, LinesField, MergedField, RichField
from .kinds import COLUMN, FEWEST_COLUMNS, MOST_COLUMNS, NETWORK_LABELS, NETWORKS, Block

Fields = dict[str, forms.Field]
ALIGNS = [("left", pgettext_lazy("alignment", "Left")),
          ("center", pgettext_lazy("alignment", "Centre"))]
LEVELS = [("1", gettext_lazy("Large")), ("2", gettext_lazy("Medium"))]
WIDTHS = [("full", gettext_lazy("Whole width")), ("half", gettext_lazy("Half")),
          ("small", gettext_lazy("Small"))]
COUNTS = [("2", gettext_lazy("Two")), ("3", gettext_lazy("Three"))]


def choice(label: str, choices: list[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, required=False)


def align() -> forms.ChoiceField:
    return choice(_("Where it stands"), ALIGNS)


def alt() -> LineField:
    field = LineField(label=_("What the picture shows"), help_text=_(
        "Who sees no pictures reads this. Many programs show pictures only when asked to."))
    field.has_menu = False
    return field


def heading_fields(owner: User) -> Fields:
    return {"text": LineField(label=_("Heading")), "level": choice(_("Size"), LEVELS),
            "align": align()}


def text_fields(owner: User) -> Fields:
    return {"html": RichField(label=pgettext("kind of block", "Text")), "align": align()}


def button_fields(owner: User) -> Fields:
    return {"text": LineField(label=_("Words on the button")), "url": AddressField(),
            "align": align()}


def picture_fields(owner: User) -> Fields:
    return {"picture": PictureField(owner, label=_("Picture")), "alt": alt(),
            "url": AddressField(label=_("Where a click on it leads")),
            "width": choice(_("Width"), WIDTHS)}


def product_fields(owner: User) -> Fields:
    return {"picture": PictureField(owner, label=_("Picture")), "alt": alt(),
            "name": LineField(label=_("Name of the product")),
            "price": LineField(label=_("Price"), max_length=40),
            "old_price": LineField(label=_("Price before"), max_length=40),
            "text": LinesField(label=_("Description")),
            "button": LineField(label=_("Words on the button")), "url": AddressField()}


def columns_fields(owner: User) -> Fields:
    fields: Fields = {"count": choice(_("Columns"), COUNTS)}
    for number in range(MOST_COLUMNS):
        part = {"picture": PictureField(owner, label=_("Picture")), "alt": alt(),
                "html": RichField(label=pgettext("kind of block", "Text")),
                "url": AddressField()}
        fields |= {f"column-{number}-{name}": field for name, field in part.items()}
    return fields


def quote_fields(owner: User) -> Fields:
    return {"text": LinesField(label=_("Words of the quote")),
            "author": LineField(label=_("Who said it"))}


def social_fields(owner: User) -> Fields:
    return {network: AddressField(label=str(NETWORK_LABELS[network])) for network in NETWORKS}


def footer_fields(owner: User) -> Fields:
    return {"html": RichField(
        label=_("Words of the footer"),
        help_text=_("Where nothing is written, the requisites of the branding stand here."))}


FIELDS: Mapping[str, Callable[[User], Fields]] = {
    "heading": heading_fields, "text": text_fields, "button": button_fields,
    "picture": picture_fields, "product": product_fields, "columns": columns_fields,
    "divider": lambda owner: {}, "quote": quote_fields, "social": social_fields,
    "footer": footer_fields}


class BlockForm(forms.Form):
    """The values of one block."""

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None, *, owner: User,
                 block: Block) -> None:
        super().__init__(data, files, initial=flat(block), auto_id=f"id_{block['id']}_%s")
        self.block = block
        self.own = labels_of(owner)
        self.merge_fields = offered(self.own)
        self.fields.update(FIELDS[block["kind"]](owner))
        next(iter(self.fields.values()), forms.Field()).widget.attrs["autofocus"] = True
        for name, field in self.fields.items():
            if isinstance(field, MergedField):
                field.own = self.own
                field.before = self.initial.get(name, "")

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as the block has it."""
        if self.block["kind"] == "social":
            return {"links": self.cleaned_data}
        if self.block["kind"] != "columns":
            return self.cleaned_data
        return {"columns": [
            {name: self.cleaned_data[f"column-{number}-{name}"] for name in COLUMN}
            for number in range(int(self.cleaned_data["count"] or FEWEST_COLUMNS))]}

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Return the fields in groups with a name: those of each column, and the others."""
        parts: dict[str, list[BoundField]] = {}
        for bound in self:
            number = bound.name.partition("column-")[2][:1]
            group = _("Column %(number)s") % {"number": int(number) + 1} if number else ""
            parts.setdefault(group, []).append(bound)
        yield from parts.items()


def flat(block: Block) -> dict[str, Any]:
    """Return the initial values of a block's form."""
    if block["kind"] == "social":
        return dict(block["links"])
    if block["kind"] != "columns":
        return {name: value for name, value in block.items() if name not in ("id", "kind")}
    values: dict[str, Any] = {"count": str(len(block["columns"]))}
    for number, column in enumerate(block["columns"]):
        values |= {f"column-{number}-{name}": value for name, value in column.items()}
    return values
