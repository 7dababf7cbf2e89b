"""At whose servers recipients have their mailboxes: families of domains that share one pace.

Receivers count letters by family, not by domain. A domain belongs to one by its own name, or by the
name of its mail server (MX), which hosts the mail of many domains. All other domains are one family
too, `OTHER`, although their servers know nothing of each other.
"""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OTHER = "other"  # a domain of no family
NOT_KNOWN = ""  # of a letter that was written down before there were families


@dataclass(frozen=True)
class Pace:
    """Limits that are proposed for one family; None: no limit."""

    per_minute: int | None = None
    per_connection: int | None = None
    connections: int | None = None


@dataclass(frozen=True)
class Family:
    """A provider of mailboxes. `servers` are ends of the names of its mail servers."""

    key: str
    name: str | Promise
    domains: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    pace: Pace = Pace()


# A key is in ledgers: one that is gone from here would hold its letters up.
LIKE_MAILRU = Pace(per_minute=16, per_connection=10, connections=2)
FAMILIES = (
    Family("gmail", "Gmail", ("gmail.com", "googlemail.com"),
           ("google.com", "googlemail.com"), Pace(per_connection=50, connections=5)),
    Family("mailru", "Mail.ru",
           ("mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "xmail.ru", "mail.ua",
            "corp.mail.ru", "vk.com"),
           ("mail.ru",), LIKE_MAILRU),
    Family("yandex", _("Yandex"),
           ("yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua",
            "yandex.uz", "yandex.com.tr", "yandex.az", "yandex.ee", "yandex.lt", "yandex.lv",
            "yandex.md", "yandex.tj", "yandex.tm", "yandex.kg", "yandex.fr", "yandex.co.il",
            "narod.ru"),
           ("yandex.net", "yandex.ru"), LIKE_MAILRU),
    Family("rambler", _("Rambler"),
           ("rambler.ru", "lenta.ru", "autorambler.ru", "myrambler.ru", "ro.ru", "r0.ru",
            "rambler.ua"),
           ("rambler.ru",), LIKE_MAILRU),
    Family("outlook", "Outlook.com",
           ("outlook.com", "hotmail.com", "live.com", "msn.com", "live.ru", "hotmail.ru"),
           ("olc.protection.outlook.com",), Pace(per_connection=50, connections=5)),
    Family("microsoft", "Microsoft 365", (),
           ("mail.protection.outlook.com", "mx.microsoft"),
           Pace(per_connection=50, connections=5)),
    Family("yahoo", "Yahoo, AOL",
           ("yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr",
            "yahoo.it", "yahoo.es", "yahoo.ca", "yahoo.in", "aol.com", "aim.com"),
           ("yahoodns.net",), Pace(per_connection=20)),
    Family("apple", "iCloud",
           ("icloud.com", "me.com", "mac.com", "privaterelay.appleid.com"),
           ("icloud.com",), Pace(per_connection=5, connections=10)),
    Family("gmx", "GMX, Web.de",
           ("gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "web.de"),
           ("gmx.net", "web.de"), Pace(per_connection=20, connections=4)),
    Family("qq", "QQ", ("qq.com", "foxmail.com"), ("qq.com",)),
    Family("netease", "NetEase", ("163.com", "126.com", "yeah.net"), ("netease.com",)),
    Family("comcast", "Comcast", ("comcast.net",), ("comcast.net",)),
    Family("orange", "Orange", ("orange.fr", "wanadoo.fr"), ("orange.fr",),
           Pace(per_connection=100, connections=2)),
    Family("mimecast", "Mimecast", (), ("mimecast.com",),
           Pace(per_connection=100, connections=10)),
    Family("barracuda", "Barracuda", (), ("barracudanetworks.com",),
           Pace(per_connection=15, connections=10)),
    Family("proofpoint", "Proofpoint", (), ("pphosted.com",)),
    Family("messagelabs", "MessageLabs", (), ("messagelabs.com",)),
    Family(OTHER, _("Other domains"), pace=Pace(per_connection=100, connections=10)),
)
BY_KEY = {family.key: family for family in FAMILIES}
BY_DOMAIN = {domain: family.key for family in FAMILIES for domain in family.domains}


def family_of_domain(domain: str) -> str | None:
    """Return the key of the family that a domain belongs to by its own name, if any."""
    return BY_DOMAIN.get(domain.lower().rstrip("."))


def family_of_server(host: str) -> str:
    """Return the key of the family whose mail server `host` is, or OTHER.

    The longest end that fits decides, by whole labels.
    """
    labels = host.lower().rstrip(".").split(".")
    ends = (".".join(labels[place:]) for place in range(len(labels)))
    return next((BY_SERVER[end] for end in ends if end in BY_SERVER), OTHER)


def name_of(key: str) -> str:
    """Return what a person calls a family; that of others for a key that is not known any more."""
    return str(BY_KEY.get(key, BY_KEY[OTHER]).name)


BY_SERVER = {end: family.key for family in FAMILIES for end in family.servers}
