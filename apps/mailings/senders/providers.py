"""Mail services by their servers and by the domains of their mailboxes: for advice alone."""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Provider:
    """A mail service."""

    key: str
    name: str | Promise
    hosts: tuple[str, ...]
    domains: tuple[str, ...] = ()  # of the mailboxes that anybody can have there
    app_password: str = ""  # what one looks like, if programs need one: a regular expression


SIXTEEN_LETTERS = r"[a-z]{16}"
PROVIDERS = (
    Provider("yandex", _("Yandex"), ("yandex.ru", "yandex.com", "ya.ru", "yandex.net"),
             ("yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua",
              "yandex.com.tr", "narod.ru"), SIXTEEN_LETTERS),
    Provider("mailru", "Mail.ru", ("mail.ru",),
             ("mail.ru", "bk.ru", "list.ru", "inbox.ru", "internet.ru", "vk.com", "xmail.ru"),
             r"[A-Za-z0-9]{20}"),
    Provider("gmail", "Gmail", ("gmail.com", "googlemail.com"),
             ("gmail.com", "googlemail.com"), SIXTEEN_LETTERS),
    Provider("microsoft", "Microsoft",
             ("office365.com", "outlook.com", "hotmail.com", "live.com"),
             ("outlook.com", "hotmail.com", "live.com", "msn.com", "live.ru", "hotmail.ru")),
    Provider("rambler", _("Rambler"), ("rambler.ru",),
             ("rambler.ru", "lenta.ru", "autorambler.ru", "myrambler.ru", "ro.ru",
              "rambler.ua")),
    Provider("icloud", "iCloud", ("mail.me.com",), ("icloud.com", "me.com", "mac.com"),
             r"[a-z]{4}-[a-z]{4}-[a-z]{4}-[a-z]{4}"),
    Provider("yahoo", "Yahoo", ("mail.yahoo.com",),
             ("yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de"),
             SIXTEEN_LETTERS),
    Provider("unisender", "Unisender Go", ("go1.unisender.ru", "go2.unisender.ru")),
)


def provider_of_host(host: str) -> Provider | None:
    """Return whose mail server `host` is, if it is known here."""
    return next((one for one in PROVIDERS if is_within(host, one.hosts)), None)


def provider_of_address(address: str) -> Provider | None:
    """Return at whom anybody can have a mailbox of the domain of `address`."""
    domain = address.rpartition("@")[2].lower()
    return next((one for one in PROVIDERS if domain in one.domains), None)


def is_within(host: str, domains: tuple[str, ...]) -> bool:
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)
