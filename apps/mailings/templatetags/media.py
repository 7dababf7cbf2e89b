"""Pictures and attachments as pages show them."""
from django import template

from ..media.attachments import size_hint

register = template.Library()


@register.filter
def attachments_hint(message):
    """Return what to tell of a message's attachments that are large; "" of others."""
    return size_hint(message.attachments.all())
