"""What a dossier is made of. Apps above this one register what they know of a person."""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from ..models import Recipient


@dataclass(frozen=True)
class Section:
    """A table; without a `head`, its rows are a label and what is known."""

    heading: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    head: tuple[str, ...] = ()


Source = Callable[[Recipient], Section]
sources: list[Source] = []


def register(source: Source) -> None:
    sources.append(source)


def moment(value: datetime | None) -> str:
    """Return a moment in the reader's words; "" of none."""
    if value is None:
        return ""
    return date_format(localtime(value), "DATETIME_FORMAT")
