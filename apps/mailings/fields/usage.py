"""Where a field is used in letters."""
from django.db.models import Q

from ..messages.merge_fields import own_in
from ..models import Field, Message


def messages_with(field: Field) -> list[Message]:
    """Return the owner's messages whose letters have the field, newest first."""
    braces = Q(subject__contains="{") | Q(body__contains="{")
    messages = Message.objects.filter(braces, owner=field.owner_id).only("subject", "body")
    return [message for message in messages if own_in(message, {field.key})]
