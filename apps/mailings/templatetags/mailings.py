"""Personal fields as a message's reader sees them, and stored answers in their language."""
from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from ..attempts.verdicts import verdict
from ..models import Delivery
from ..personal import split
from ..words import advice, in_words, said

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
def fields_marked(text):
    """Return `text` as HTML in which its personal fields are marked."""
    marked = SafeString("")
    for part in split(text):
        if isinstance(part, str):
            marked += conditional_escape(part)
        else:
            words = " | ".join(filter(None, part))
            marked += format_html('<span class="app-field">{}</span>', words)
    return marked


@register.filter
def bounce_words(recipient):
    """Return what the reply that marked `recipient` means."""
    return verdict(recipient.bounced_reply, "rcpt", recipient.email).words


@register.filter
def fate_words(state):
    """Return the words for a delivery's `state`."""
    return Delivery.State(state).label
