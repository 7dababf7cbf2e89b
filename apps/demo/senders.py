"""From whom the demo's shops write: their letters go to the catcher."""
from django.conf import settings
from django.utils import timezone

from apps.delivery.wire.from_whom import snapshot_of
from apps.mailings.models import Mailing, Run, Sender

CATCHER_HOST = "127.0.0.1"


def make(names):
    """Give each owner among `names` a sender of that name, where the catcher takes letters.

    One that is there is told the port that the catcher has now.
    """
    if not settings.CATCHER:
        return
    Sender.objects.filter(owner__in=names, host=CATCHER_HOST).update(port=settings.CATCHER_PORT)
    for owner, name in names.items():
        if not Sender.all_objects.filter(owner=owner).exists():
            add_sender(owner, name)


def add_sender(owner, name):
    """Add a sender at the owner's own address, by whom all of their mailings go and went."""
    now = timezone.now()
    sender = Sender.objects.create(
        owner=owner, name=name, address=owner.email, host=CATCHER_HOST,
        port=settings.CATCHER_PORT, security=Sender.Security.NONE, is_default=True,
        confirmed_at=now, checked_at=now, verified_at=now)
    Mailing.objects.filter(owner=owner, sender=None).update(sender=sender)
    Run.objects.filter(owner=owner, sender=None).update(**snapshot_of(sender))
