"""The form of a segment: its name and its conditions."""
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from ..owned_form import OwnedForm, one_line
from .book import Book
from .models import Segment
from .problems import problems_in
from .reading import NEW, after_step, conditions_in
from .rows import Group, rows_of
from .services import MOST_SEGMENTS


class SegmentForm(OwnedForm):

    class Meta:
        model = Segment
        fields = ["name"]

    def __init__(self, *args: Any, conditions: dict[str, Any] | None = None,
                 **kwargs: Any) -> None:
        """Open the form; `conditions` are those that are being written, if nothing is saved yet."""
        super().__init__(*args, **kwargs)
        self.book = Book(self.owner.pk)
        self.problems: dict[str, str] = {}
        if isinstance(self.data, QueryDict) and self.is_bound:
            self.conditions: Any = conditions_in(self.data, self.book)
        elif conditions is not None:
            self.conditions = conditions
        elif self.instance.pk:
            self.conditions = self.instance.conditions
            self.problems = problems_in(self.conditions, self.book)
        else:
            self.conditions = {"match": "all", "of": [dict(NEW)]}

    @property
    def written(self) -> set[str]:
        return {"name", "conditions"}

    @property
    def rows(self) -> Group:
        return rows_of(self.conditions, self.book, self.problems)

    def clean_name(self) -> str:
        name = " ".join(one_line(self.cleaned_data["name"]).split())
        others = Segment.objects.owned_by(self.owner).exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise ValidationError(_("You already have a segment of this name."))
        return name

    def clean(self) -> dict[str, Any]:
        self.problems = problems_in(self.conditions, self.book)
        if self.problems:
            self.add_error(None, _("Look at the conditions: something is missing there."))
        if not self.instance.pk and Segment.objects.owned_by(self.owner).count() >= MOST_SEGMENTS:
            self.add_error(None, _("There are too many segments. Delete those you do not need."))
        self.instance.conditions = self.conditions
        return self.cleaned_data


def being_written(data: QueryDict, owner: Any, segment: Segment) -> SegmentForm:
    """Return the form with what was typed, after the step of the pressed button."""
    conditions = after_step(conditions_in(data, Book(owner.pk)), data)
    typed = {"name": data.get("name", ""), "_version": data.get("_version", "")}
    return SegmentForm(owner=owner, instance=segment, initial=typed, conditions=conditions)
