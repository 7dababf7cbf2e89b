"""What is told of a letter before it is sent."""
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise

from .features import NO, Lack
from .notes import in_words

Words = str | Promise
LINES_SHOWN = 8


class Weight(StrEnum):
    """How much it matters, the most first."""

    HINDERS = "hinders"  # recipients, or the letter's way to them
    NOTICED = "noticed"  # by those who read it in some mail programs
    ADVICE = "advice"
    SLIGHT = "slight"  # what some mail programs do not do, and hardly anybody notices


class Remark(NamedTuple):
    """One thing: what it is, where, what to do, and which mail programs it is about."""

    slug: str
    weight: Weight
    title: Words
    advice: Words = ""
    lines: tuple[int, ...] = ()
    places: tuple[Words, ...] = ()  # blocks, where there are no lines
    lacks: tuple[Lack, ...] = ()

    @property
    def line(self) -> int | None:
        return self.lines[0] if self.lines else None

    @property
    def level(self) -> str:
        """Return whether mail programs fail it, or do it in part; "" of what is no such thing."""
        levels = {lack.level for lack in self.lacks}
        return NO if NO in levels else max(levels, default="")

    @property
    def first_lines(self) -> tuple[int, ...]:
        return self.lines[:LINES_SHOWN]

    @property
    def more_lines(self) -> int:
        return max(len(self.lines) - LINES_SHOWN, 0)

    @property
    def notes(self) -> list[str]:
        notes = dict.fromkeys(note for lack in self.lacks for note in lack.notes)
        return [in_words(note) for note in notes]

    @property
    def clients(self) -> tuple[Lack, ...]:
        return self.lacks


def merged(remarks: Iterable[Remark]) -> list[Remark]:
    """Return each remark once, with all of its places, in the order of weight, level and line."""
    found: dict[tuple[str, str], Remark] = {}
    for remark in remarks:
        key = (remark.slug, str(remark.title))
        same = found.get(key, remark)
        found[key] = same._replace(
            lines=tuple(sorted({*same.lines, *remark.lines})),
            places=tuple(dict.fromkeys((*same.places, *remark.places))))
    order = list(Weight)
    return sorted(found.values(), key=lambda one: (
        order.index(one.weight), one.level != NO, one.line or 0, one.slug))
