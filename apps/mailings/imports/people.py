"""The people of a row: one for each address, with what the other columns say of them."""
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from ..fields.models import Field
from ..models import Recipient
from ..owned_form import CONTROL
from ..recipients.addresses import normalized
from ..tags.models import key_of
from ..tags.names import names_in
from ..tags.services import MOST as MOST_TAGS
from .address_cells import LINE_END, addresses_of, is_plain
from .columns import FIELD

LONGEST_NAME = Recipient._meta.get_field("full_name").max_length or 150
LONGEST_COMMENT = 5000
# Control characters but the ends of lines and the tab, and what no database stores.
NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
REMEMBERED = 10_000  # values of one column
Trouble = tuple[str, int, dict[str, Any]]  # a reason's key, the column, details


@dataclass(slots=True)
class Person:
    """One address of a row, and what is known with it; with a `reason` it is rejected."""

    number: int
    part: int
    cells: list[str]
    email: str = ""
    values: dict[str, Any] = field(default_factory=dict)  # by target, without empty ones
    tags: tuple[str, ...] = ()
    reason: str = ""
    column: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    mended: list[str] | None = None  # cells that somebody wrote instead
    fate: str = ""  # of the row that was mended

    @property
    def key(self) -> str:
        return self.email.lower()

    def reject(self, reason: str, column: int | None, **details: Any) -> None:
        self.reason = reason
        self.column = column
        self.details = details


class Judge:
    """Makes people of rows, by what the columns become."""

    def __init__(self, columns: list[str], fields: dict[str, Field], tag_keys: set[str],
                 read: Callable[[Field, str], Any]) -> None:
        self.places: dict[str, list[int]] = {}
        for number, target in enumerate(columns):
            self.places.setdefault(target, []).append(number)
        self.emails = self.places.get("email", [])
        self.names = self.places.get("full_name", [])
        self.parts = [self.places[target][0] for target in ("last_name", "first_name", "patronymic")
                      if target in self.places]
        self.comments = self.places.get("comment", [])
        self.tags = self.places.get("tags", [])
        self.fields = [(number, fields[target.removeprefix(FIELD)], target)
                       for number, target in enumerate(columns)
                       if target.startswith(FIELD) and target.removeprefix(FIELD) in fields]
        self.read = read
        self.tag_keys = set(tag_keys)
        self.known_values: dict[str, dict[str, Any]] = {}
        self.known_tags: dict[str, tuple[str, ...]] = {}

    def people(self, number: int, cells: list[str]) -> list[Person]:
        """Return the people of a row, at least one: a row without an address is a rejected one."""
        values, tags, trouble = self.common(cells)
        found = list(self.addresses(cells))
        if not found:
            person = Person(number, 0, cells)
            person.reject("no_address", self.emails[0])
            return [person]
        people = []
        for part, (column, text, name) in enumerate(found):
            own = cells
            if len(found) > 1:
                own = self.with_address(cells, column, text)
            person = Person(number, part, own, values=values, tags=tags)
            self.address(person, column, text, name)
            if trouble and not person.reason:
                person.reject(trouble[0], trouble[1], **trouble[2])
            people.append(person)
        return people

    def one(self, number: int, part: int, mended: list[str], cells: list[str]) -> Person:
        """Return the one person that a row is about since its `cells` were mended."""
        people = self.people(number, mended)
        person = people[0]
        if len(people) > 1:
            person.reject("several", self.emails[0])
        person.part = part
        person.mended = mended
        person.cells = cells
        return person

    def with_address(self, cells: list[str], column: int, text: str) -> list[str]:
        """Return the row as it would be if `text` were its only address."""
        own = ["" if number in self.emails else cell for number, cell in enumerate(cells)]
        own[column] = text
        return own

    def addresses(self, cells: list[str]) -> Iterator[tuple[int, str, str]]:
        """Yield the column, the text and the name of what stands for one address each."""
        for column in self.emails:
            cell = cells[column].strip() if column < len(cells) else ""
            if not cell:
                continue
            if is_plain(cell):
                yield column, cell, ""
                continue
            for text, name in addresses_of(cell):
                yield column, text, name

    def address(self, person: Person, column: int, text: str, name: str) -> None:
        try:
            person.email = normalized(text)
        except ValidationError:
            person.reject("address", column, value=text)
            return
        if name and "full_name" not in person.values:
            name = one_line(name)
            if len(name) > LONGEST_NAME:
                person.reject("long_name", column, most=LONGEST_NAME)
            elif name:
                person.values = {**person.values, "full_name": name}

    def common(self, cells: list[str]) -> tuple[dict[str, Any], tuple[str, ...], Trouble | None]:
        """Return what all people of a row have alike, and the first thing that is wrong with it."""
        values: dict[str, Any] = {}
        trouble = self.name(cells, values) or self.comment(cells, values)
        width = len(cells)
        for number, own, target in self.fields:
            text = cells[number].strip() if number < width else ""
            if not text or target in values:
                continue
            try:
                value = self.value(own, text)
            except ValidationError:
                trouble = trouble or (
                    "value", number, {"field": own.key, "label": own.label, "value": text})
                continue
            if value is not None:
                values[target] = value
        tags: tuple[str, ...] = ()
        for number in self.tags:
            text = cells[number].strip() if number < width else ""
            if text and not trouble:
                more, trouble = self.tags_of(number, text)
                tags += more
        return values, tags, trouble

    def name(self, cells: list[str], values: dict[str, Any]) -> Trouble | None:
        width = len(cells)
        text = ""
        column = 0
        for column in self.names:
            if column < width and (text := one_line(cells[column])):
                break
        if not text and self.parts:
            column = self.parts[0]
            parts = (one_line(cells[number]) for number in self.parts if number < width)
            text = " ".join(filter(None, parts))
        if len(text) > LONGEST_NAME:
            return "long_name", column, {"most": LONGEST_NAME}
        if text:
            values["full_name"] = text
        return None

    def comment(self, cells: list[str], values: dict[str, Any]) -> Trouble | None:
        texts = [plain_text(cells[number]) for number in self.comments if number < len(cells)]
        text = "\n".join(filter(None, texts))
        if len(text) > LONGEST_COMMENT:
            return "long_comment", self.comments[0], {"most": LONGEST_COMMENT}
        if text:
            values["comment"] = text
        return None

    def value(self, own: Field, text: str) -> Any:
        """Return a text as a value of an owner's field. Raises ValidationError."""
        known = self.known_values.setdefault(own.key, {})
        if text in known:
            return known[text]
        value = self.read(own, one_line(text))
        if len(known) < REMEMBERED:
            known[text] = value
        return value

    def tags_of(self, column: int, text: str) -> tuple[tuple[str, ...], Trouble | None]:
        """Return the names of tags in a cell; no more than an owner may have are let through."""
        if text in self.known_tags:
            return self.known_tags[text], None
        try:
            names = tuple(names_in(text))
        except ValidationError:
            return (), ("tags", column, {"value": text})
        keys = {key_of(name) for name in names}
        if len(self.tag_keys | keys) > MOST_TAGS:
            return (), ("too_many_tags", column, {"most": MOST_TAGS})
        self.tag_keys |= keys
        if len(self.known_tags) < REMEMBERED:
            self.known_tags[text] = names
        return names, None


def one_line(text: str) -> str:
    """Return a name as it is stored: one line, without control characters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(CONTROL.sub(" ", text).split())


def plain_text(text: str) -> str:
    """Return a text as it is stored: lines end alike, without control characters."""
    if text.isprintable():
        return text.strip()
    return NOT_IN_TEXT.sub("", LINE_END.sub("\n", text)).strip()
