"""Tags as filters of a list, and how many people have each."""
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import OuterRef, Subquery

from apps.core.numbers import RowCount

from ..models import Recipient, Tag, Tagging

SHOWN = 8
MORE = 60  # behind a click; who has more finds them on the page of tags
MANY = 1000  # people of one tag; a list waits for no more to be counted


@dataclass
class Pills:
    """Tags to filter by: the first, those behind a click, and whether there are still others."""

    shown: list[Tag]
    folded: list[Tag]
    has_others: bool


def pills_of(user: Any, chosen: Tag | None) -> Pills:
    """Return the tags by which `user` may filter; the `chosen` one is always shown."""
    tags = list(Tag.objects.owned_by(user)[:SHOWN + MORE + 1])
    shown, rest = tags[:SHOWN], tags[SHOWN:]
    if chosen and chosen not in shown:
        shown = [*shown[:-1], chosen]
        rest = [tag for tag in tags if tag not in shown]
    add_people(shown, MANY)
    for tag in shown:
        tag.is_chosen = tag == chosen
    return Pills(shown, rest[:MORE], len(rest) > MORE)


def add_people(tags: Iterable[Tag], most: int) -> None:
    """Give each of `tags` its `people`: how many have it, counted as far as `most` + 1.

    `people_words` says the same in figures: “84”, “1,000+”.
    """
    # Asked of one after the other until there are enough: a join would read the whole book.
    deleted = Recipient.all_objects.filter(pk=OuterRef("recipient")).order_by().values(
        "deleted_at")
    people = Tagging.objects.filter(tag=OuterRef("pk")).annotate(
        gone=Subquery(deleted)).filter(gone=None).order_by()
    rows = Tag.objects.filter(pk__in=[tag.pk for tag in tags]).order_by()
    number = RowCount(people.values("pk")[:most + 1])
    numbers = dict(rows.annotate(number=number).values_list("pk", "number"))
    for tag in tags:
        tag.people = numbers.get(tag.pk, 0)
        tag.people_words = f"{intcomma(most)}+" if tag.people > most else intcomma(tag.people)
