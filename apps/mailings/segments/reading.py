"""Conditions as a form sends them: each field's name begins with the place of its condition.

`0-what`, `0-how`, `0-value` and `0-until` are the first condition; `1-match` makes the second a
group, whose first condition is `1.0-what` and so on. What can not be read stays as it was typed,
so that nothing is lost; `problems.py` says what is wrong with it.
"""
import re
from typing import Any

from django.http import QueryDict

from apps.core.access import ids_in
from apps.core.addresses import stored

from .book import Book
from .kinds import HOWS, Takes, kind_of

PLACE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?-(?:what|match)")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
BLANKS = re.compile(r"[\s\u00a0\u202f]")
BETWEEN = re.compile(r"[\s,;]+")
STEPS = ("_add", "_group", "_remove", "_refresh", "_count")  # buttons that save nothing
NEW: dict[str, Any] = {"what": ""}


def conditions_in(data: QueryDict, book: Book) -> dict[str, Any]:
    """Return the conditions that a form sent."""
    places = sorted({(int(found[1]), int(found[2] or 0)) for found in map(PLACE.fullmatch, data)
                     if found})
    tops = sorted({top for top, _inner in places})
    group: dict[str, Any] = {"match": data.get("match", "all"), "of": []}
    for top in tops:
        if f"{top}-match" in data:
            inner = [f"{first}.{second}" for first, second in places if first == top]
            group["of"].append({
                "match": data[f"{top}-match"],
                "of": [condition_in(data, path, book) for path in inner if f"{path}-what" in data]})
        else:
            group["of"].append(condition_in(data, str(top), book))
    return group


def condition_in(data: QueryDict, path: str, book: Book) -> dict[str, Any]:
    """Return one condition; a way to ask that does not fit what it is about gives way."""
    what = data.get(f"{path}-what", "")
    hows = HOWS.get(kind_of(what, book.fields), {})
    if not hows:
        return {"what": what}
    how = hows.get(data.get(f"{path}-how", "")) or next(iter(hows.values()))
    condition = {"what": what, "how": how.key}
    if how.takes == Takes.NOTHING:
        return condition
    texts = [text.strip() for text in data.getlist(f"{path}-value")]
    if data.get(f"{path}-was", "") not in ("", shape(what, how.takes)):
        texts = []  # it was written beside something else
    until = data.get(f"{path}-until", "").strip()
    return {**condition, "value": value_of(what, how.takes, texts, until)}


def shape(what: str, takes: str) -> str:
    """Return which values stay when a condition is changed: those of the same shape."""
    return f"{what}~{takes}" if takes in (Takes.SOME, Takes.ONE) else takes


def value_of(what: str, takes: str, texts: list[str], until: str) -> Any:
    """Return the value of a condition as it is stored, or what was typed instead."""
    if takes == Takes.SOME:
        return ids_in(texts) if what in ("tags", "import") else texts
    text = texts[0] if texts else ""
    if takes == Takes.ONE:
        return id_or(text, None)
    if takes == Takes.NUMBER:
        return number_in(text)
    if takes == Takes.NUMBERS:
        return [number_in(text), number_in(until)]
    if takes == Takes.DAYS:
        return id_or(text, text)
    if takes == Takes.DOMAINS:
        return [domain_in(part) for part in BETWEEN.split(text) if part]
    return text


def id_or(text: str, default: str | None) -> int | str | None:
    """Return the whole number that a text is, else `default`."""
    for number in ids_in([text]):
        return number
    return default


def number_in(text: str) -> int | float | str:
    plain = BLANKS.sub("", text).replace(",", ".").replace("−", "-")
    if not NUMBER.fullmatch(plain):
        return text
    return float(plain) if "." in plain else int(plain)


def domain_in(text: str) -> str:
    """Return a domain as addresses have it, from a domain or an address as people write them."""
    return stored(text.rpartition("@")[2].strip("."))


def is_step(data: QueryDict) -> bool:
    """Return whether a button was pressed that changes or counts, but saves nothing."""
    return any(name in data for name in STEPS)


def after_step(conditions: dict[str, Any], data: QueryDict) -> dict[str, Any]:
    """Return the conditions after what the pressed button does."""
    if "_group" in data:
        conditions["of"].append({"match": "any", "of": [dict(NEW)]})
    elif "_add" in data:
        group_at(conditions, data.get("_add", ""))["of"].append(dict(NEW))
    elif "_remove" in data:
        remove(conditions, data.get("_remove", ""))
    return conditions


def group_at(conditions: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the group at a path; the whole for "" and for nonsense."""
    for place in ids_in([path]):
        if place < len(conditions["of"]) and "of" in conditions["of"][place]:
            inner: dict[str, Any] = conditions["of"][place]
            return inner
    return conditions


def remove(conditions: dict[str, Any], path: str) -> None:
    """Take out the condition or group at a path, and a group that is empty then."""
    top, _dot, inner = path.partition(".")
    group = group_at(conditions, top) if inner else conditions
    for place in ids_in([inner or top]):
        if place < len(group["of"]):
            del group["of"][place]
    if inner and not group["of"] and group in conditions["of"]:
        conditions["of"].remove(group)
