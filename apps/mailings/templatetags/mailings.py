"""Personal fields as a message's reader sees them, and stored answers in their language."""
from django import template

from ..models import Delivery
from ..personal import split
from ..words import in_words

register = template.Library()
register.filter("in_words", in_words)


@register.filter
def personal_parts(text):
    """Return `text` in pieces: (None, plain text) and (field's name, fallback)."""
    return [(None, part) if isinstance(part, str) else part for part in split(text)]


@register.filter
def fate_words(state):
    """Return the words for a delivery's `state`."""
    return Delivery.State(state).label
