"""From whom letters come, as their headers say it."""
from typing import NamedTuple

from django.conf import settings

from apps.mailings.models import Run
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.mailings.senders.models import Sender

from .mailboxes import parsed
from .return_path import takes_token


class FromWhom(NamedTuple):
    """What the headers From and Reply-To hold; `reply_to` is empty where there is none.

    The envelope's sender and the domain of Message-IDs are of `from_address`.
    """

    from_name: str
    from_address: str
    reply_to: str = ""


def from_of_sender(sender: Sender | None) -> FromWhom:
    """Return from whom letters come that leave by `sender` now; None: a mailing without one.

    Raises BadMailbox where the operator has set a DEFAULT_FROM_EMAIL that is none.
    """
    if sender is None:
        return from_service()
    if sender.uses_service:
        return from_service(sender.name, sender.reply_to or sender.address)
    return FromWhom(sender.name, sender.address, sender.reply_to)


def from_of_run(run: Run) -> FromWhom:
    """Return from whom the letters of `run` come, as it was when it started. Raises BadMailbox."""
    if run.sender_id is None:
        return from_service()
    if not run.from_address:
        return from_service(run.from_name, run.reply_to)
    return FromWhom(run.from_name, run.from_address, run.reply_to)


def from_service(name: str = "", reply_to: str = "") -> FromWhom:
    """Return the service's own address, with the `name` of a sender or its own. Raises BadMailbox.
    """
    service = parsed(settings.DEFAULT_FROM_EMAIL)
    return FromWhom(name or service.name, service.address, reply_to)


def snapshot_of(sender: Sender | None) -> dict[str, object]:
    """Return the fields of a new Run that say from whom its letters come.

    An empty address is the service's: it goes on to be what the operator sets.
    """
    if sender is None:
        return {"sender": None}
    if sender.uses_service:
        return {"sender": sender, "from_name": sender.name, "from_address": "",
                "reply_to": sender.reply_to or sender.address}
    return {"sender": sender, "from_name": sender.name, "from_address": sender.address,
            "reply_to": sender.reply_to}


def way_back_of(sender: Sender | None) -> dict[str, object]:
    """Return the fields of a new Run that say where its bounces go."""
    mailbox = BounceMailbox.objects.filter(sender=sender, is_on=True).first() if sender else None
    if sender is None or mailbox is None:
        return {}
    has_return_path = bool(sender.takes_return_path) and takes_token(mailbox.address)
    return {"bounces_to": mailbox.address, "has_return_path": has_return_path}
