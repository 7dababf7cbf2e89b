"""How a mailbox is logged in to: by a password of its own, or by that of its sender."""
from apps.core.secrets import Unreadable
from apps.delivery.wire.account import Account
from apps.delivery.wire.faults import SettingsFault
from apps.mailings.senders.mailboxes import BounceMailbox
from apps.mailings.senders.models import Sender
from apps.mailings.senders.providers import provider_of_host

# How one machine is called by what it is asked for.
SERVICES = ("imap", "smtp", "mail", "mx", "pop", "pop3", "post", "email", "in", "out")


def account_of_mailbox(mailbox: BounceMailbox) -> Account:
    """Return by which account `mailbox` is read. Raises Unreadable and SettingsFault.

    Without a password of its own it is that of the sender, which no other server may see.
    """
    login, password = mailbox.login, mailbox.read_password()
    if not mailbox.password:
        sender = mailbox.sender
        if not shares_password(sender, mailbox.host):
            raise SettingsFault("The sender's password belongs to another server.")
        login, password = sender.login, sender.read_password()
    if not login or not password:
        raise SettingsFault("There is no login or no password.")
    return Account(mailbox.host, mailbox.port, mailbox.security, login, password)


def shares_password(sender: Sender, host: str) -> bool:
    """Whether the mail server `host` may be given the password of `sender`: it is of its house."""
    if sender.uses_service or not sender.host or not sender.password:
        return False
    provider = provider_of_host(sender.host)
    if provider is not None:
        return provider_of_host(host) == provider
    return host == sender.host or house_of(host) == house_of(sender.host) != ""


def house_of(host: str) -> str:
    """Return the domain that a server's name stands in, "" where that is everybody's."""
    first, _dot, rest = host.partition(".")
    domain = rest if first in SERVICES else host
    return domain if "." in domain else ""


def is_password_lost(mailbox: BounceMailbox) -> bool:
    try:
        mailbox.read_password()
    except Unreadable:
        return True
    return False
