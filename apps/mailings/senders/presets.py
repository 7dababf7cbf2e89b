"""Mail services that people have accounts at: what their forms propose.

Proposals alone: a check of the account tells whether they hold. Limits are proposed where the
provider names them itself.
"""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SERVICE = "service"  # the service's own server
OWN = "own"  # any other server


@dataclass(frozen=True)
class Preset:
    """What the form proposes for one mail service."""

    key: str
    label: str | Promise
    host: str = ""
    port: int = 465
    security: str = "tls"
    hosts: tuple[str, ...] = ()  # by which an account there is known, `host` among them
    domains: tuple[str, ...] = ()  # of its own mailboxes: no other server may send from them
    password_from: str | Promise = ""  # where the password is made, in a line
    warning: str | Promise = ""
    per_minute: int | None = None
    per_day: int | None = None


PRESETS = {preset.key: preset for preset in (
    Preset("yandex", _("Yandex 360, Yandex Mail"), "smtp.yandex.ru",
           hosts=("smtp.yandex.ru", "smtp.yandex.com")),
    Preset("mailru", "Mail.ru", "smtp.mail.ru", hosts=("smtp.mail.ru",)),
    Preset("unisender", "Unisender Go", "smtp.go1.unisender.ru", 587, "starttls",
           hosts=("smtp.go1.unisender.ru", "smtp.go2.unisender.ru")),
    Preset("gmail", "Gmail", "smtp.gmail.com", hosts=("smtp.gmail.com",)),
    Preset("microsoft", "Microsoft 365", "smtp.office365.com", 587, "starttls",
           hosts=("smtp.office365.com",)),
    Preset(OWN, _("Another server"), port=587, security="starttls"),
    Preset(SERVICE, _("The service's own server")),
)}
