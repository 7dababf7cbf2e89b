"""What a segment's conditions mean: checked, as a sieve of recipients, and in words.

They are a group, {"match": "all" or "any", "of": […]}, of conditions
{"what": …, "how": …, "value": …} and of groups that have conditions alone. What there is to ask is
in `kinds.py`. A condition that makes no sense, or names what is gone, keeps nobody: neither does
one that excludes, so that nobody is written to by mistake.
"""
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from apps.core.sieve import Sieve
from apps.users.models import User

from .book import Book
from .problems import is_group, problem_of, problems_in
from .sieves import NOBODY, Question, either, sieve_for
from .words import words_of


def sieve_of(conditions: Any, *, owner_id: int, now: datetime) -> Sieve:
    """Return the sieve that keeps whom the conditions fit, of recipients of this owner.

    It keeps everybody of a group of all without conditions, and is false then.
    """
    return group_sieve(conditions, Book(owner_id), now)


def group_sieve(group: Any, book: Book, now: datetime) -> Sieve:
    if problem_of(group, book):
        return NOBODY
    sieves = [part_sieve(part, book, now) for part in group["of"]]
    if group["match"] == "any":
        return either(sieves)
    whole = Sieve()
    for sieve in sieves:
        whole &= sieve
    return whole


def part_sieve(part: Any, book: Book, now: datetime) -> Sieve:
    if is_group(part):
        return group_sieve(part, book, now) if part.get("of") else NOBODY
    if problem_of(part, book):
        return NOBODY
    return sieve_for(Question(book, now, part["what"], part["how"], part.get("value")))


def in_words(conditions: Any, owner: User) -> str:
    """Return the conditions as a person would say them."""
    return words_of(conditions, Book(owner.pk))


def check(conditions: Any, owner: User) -> None:
    """Raise ValidationError for conditions that can not be saved.

    It is a dictionary of sentences by the path of the condition: "0", in a group "1.0", and ""
    for all together.
    """
    if problems := problems_in(conditions, Book(owner.pk)):
        raise ValidationError({path: [words] for path, words in problems.items()})
