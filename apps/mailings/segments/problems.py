"""What is wrong with conditions, in sentences for who writes them."""
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .book import Book, is_id
from .kinds import HOWS, How, OF_FIELD, Takes, kind_of

MOST_CONDITIONS = 20  # of a group
MOST_GROUPS = 10
MOST_VALUES = 200  # of one condition
MOST_DAYS = 3650
LONGEST_TEXT = 200
LARGEST = 10 ** 15  # numbers that both databases hold exactly
DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
GROUPS = ("all", "any")


def is_group(part: Any) -> bool:
    return isinstance(part, dict) and "of" in part


def problems_in(conditions: Any, book: Book) -> dict[str, str]:
    """Return a sentence for each condition that can not be saved, by its path; "" is the whole."""
    if problem := problem_of(conditions, book) or ("" if is_group(conditions) else _("Unknown.")):
        return {"": problem}
    found = group_problems(conditions, "", book)
    groups = [part for part in conditions["of"] if is_group(part)]
    if len(groups) > MOST_GROUPS:
        found[""] = ngettext(
            "Not more than %(n)s group.", "Not more than %(n)s groups.",
            MOST_GROUPS) % {"n": MOST_GROUPS}
    for place, part in enumerate(conditions["of"]):
        if is_group(part):
            found |= inner_problems(part, str(place), book)
    return found


def inner_problems(group: Any, path: str, book: Book) -> dict[str, str]:
    if any(is_group(part) for part in group["of"] if isinstance(group["of"], list)):
        return {path: _("A group within a group can not have groups.")}
    return group_problems(group, path, book)


def group_problems(group: Any, path: str, book: Book) -> dict[str, str]:
    """Return what is wrong with a group and its conditions, but not with the groups in it."""
    if problem := problem_of(group, book):
        return {path: problem}
    if not group["of"]:
        return {path: _("Add a condition.")}
    conditions = [part for part in group["of"] if not is_group(part)]
    if len(conditions) > MOST_CONDITIONS:
        return {path: ngettext(
            "Not more than %(n)s condition in a group.",
            "Not more than %(n)s conditions in a group.",
            MOST_CONDITIONS) % {"n": MOST_CONDITIONS}}
    found = {}
    for place, part in enumerate(group["of"]):
        if not is_group(part) and (problem := problem_of(part, book)):
            found[f"{path}.{place}" if path else str(place)] = problem
    return found


def problem_of(part: Any, book: Book) -> str:
    """Return what is wrong with one condition, or with the frame of a group; "" for nothing."""
    if not isinstance(part, dict):
        return _("Choose what the condition is about.")
    if is_group(part):
        fits = part.get("match") in GROUPS and isinstance(part["of"], list)
        return "" if fits else _("Choose whether all or any of the conditions hold.")
    what = part.get("what")
    kind = kind_of(what, book.fields)
    if not kind:
        if isinstance(what, str) and what.startswith(OF_FIELD):
            return _("This field was deleted. Choose another, or take the condition out.")
        return _("Choose what the condition is about.")
    how = HOWS[kind].get(str(part.get("how")))
    if how is None:
        return _("Choose how to compare.")
    return value_problem(str(what), how, part.get("value"), book)


def value_problem(what: str, how: How, value: Any, book: Book) -> str:
    if how.takes in (Takes.SOME, Takes.ONE):
        return listed_problem(what, value if how.takes == Takes.SOME else [value], book)
    check = CHECKS.get(how.takes)
    return check(value) if check else ""


def listed_problem(what: str, value: Any, book: Book) -> str:
    """Return what is wrong with values that are chosen from a list."""
    if not isinstance(value, list) or not value or value in ([""], [None]):
        return _("Choose at least one.")
    if len(value) > MOST_VALUES:
        return _("Too many are chosen.")
    if not all(book.has(what, one) for one in value):
        return _("What was chosen here is no longer there. Choose anew.")
    return ""


def text_problem(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        return _("Write a text.")
    if len(value) > LONGEST_TEXT or "\x00" in value:
        return _("This text is too long or has characters that can not be looked for.")
    return ""


def number_problem(value: Any) -> str:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not -LARGEST <= value <= LARGEST:
        return _("Write a number.")
    return ""


def numbers_problem(value: Any) -> str:
    if not isinstance(value, list) or len(value) != 2 or any(map(number_problem, value)):
        return _("Write two numbers.")
    return ""


def date_problem(value: Any) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return _("Write a date.")
    return "" if 1800 <= day.year <= 2200 else _("Write a date of our time.")


def days_problem(value: Any) -> str:
    if not is_id(value) or not 0 <= value <= MOST_DAYS:
        return _("Write a number of days from 0 to %(most)s.") % {"most": MOST_DAYS}
    return ""


def domains_problem(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return _("Write a domain, such as example.com.")
    if len(value) > MOST_VALUES:
        return _("Too many domains.")
    for domain in value:
        if not isinstance(domain, str) or len(domain) > 253 or not DOMAIN.fullmatch(domain):
            return _("“%(domain)s” is no domain.") % {"domain": str(domain)[:60]}
    return ""


CHECKS: dict[str, Callable[[Any], str]] = {
    Takes.TEXT: text_problem,
    Takes.NUMBER: number_problem,
    Takes.NUMBERS: numbers_problem,
    Takes.DATE: date_problem,
    Takes.DAYS: days_problem,
    Takes.DOMAINS: domains_problem,
}
