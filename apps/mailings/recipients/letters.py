"""Where a long list of recipients is opened: at a letter of its names, or at a day."""
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest

from apps.core.listing import DAY, day, midnight
from apps.core.words import sort_key

AFTER_ALL = "\U0010ffff"  # comes after what any name goes on with
NO_LETTER = "#"
MOST = 80  # letters; other scripts have thousands
# Each step is one look into the index that the list is read by: for the next name's first letter.
FIRST_LETTERS = """
WITH RECURSIVE letters(letter) AS (
    SELECT (SELECT SUBSTR(sort_name, 1, 1) FROM mailings_recipient
            WHERE deleted_at IS NULL {own} ORDER BY sort_name LIMIT 1)
    UNION ALL
    SELECT (SELECT SUBSTR(sort_name, 1, 1) FROM mailings_recipient
            WHERE deleted_at IS NULL {own} AND sort_name > letter || %(after_all)s
            ORDER BY sort_name LIMIT 1)
    FROM letters WHERE letter IS NOT NULL
)
SELECT letter FROM letters WHERE letter <> '' LIMIT {most}
"""


def letters_of(owner: int | None) -> list[str]:
    """Return the letters with which names in somebody's book begin, or all names, in order.

    Names that begin with no letter are under NO_LETTER.
    """
    own = "AND owner_id = %(owner)s" if owner else ""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_LETTERS.format(own=own, most=MOST),
                       {"owner": owner, "after_all": AFTER_ALL})
        found = [letter for letter, in cursor.fetchall()]
    return list(dict.fromkeys(letter.upper() if letter.isalpha() else NO_LETTER for letter in found))


def opens_at(request: HttpRequest, sort: str) -> Any:
    """Return the value at which a list opens: of the letter or the day in the address, or None."""
    backwards = sort.startswith("-")
    if sort.removeprefix("-") == "name":
        return name_at(request.GET.get("begin", "")[:1], backwards=backwards)
    if sort.removeprefix("-") == "added":
        return moment_at(day(request, "begin"), backwards=backwards)
    return None


def name_at(letter: str, *, backwards: bool) -> str | None:
    """Return the name at which those of a letter begin; None for what is no letter."""
    if letter == NO_LETTER:
        return "9" + AFTER_ALL if backwards else ""
    if not letter.isalpha():
        return None
    first = sort_key(letter, 2)
    return first + AFTER_ALL if backwards else first


def moment_at(added: date | None, *, backwards: bool) -> datetime | None:
    """Return the moment at which those who were added on a day begin."""
    if added is None:
        return None
    return midnight(added + DAY if backwards else added)
