"""Conditions as the rows of a form."""
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.addresses import domain_shown

from .book import Book
from .kinds import HOWS, LABELS, OF_FIELD, Takes, kind_of
from .problems import is_group
from .reading import shape

Option = tuple[Any, str, bool]  # key, words, whether it is chosen
ABOUT_PEOPLE = ("tags", "words", "domain", "bounced", "added", "source", "import")
ABOUT_LETTERS = ("written", "fate", "mailing")


@dataclass
class Row:
    """A condition in the form."""

    path: str
    condition: Any
    book: Book
    problem: str = ""
    is_group = False

    @property
    def what(self) -> str:
        return str(self.condition.get("what") or "") if isinstance(self.condition, dict) else ""

    @property
    def value(self) -> Any:
        return self.condition.get("value") if isinstance(self.condition, dict) else None

    @cached_property
    def kind(self) -> str:
        return kind_of(self.what, self.book.fields)

    @cached_property
    def how(self) -> str:
        asked = str(self.condition.get("how")) if isinstance(self.condition, dict) else ""
        hows = HOWS.get(self.kind, {})
        return asked if asked in hows else next(iter(hows), "")

    @property
    def takes(self) -> str:
        return HOWS[self.kind][self.how].takes if self.kind else Takes.NOTHING

    @property
    def shape(self) -> str:
        return shape(self.what, self.takes)

    @property
    def whats(self) -> list[tuple[str, list[Option]]]:
        """What it can be about, by groups with a heading."""
        fields = {f"{OF_FIELD}{key}": field.label for key, field in self.book.fields.items()}
        groups = {_("Recipient"): labels_of(ABOUT_PEOPLE), _("Your fields"): fields,
                  _("Letters"): labels_of(ABOUT_LETTERS)}
        return [(heading, [(key, label, key == self.what) for key, label in labels.items()])
                for heading, labels in groups.items() if labels]

    @property
    def hows(self) -> list[Option]:
        return [(how.key, str(how.label), how.key == self.how)
                for how in HOWS.get(self.kind, {}).values()]

    @property
    def options(self) -> list[Option]:
        """What can be chosen beside it, and what is chosen though it is not among the first."""
        chosen = self.value if isinstance(self.value, list) else [self.value]
        offered = dict(self.book.options(self.what))
        for key in chosen:
            if key not in offered and self.book.has(self.what, key):
                offered[key] = self.book.label(self.what, key)
        return [(key, label, key in chosen) for key, label in offered.items()]

    @property
    def text(self) -> str:
        """The value as it is typed."""
        if self.takes == Takes.DOMAINS:
            domains = self.value if isinstance(self.value, list) else []
            return ", ".join(domain_shown(str(domain)) for domain in domains)
        if self.takes == Takes.NUMBERS:
            return self.bound(0)
        return typed(self.value)

    @property
    def until(self) -> str:
        return self.bound(1)

    def bound(self, place: int) -> str:
        is_pair = isinstance(self.value, list) and len(self.value) == 2
        return typed(self.value[place]) if is_pair else ""


@dataclass
class Group:
    """A group of conditions in the form; `path` is "" of all together."""

    path: str
    match: str
    parts: list[Any]
    problem: str = ""
    is_group = True

    @property
    def match_name(self) -> str:
        return f"{self.path}-match" if self.path else "match"


def labels_of(whats: tuple[str, ...]) -> dict[str, str]:
    return {what: capfirst(str(LABELS[what])) for what in whats}


def typed(value: Any) -> str:
    """Return a value as it stands in a field of the form."""
    if isinstance(value, float):
        return str(localize(value, use_l10n=True)).replace("\u00a0", "")
    return "" if value is None or isinstance(value, (list, dict)) else str(value)


def rows_of(conditions: Any, book: Book, problems: dict[str, str], path: str = "") -> Group:
    """Return a group of conditions as the form shows it, with what is wrong beside each."""
    parts: list[Any] = []
    stored = conditions.get("of") if is_group(conditions) else []
    for place, part in enumerate(stored if isinstance(stored, list) else []):
        inner = f"{path}.{place}" if path else str(place)
        if is_group(part) and not path:
            parts.append(rows_of(part, book, problems, inner))
        else:
            parts.append(Row(inner, part, book, problems.get(inner, "")))
    match = conditions.get("match") if isinstance(conditions, dict) else ""
    return Group(path, str(match), parts, problems.get(path, ""))
