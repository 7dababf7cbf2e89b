"""Mail services that people send by: known by their servers, and by whose mailboxes they are."""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..providers.families import family_of_domain


@dataclass(frozen=True)
class Provider:
    """A mail service. `hosts` are the domains of the servers that take its users' letters."""

    key: str
    name: str | Promise
    hosts: tuple[str, ...]
    family: str = ""  # of the mailboxes that anybody can have there
    app_password: str = ""  # what one looks like, if programs need one: a regular expression


SIXTEEN_LETTERS = r"[a-z]{16}"
PROVIDERS = (
    Provider("yandex", _("Yandex"), ("yandex.ru", "yandex.com", "ya.ru", "yandex.net"),
             "yandex", SIXTEEN_LETTERS),
    Provider("mailru", "Mail.ru", ("mail.ru",), "mailru", r"[A-Za-z0-9]{20}"),
    Provider("gmail", "Gmail", ("gmail.com", "googlemail.com"), "gmail", SIXTEEN_LETTERS),
    Provider("microsoft", "Microsoft",
             ("office365.com", "outlook.com", "hotmail.com", "live.com"), "outlook"),
    Provider("rambler", _("Rambler"), ("rambler.ru",), "rambler"),
    Provider("icloud", "iCloud", ("mail.me.com",), "apple",
             r"[a-z]{4}-[a-z]{4}-[a-z]{4}-[a-z]{4}"),
    Provider("yahoo", "Yahoo", ("mail.yahoo.com",), "yahoo", SIXTEEN_LETTERS),
    Provider("unisender", "Unisender Go", ("go1.unisender.ru", "go2.unisender.ru")),
)


def provider_of_host(host: str) -> Provider | None:
    """Return whose mail server `host` is, if it is known here."""
    return next((one for one in PROVIDERS if is_within(host, one.hosts)), None)


def provider_of_address(address: str) -> Provider | None:
    """Return at whom anybody can have a mailbox of the domain of `address`."""
    family = family_of_domain(address.rpartition("@")[2])
    return next((one for one in PROVIDERS if one.family == family), None)


def is_within(host: str, domains: tuple[str, ...]) -> bool:
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)
