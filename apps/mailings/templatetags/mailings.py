"""Merge fields as a message's reader sees them, and stored answers in their language."""
from django import template

from ..attempts.explanations import advice, in_words, said
from ..attempts.verdicts import verdict
from ..messages.merge_fields import split
from ..models import Delivery

register = template.Library()
register.filter("in_words", in_words)
register.filter("advice", advice)


@register.filter
def meaning_words(answer):
    """Return what a stored answer means, where that is stored with it; else ""."""
    return said(answer)[0]


@register.filter
def server_words(answer):
    """Return a stored answer without its meaning, in words."""
    return in_words(said(answer)[1])


@register.filter
def personal_parts(text):
    """Return `text` in pieces: (None, plain text) and (field's name, fallback)."""
    parts = []
    for part in split(text):
        if isinstance(part, str):
            part = None, part
        parts.append(part)
    return parts


@register.filter
def bounce_words(recipient):
    """Return what the reply that marked `recipient` means."""
    return verdict(recipient.bounced_reply, "rcpt", recipient.email).words


@register.filter
def fate_words(state):
    """Return the words for a delivery's `state`."""
    return Delivery.State(state).label
