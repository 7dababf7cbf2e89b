"""What a form shows of a choice of recipients: the first names, the searches, and how many."""
from collections.abc import Iterable
from functools import cached_property

from apps.core.numbers import MANY, Number, counted
from apps.core.sieve import Sifted

from ..models import Mailing, Recipient
from ..search import with_words
from .choice import Choice, among, has_over, members, stored

SHOWN = 50  # names of one kind


class Picked:
    """A choice as the picker shows it. Numbers are exact up to 10,000."""

    def __init__(self, mailing: Mailing, choice: Choice) -> None:
        self.mailing = mailing
        self.choice = choice
        self.book = Recipient.objects.filter(owner=mailing.owner_id)

    @cached_property
    def by_hand(self) -> list[Recipient]:
        """The first of those who were ticked by hand."""
        return list(self.book.filter(pk__in=among(self.choice.ids))[:SHOWN])

    @cached_property
    def others_by_hand(self) -> list[int]:
        """The ids of the rest of them, less who was deleted meanwhile."""
        named = {recipient.pk for recipient in self.by_hand}
        rest = [pk for pk in self.choice.ids if pk not in named]
        if not rest:
            return []
        there = set(self.book.filter(pk__in=among(rest)).values_list("pk", flat=True))
        return [pk for pk in rest if pk in there]

    @cached_property
    def size(self) -> Number:
        """How many are in the mailing, whether they stay or not."""
        if not self.mailing.pk:
            return Number(0)
        if has_over(self.mailing.pk, MANY):
            return Number(MANY + 1)
        return Number(stored(self.mailing).count())

    @cached_property
    def named(self) -> list[Recipient]:
        """The first of those who are in the mailing and stay."""
        if not (self.choice.stays and self.size.counted):
            return []
        rows = stored(self.mailing, {*self.choice.without, *self.choice.ids})
        if self.size.is_many:
            return list(rows.order_by("sort_name", "pk")[:SHOWN])
        # Few of a long book: they are found first, and then put in order.
        ids = list(rows.values_list("pk", flat=True))
        return list(self.book.filter(pk__in=among(ids))[:SHOWN])

    def mark(self, found: Iterable[Recipient]) -> list[Recipient]:
        """Return these recipients, each with `is_in`: whether they are in the mailing and stay."""
        recipients = list(found)
        inside: set[int] = set()
        if self.mailing.pk and self.choice.stays:
            wanted = {recipient.pk for recipient in recipients} - set(self.choice.without)
            rows = members(self.mailing.pk).filter(recipient__in=wanted)
            inside = set(rows.values_list("recipient", flat=True))
        for recipient in recipients:
            recipient.is_in = recipient.pk in inside
        return recipients

    @property
    def unnamed(self) -> bool:
        """Whether some of those who are in the mailing are not shown by name."""
        return len(self.named) == SHOWN

    @property
    def shown(self) -> str:
        """The ids of `named`, as the form carries them."""
        return ",".join(str(recipient.pk) for recipient in self.named)

    @cached_property
    def found(self) -> list[tuple[str, Number]]:
        """The searches whose finds are chosen, each with how many it finds."""
        return [(text, Number(found_number(self.book, text))) for text in self.choice.texts]

    @property
    def staying(self) -> int:
        """How many are in the mailing beside those who are shown by name."""
        return max(0, self.size.counted - len(self.choice.without) - len(self.named))

    @cached_property
    def count(self) -> int:
        """How many are chosen; those whom two parts of the choice have count twice."""
        staying = self.staying if self.choice.stays else 0
        by_hand = len(self.by_hand) + len(self.others_by_hand)
        known = staying + len(self.named) + by_hand
        return known + sum(number.counted for _text, number in self.found)

    @property
    def over(self) -> Number:
        """What stands for a number of which only that much is known."""
        return Number(MANY + 1)

    @property
    def count_words(self) -> str:
        staying = self.choice.stays and self.size.is_many
        is_many = staying or any(number.is_many for _text, number in self.found)
        return str(self.over if is_many else Number(self.count, exact=True))

    @property
    def is_empty(self) -> bool:
        staying = self.choice.stays and self.size.counted
        return not (staying or self.choice.ids or self.choice.texts)


def found_number(book, text: str) -> int:
    """Return how many recipients a search finds, counted as far as MANY + 1."""
    sieve = with_words(text)
    if not sieve:
        return counted(book)
    sifted = Sifted(book, sieve)
    sifted.first(book.order_by("sort_name", "pk"), 1)  # how frequent they are says how to count
    return sifted.counted
