"""Conditions as a person would say them."""
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from apps.core.addresses import domain_shown

from .book import Book
from .kinds import HOWS, OF_FIELD, How, Takes, kind_of
from .problems import is_group, problem_of


def words_of(conditions: Any, book: Book) -> str:
    """Return what conditions say, in one line without a stop."""
    if not is_group(conditions) or problem_of(conditions, book):
        return _("conditions that nobody fits")
    if not conditions["of"]:
        return _("everybody")
    return joined(conditions, [part_words(part, book) for part in conditions["of"]])


def joined(group: Any, parts: Iterable[str]) -> str:
    link = pgettext("conditions", "and") if group["match"] == "all" else pgettext(
        "conditions", "or")
    return f" {link} ".join(parts)


def part_words(part: Any, book: Book) -> str:
    if is_group(part):
        return f"({words_of(part, book)})"
    if not isinstance(part, dict):
        return gone("")
    what = str(part.get("what"))
    how = HOWS.get(kind_of(what, book.fields), {}).get(str(part.get("how")))
    if how is None:
        return gone(what)
    if not names_what_is_listed(how) and problem_of(part, book):
        return _("%(what)s: not clear") % {"what": what_words(what, book)}
    value = value_words(what, how, part.get("value"), book)
    return str(how.said) % {"what": what_words(what, book), "value": value}


def names_what_is_listed(how: How) -> bool:
    return how.takes in (Takes.SOME, Takes.ONE)


def what_words(what: str, book: Book) -> str:
    """Return what a condition is about, as its sentence begins."""
    if what.startswith(OF_FIELD):
        return quoted(book.fields[what.removeprefix(OF_FIELD)].label)
    if what == "added":
        return pgettext("condition", "added")
    if what == "source":
        return pgettext("condition", "source")
    return what


def value_words(what: str, how: How, value: Any, book: Book) -> str:
    if how.takes == Takes.DAYS:
        return DAYS.get(how.key, plain_days)(value)
    if names_what_is_listed(how):
        values = value if isinstance(value, list) else [value]
        link = pgettext("values", "and") if how.key == "all" else pgettext("values", "or")
        labels = [book.label(what, one) for one in values]
        return f" {link} ".join(quoted(label) if label else gone(what) for label in labels)
    return WORDS[how.takes](value) if how.takes in WORDS else ""


def quoted(text: str) -> str:
    return _("“%(text)s”") % {"text": text}


def gone(what: str) -> str:
    """Return what stands for a thing that a condition names and that was deleted."""
    if what.startswith(OF_FIELD):
        return _("(field deleted)")
    names = {"tags": _("(tag deleted)"), "import": _("(import deleted)"),
             "mailing": _("(mailing deleted)")}
    return names.get(what, _("(not clear)"))


def number_words(value: float) -> str:
    return str(localize(int(value) if value == int(value) else value))


def range_words(value: list[float]) -> str:
    low, high = sorted(value)
    return _("from %(low)s to %(high)s") % {"low": number_words(low), "high": number_words(high)}


def date_words(value: str) -> str:
    return date_format(date.fromisoformat(value), "DATE_FORMAT")


def domain_words(value: list[str]) -> str:
    return f" {pgettext('values', 'or')} ".join(map(domain_shown, value))


def plain_days(number: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}


def last_days(number: int) -> str:
    return ngettext("last %(n)s day", "last %(n)s days", number) % {"n": number}


def next_days(number: int) -> str:
    return ngettext("next %(n)s day", "next %(n)s days", number) % {"n": number}


DAYS: dict[str, Callable[[int], str]] = {
    "last": last_days, "within": last_days, "next": next_days, "yearly": next_days}
WORDS: dict[str, Callable[[Any], str]] = {
    Takes.TEXT: quoted,
    Takes.NUMBER: number_words,
    Takes.NUMBERS: range_words,
    Takes.DATE: date_words,
    Takes.DOMAINS: domain_words,
}
