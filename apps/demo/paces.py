"""How the demo's bakery writes by provider: a limit of its own, and who asked it to slow down."""
from django.utils import timezone

from apps.delivery.models import Throttle
from apps.mailings.models import Attempt, Sender

from . import data as words

SLOWED = "mailru"
LIMITED = "gmail"


def provider_of(client):
    """Return the provider that a client's address stands for."""
    return SLOWED if client.email.endswith(words.SLOWING) else "other"


def make(owner):
    """Give the owner's sender a limit, and what an answer to a run of the past has taught."""
    sender = Sender.objects.filter(owner=owner, is_default=True).first()
    asked = Attempt.objects.filter(owner=owner, server_response=words.SLOW_DOWN)
    last = asked.order_by("attempted_at").last()
    if sender is None or last is None:
        return
    now = timezone.now()
    Throttle.objects.create(
        sender=sender, provider=LIMITED, free_at=now, per_minute=60, connections=2)
    Throttle.objects.create(
        sender=sender, provider=SLOWED, free_at=now, slow_at=last.attempted_at,
        slow_words=words.SLOW_DOWN)
