"""What the columns of a file become: guessed by their headers and cells, remembered by header."""
import hashlib
import re
from collections.abc import Callable, Sequence

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.users.models import User

from ..fields.models import Field
from ..fields.values import read
from ..messages.first_names import EVERY
from ..messages.names import FEMALE_PATRONYMIC, MALE_PATRONYMIC, SURNAME, TURKIC_PATRONYMIC
from ..sheets.cells import is_address
from .address_cells import addresses_of
from .header_words import key_of_header, target_of
from .models import Import

IGNORED = ""
FIELD = "field:"  # and the key of an owner's own one
NAME_PARTS = ("last_name", "first_name", "patronymic")
TARGETS: dict[str, str | Promise] = {
    IGNORED: pgettext_lazy("column of a file", "Leave out"),
    "email": _("E-mail"),
    "full_name": _("Full name"),
    "last_name": _("Surname"),
    "first_name": _("First name"),
    "patronymic": _("Patronymic"),
    "comment": _("Comment"),
    "tags": _("Tags"),
}
SHARED = ("email", "comment", "tags")  # any number of columns may become one of these
NAME = key_of_header("Name")
MOST = 0.5  # the share of a column's cells that must look like what it is taken for
NUMBER = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*(?:[.,]\d+)?|[+-]?\d+(?:[.,]\d+)?")
DATE = re.compile(r"\d{4}-\d\d?-\d\d?|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)")


def header_key(header: Sequence[str]) -> str:
    """Return the key by which columns under `header` are remembered; "" without one."""
    if not any(header):
        return ""
    words = "\n".join(key_of_header(cell) for cell in header)
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def guess(header: Sequence[str], rows: Sequence[Sequence[str]], owner: User) -> list[str]:
    """Return what each column becomes: as the last import with this header had it, or as their
    words and cells say."""
    width = max([len(header), *map(len, rows)], default=0)
    fields = {field.key: field for field in Field.objects.owned_by(owner)}
    remembered = remembered_columns(header, owner, fields)
    if len(remembered) == width and "email" in remembered:
        return remembered
    targets = by_header(header, width, fields)
    cells = [[row[n].strip() for row in rows if n < len(row) and row[n].strip()]
             for n in range(width)]
    fill_addresses(targets, cells)
    fill_names(targets, cells)
    return targets


def remembered_columns(header: Sequence[str], owner: User, fields: dict[str, Field]) -> list[str]:
    key = header_key(header)
    if not key:
        return []
    last = Import.objects.owned_by(owner).filter(header_key=key).exclude(columns=[]).exclude(
        stage__in=[Import.Stage.OPENING, Import.Stage.MAPPING]).order_by("-id").first()
    if last is None:
        return []
    return [target if is_known(target, fields) else IGNORED for target in last.columns]


def is_known(target: str, fields: dict[str, Field]) -> bool:
    return target in TARGETS or target.removeprefix(FIELD) in fields


def by_header(header: Sequence[str], width: int, fields: dict[str, Field]) -> list[str]:
    """Return what the words of `header` say, each target that is not shared once."""
    own = {key_of_header(field.label): FIELD + key for key, field in fields.items()}
    own |= {key_of_header(key): FIELD + key for key in fields}
    targets = [IGNORED] * width
    keys = [key_of_header(cell) for cell in header]
    for number, cell in enumerate(header):
        target = own.get(keys[number]) or target_of(cell)
        if keys[number] in keys[number + 1:]:
            # An export has «Комментарий» before a field that is called so in another language.
            target = target_of(cell) or target
        if target in SHARED or target not in targets:
            targets[number] = target
    if "full_name" in targets and "last_name" in targets and "first_name" not in targets:
        number = targets.index("full_name")
        if keys[number] == NAME:
            targets[number] = "first_name"  # beside «Last name»
    if "first_name" in targets and not {"last_name", "patronymic"} & set(targets):
        number = targets.index("first_name")  # «Имя» alone is all that is known of the name
        targets[number] = IGNORED if "full_name" in targets else "full_name"
    return targets


def fill_addresses(targets: list[str], cells: list[list[str]]) -> None:
    """Find the columns of addresses by what is in them, where no header says it."""
    shares = [share(column, is_of_addresses) for column in cells]
    if not any(shares):
        shares = [share(column, looks_like_address) for column in cells]
    if not any(target == "email" and shares[n] > 0 for n, target in enumerate(targets)):
        found = [number for number, part in enumerate(shares) if part >= MOST]
        for number in [number for number in found if is_varied(cells[number])] or found:
            targets[number] = "email"
        if "email" not in targets and shares and max(shares) > 0:
            targets[shares.index(max(shares))] = "email"
    leave_out_repeated_addresses(targets, cells)


