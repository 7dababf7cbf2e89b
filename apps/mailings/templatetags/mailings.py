"""Personal fields as a message's reader sees them."""
from django import template

from ..personal import split

register = template.Library()


@register.filter
def personal_parts(text):
    """Return `text` in pieces: (None, plain text) and (field's name, fallback)."""
    return [(None, part) if isinstance(part, str) else part for part in split(text)]
