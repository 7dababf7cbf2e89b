"""The fields by which a form carries a choice of recipients, never more than its page shows.

`recipients` are ids that were ticked by hand. `stays` is ticked while those who are in the mailing
stay in it; `shown` has the ids of the first of them, and `kept` those whose tick was left.
`found_in` and `found_kept` say the same of those whom a search shows. `without` has who was
unticked before. `texts` are searches of which all that they find is chosen.
Ids alone, as other programs post them, are the whole choice.
"""
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.access import ids_in
from apps.core.listing import LONGEST_QUERY
from apps.users.models import User

from ..models import Recipient
from .choice import Choice, among

IDS_AND_TEXTS = ("recipients", "without", "shown", "kept", "found_in", "found_kept", "texts")
PARTS = (*IDS_AND_TEXTS, "stays")
MOST_TEXTS = 20


class IdsInput(forms.SelectMultiple):
    """Ids in repeated fields, or many in one with commas between."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(filter(str.strip, ",".join(data.getlist(name)).split(",")))


class IdsField(forms.Field):
    """Any number of ids, as a tuple of numbers."""

    widget = IdsInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def clean(self, value: Any) -> tuple[int, ...]:
        if len(ids_in(map(str, value or []))) < len(value or []):
            raise ValidationError(_("Some of the chosen recipients are not in your list."))
        return self.lenient(value)

    def lenient(self, value: Any) -> tuple[int, ...]:
        """Return the ids without what is none."""
        return tuple(dict.fromkeys(ids_in(map(str, value or []))))


class TextsField(forms.Field):
    """Searches, as a tuple of texts."""

    widget = forms.SelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, **options})

    def clean(self, value: Any) -> tuple[str, ...]:
        return self.lenient(value)

    def lenient(self, value: Any) -> tuple[str, ...]:
        texts = [str(one).replace("\0", "").strip()[:LONGEST_QUERY] for one in value or []]
        return tuple(dict.fromkeys(texts))[:MOST_TEXTS]


def choice_in(values: Mapping[str, Any]) -> Choice:
    """Return the choice that the cleaned `values` of PARTS make."""
    ids = values.get("recipients", ())
    unticked = set(values.get("shown", ())).difference(values.get("kept", ()))
    unticked |= set(values.get("found_in", ())).difference(values.get("found_kept", ()))
    without = unticked.union(values.get("without", ())).difference(ids)
    return Choice(
        ids=ids, without=tuple(sorted(without)), texts=values.get("texts", ()),
        stays=values.get("stays", False))


def all_owned(owner: User, ids: Iterable[int]) -> bool:
    """Return whether all of these recipients are in the owner's book."""
    wanted = set(ids)
    if not wanted:
        return True
    return Recipient.objects.owned_by(owner).filter(pk__in=among(wanted)).count() == len(wanted)
