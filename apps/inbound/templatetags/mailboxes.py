"""What comes back, as other apps' pages show it, without importing this app."""
from typing import Any

from django import template

from apps.mailings.senders.models import Sender

from ..mailbox.shown import panel

register = template.Library()


@register.inclusion_tag("inbound/_mailbox.html", takes_context=True)
def bounce_mailbox(context: dict[str, Any], sender: Sender) -> dict[str, object]:
    """The part of the sender's page about the mailbox where what comes back is read."""
    return {**panel(sender), "csrf_token": context.get("csrf_token"),
            "request": context.get("request")}