def leave_out_repeated_addresses(targets: list[str], cells: list[list[str]]) -> None:
    """Leave out a column that has no address but those of the columns before it."""
    before: set[str] = set()
    for number, target in enumerate(targets):
        if target != "email":
            continue
        found = {text.lower() for cell in cells[number] for text, _name in addresses_of(cell)}
        if found and found <= before:
            targets[number] = IGNORED
        before |= found


def is_varied(cells: list[str]) -> bool:
    """Whether a column has more than a few values that come again, as those of managers do."""
    return len(cells) < 2 or len(set(cells)) > len(cells) / 2


def is_of_addresses(cell: str) -> bool:
    """Whether there are addresses in a cell and nothing else but their names."""
    found = list(addresses_of(cell))
    return bool(found) and all(is_address(text) for text, _name in found)


def looks_like_address(cell: str) -> bool:
    _local, at, domain = cell.rpartition("@")
    return bool(at) and "." in domain


def fill_names(targets: list[str], cells: list[list[str]]) -> None:
    """Find names by what is in the columns that no header tells, where none is told of names."""
    if {"full_name", *NAME_PARTS} & set(targets):
        return
    free = [number for number, target in enumerate(targets) if target == IGNORED]
    for number in free:
        if share(cells[number], looks_like_full_name) >= MOST:
            targets[number] = "full_name"
            return
    tests = {"patronymic": looks_like_patronymic, "first_name": looks_like_first_name,
             "last_name": looks_like_surname}
    for target, test in tests.items():
        shares = {number: share(cells[number], test) for number in free
                  if targets[number] == IGNORED and is_beside_names(targets, number)}
        best = max(shares, key=lambda number: shares[number], default=None)
        if best is not None and shares[best] >= MOST:
            targets[best] = target
    if targets.count("first_name") and not {"last_name", "patronymic"} & set(targets):
        targets[targets.index("first_name")] = "full_name"


def is_beside_names(targets: list[str], number: int) -> bool:
    """Whether a column stands beside another part of the names, or none is found yet."""
    found = [place for place, target in enumerate(targets) if target in NAME_PARTS]
    return not found or any(abs(place - number) == 1 for place in found)


def share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells) if cells else 0


def word(cell: str) -> str:
    return cell.lower().replace("ё", "е")


def looks_like_full_name(cell: str) -> bool:
    words = word(cell).split()
    return 2 <= len(words) <= 4 and "@" not in cell and any(
        part in EVERY or looks_like_patronymic(part) for part in words)


def looks_like_patronymic(cell: str) -> bool:
    name = word(cell)
    return bool(MALE_PATRONYMIC.fullmatch(name)) or (
        len(name) > 5 and name.endswith((*FEMALE_PATRONYMIC, *TURKIC_PATRONYMIC)))


def looks_like_first_name(cell: str) -> bool:
    return word(cell) in EVERY


def looks_like_surname(cell: str) -> bool:
    name = word(cell)
    is_word = name.replace("-", "").isalpha()
    return is_word and name.endswith(SURNAME) and name not in EVERY


def guess_kind(cells: Sequence[str]) -> str:
    """Return of which kind a new field for these cells of a column would be."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if filled and all(DATE.fullmatch(cell) for cell in filled):
        kind = Field.Kind.DATE
    elif filled and all(is_number(cell) for cell in filled):
        kind = Field.Kind.NUMBER
    else:
        kind = Field.Kind.TEXT
    return str(kind if all(is_read(kind, cell) for cell in filled) else Field.Kind.TEXT)


def is_read(kind: str, cell: str) -> bool:
    """Whether a field of this kind takes a cell: dates may be American, numbers very exact."""
    try:
        read(Field(kind=kind), cell)
    except ValidationError:
        return False
    return True


def is_number(cell: str) -> bool:
    """Whether a cell is a number, and none that would lose its zeros or is a telephone's."""
    digits = sum(char.isdigit() for char in cell)
    has_zeros = len(cell) > 1 and cell[0] == "0" and cell[1].isdigit()
    return bool(NUMBER.fullmatch(cell)) and digits <= 9 and not has_zeros
