"""How a bounce mailbox is shown on its sender's page: what it does, and what is wrong."""
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.core.addresses import shown
from apps.delivery.wire.return_path import takes_token
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.mailings.senders.models import Sender
from apps.mailings.senders.providers import provider_of_host
from apps.mailings.senders.services import is_being_checked
from apps.mailings.senders.shown import State

from .services import is_being_read
from .troubles import Trouble, words_for


def panel(sender: Sender) -> dict[str, object]:
    """Return what the part of the sender's page about its mailbox shows."""
    mailbox = BounceMailbox.objects.filter(sender=sender.pk).first()
    context: dict[str, object] = {"sender": sender, "mailbox": mailbox}
    if mailbox is not None:
        reading = mailbox.is_on and is_being_read(mailbox)
        context |= {"is_being_read": reading, "state": state_of(mailbox, is_being_read=reading),
                    "return_path": return_path_words(sender, mailbox)}
    return context


def state_of(mailbox: BounceMailbox, *, is_being_read: bool = False) -> State:
    """Return whether the mailbox is read, in a word and what to do."""
    if not mailbox.is_on:
        return State("amber", _("Not read: switched off"))
    if is_being_read:
        return State("blue", _("Being read…"))
    if mailbox.trouble:
        return trouble_state(mailbox)
    if mailbox.read_at:
        return State("green", _("Read, last at %(time)s") % {"time": moment(mailbox.read_at)})
    return State("blue", _("Not read yet"), _("It is read within a minute."))


def trouble_state(mailbox: BounceMailbox) -> State:
    words = words_for(mailbox.trouble, mailbox.host)
    todo = f"{words.what}. {words.todo}"
    if mailbox.trouble == Trouble.FOLDER:
        return State("amber", _("Read, but nothing can be moved"), todo)
    return State("red", _("Not read since %(time)s") % {
        "time": moment(mailbox.failing_since or timezone.now())}, todo)


def moment(at: object) -> str:
    """Return a moment as a time of today, or with its day."""
    local = localtime(at)  # type: ignore[arg-type]
    time = date_format(local, "TIME_FORMAT")
    if local.date() == localtime().date():
        return time
    return _("%(day)s, %(time)s") % {"day": date_format(local, "j E"), "time": time}


def return_path_words(sender: Sender, mailbox: BounceMailbox) -> str:
    """Return whether letters can carry the mailbox's address with a tag, in a sentence."""
    if not takes_token(mailbox.address):
        return _("The part of %(address)s before the @ is too long for a tag (33 signs at most): "
                 "what comes back is found by its Message-ID.") % {
                     "address": shown(mailbox.address)}
    if sender.takes_return_path:
        return _("The server takes the return address with a tag: what comes back is always "
                 "found.")
    if sender.takes_return_path is False:
        provider = provider_of_host(sender.host)
        name = provider.name if provider else _("The sender's server")
        return _("%(provider)s takes the address of the mailbox itself alone: what comes back is "
                 "found by its Message-ID.") % {"provider": name}
    if is_being_checked(sender):
        return _("Whether the server takes the return address with a tag is being looked at.")
    return _("Whether the server takes the return address with a tag is not known: have the "
             "sender checked.")
