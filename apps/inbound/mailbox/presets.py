"""Where the mailboxes of known mail services are read: what the form proposes."""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.mailings.senders.models import Sender
from apps.mailings.senders.presets import OWN
from apps.mailings.senders.providers import provider_of_address, provider_of_host

from .account import SERVICES, house_of


@dataclass(frozen=True)
class Preset:
    """The server of one mail service, and what its mailboxes need."""

    host: str = ""
    hint: str | Promise = ""
    is_same_password: bool = False  # one password for apps sends and reads


PRESETS = {
    "yandex": Preset("imap.yandex.ru", _(
        "In Yandex Mail: settings → Mail programs → allow access by IMAP. The app password of the "
        "kind “Mail IMAP, POP3, SMTP” that sends reads too."), is_same_password=True),
    "mailru": Preset("imap.mail.ru", _(
        "In the Mail.ru account: Password and security → External services → allow IMAP. The "
        "password for external apps that sends reads too."), is_same_password=True),
    "gmail": Preset("imap.gmail.com", _(
        "In Gmail: settings → Forwarding and POP/IMAP → enable IMAP. The app password that sends "
        "reads too."), is_same_password=True),
    "microsoft": Preset("outlook.office365.com", _(
        "Microsoft lets hardly any program read by a password. If it refuses, take a mailbox at "
        "another provider.")),
    "rambler": Preset("imap.rambler.ru", _(
        "In Rambler Mail: settings → Mail programs → allow access."), is_same_password=True),
    "unisender": Preset(hint=_(
        "Unisender Go has no mailboxes. Name the mailbox at your own provider that its bounces "
        "are passed on to.")),
}
OTHER = Preset()


def preset_of(sender: Sender) -> Preset:
    """Return the preset of the service where the sender's mailbox is."""
    provider = provider_of_host(sender.host)
    key = provider.key if provider and sender.preset == OWN else sender.preset
    return PRESETS.get(key, OTHER)


def proposed(sender: Sender) -> dict[str, object]:
    """Return what the form of a sender without a mailbox is filled with."""
    preset = preset_of(sender)
    host = preset.host
    if not host and provider_of_host(sender.host) is None:
        host = own_host(sender.host)
    if not host:
        mailbox = provider_of_address(sender.address)
        host = PRESETS.get(mailbox.key, OTHER).host if mailbox else ""
    return {
        "address": sender.address, "host": host, "port": 993,
        "security": Sender.Security.TLS, "shares": preset.is_same_password,
        "login": sender.login or sender.address}


def own_host(host: str) -> str:
    """Return where mailboxes are perhaps read in the house whose letters leave by `host`."""
    first, _dot, _rest = host.partition(".")
    if first in SERVICES and first != "mail" and house_of(host):
        return f"imap.{house_of(host)}"
    return host
