"""By what recipients are found and ordered."""
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.core.addresses import shown
from apps.core.sieve import Sieve
from apps.core.words import folded, sort_key

if TYPE_CHECKING:
    from .models import Recipient

LONGEST_SORT_NAME = 200
MOST_WORDS = 10  # of a search


def search_text_of(recipient: "Recipient") -> str:
    """Return all by which a recipient can be found; the address as it is stored and as shown."""
    texts = [recipient.full_name, recipient.email, shown(recipient.email), recipient.comment]
    return folded(" ".join(dict.fromkeys(filter(None, texts))))


def sort_name_of(recipient: "Recipient") -> str:
    return sort_key(recipient.title, LONGEST_SORT_NAME)


def with_words(text: str) -> Sieve:
    """Return the sieve that keeps recipients in whom each word of `text` is, in any order."""
    keeps = Q()
    for word in folded(text).split()[:MOST_WORDS]:
        keeps &= Q(search_text__contains=word)
    return Sieve(keeps)
