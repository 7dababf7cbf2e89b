"""By what recipients are found and ordered."""
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from apps.core.addresses import shown
from apps.core.sieve import Sieve
from apps.core.words import folded, sort_key

if TYPE_CHECKING:
    from .models import Mailing, Recipient

LONGEST_SORT_NAME = 200
MOST_WORDS = 10  # of a search
MOST_THREES = 24  # that SQLite is asked for; more narrow a search no further
FIND_THREES = """
SELECT rowid FROM mailings_recipient_words WHERE mailings_recipient_words MATCH %s
"""


def search_text_of(recipient: "Recipient") -> str:
    """Return all by which a recipient can be found; the address as it is stored and as shown."""
    texts = [recipient.full_name, recipient.email, shown(recipient.email), recipient.comment]
    return folded(" ".join(dict.fromkeys(filter(None, texts))))


def sort_name_of(row: "Recipient | Mailing") -> str:
    return sort_key(row.title, LONGEST_SORT_NAME)


def with_words(text: str) -> Sieve:
    """Return the sieve that keeps recipients in whom each word of `text` is, in any order.

    No index has words of one or two letters: those in hardly any row cost one look at the book,
    0.2 s for a million.
    """
    words = folded(text).split()[:MOST_WORDS]
    keeps = Q()
    for word in words:
        keeps &= Q(search_text__contains=word)
    if connection.vendor == "sqlite":
        return Sieve(keeps, in_table_of_words(words))
    return Sieve(keeps)


def in_table_of_words(words: list[str]) -> Q:
    """Return the condition that SQLite's table of words answers: it has each three letters."""
    threes = [f'"{three}"' for word in words for three in threes_of(word)]
    if not threes:
        return Q()
    match = " AND ".join(threes[:MOST_THREES])
    return Q(pk__in=RawSQL(FIND_THREES, [match]))  # nosec B611


def threes_of(word: str) -> list[str]:
    """Return each three letters in a row, quotes doubled as SQLite reads them."""
    threes = [word[place:place + 3] for place in range(len(word) - 2)]
    return [three.replace('"', '""') for three in threes]
