"""How many rows there are, counted as far as a page may wait for it."""
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import IntegerField, Subquery
from django.utils.translation import gettext as _

MANY = 10_000  # rows; to count more takes longer than a page may


def counted(rows: Any) -> int:
    """Return how many rows a queryset has; MANY + 1 where these are more than MANY."""
    number: int = rows.order_by().values("pk")[:MANY + 1].count()
    return number


class RowCount(Subquery):
    """How many rows a subquery has; of one that is sliced, no more than that."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Number:
    """How many there are: `exact`, or as far as they were `counted`."""

    counted: int
    exact: bool = False

    @property
    def is_many(self) -> bool:
        """Whether there are more than were counted."""
        return self.counted > MANY and not self.exact

    @property
    def count(self) -> int:
        """How many there are as far as they were counted; for plurals."""
        return MANY if self.is_many else self.counted

    def __str__(self) -> str:
        """Return it in figures: “312”, “over 10,000”."""
        number = str(intcomma(self.count))
        return _("over %(number)s") % {"number": number} if self.is_many else number
