"""Mail services that people have accounts at: what their forms propose.

Proposals alone: a check of the account tells whether they hold. Limits are proposed where the
provider names them itself.
"""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .providers import provider_of_address

SERVICE = "service"  # the service's own server
OWN = "own"  # any other server
LIMITS = ("per_minute", "per_hour", "per_day", "connections")


@dataclass(frozen=True)
class Preset:
    """What the form proposes for one mail service."""

    key: str
    label: str | Promise
    host: str = ""
    port: int = 465
    security: str = "tls"
    hosts: tuple[str, ...] = ()  # by which an account there is known, `host` among them
    password_from: str | Promise = ""  # where the password is made, in a line
    warning: str | Promise = ""
    login_from: str | Promise = ""  # what the login is, where it is not the address
    per_minute: int | None = None
    per_hour: int | None = None
    per_day: int | None = None
    connections: int | None = None

    @property
    def server(self) -> dict[str, object]:
        """The columns of a sender that the preset fills."""
        return {"host": self.host, "port": self.port, "security": self.security,
                **{name: getattr(self, name) for name in LIMITS}}


PRESETS = {preset.key: preset for preset in (
    Preset(
        "yandex", _("Yandex 360, Yandex Mail"), "smtp.yandex.ru",
        hosts=("smtp.yandex.ru", "smtp.yandex.com"),
        password_from=_(
            "An app password of the kind “Mail IMAP, POP3, SMTP”: the mail's settings → "
            "Security → App passwords (Yandex ID). The password of the mailbox does not fit."),
        warning=_(
            "Yandex lets a mailbox send 500 letters in 24 hours. Who sends more is blocked for "
            "a day, and each further try makes it longer."),
        per_day=500),
    Preset(
        "mailru", "Mail.ru", "smtp.mail.ru", hosts=("smtp.mail.ru",),
        password_from=_(
            "A password for an external app: the account → Password and security → External "
            "services (allow IMAP, POP and SMTP there) → Passwords for external apps.")),
    Preset(
        "unisender", "Unisender Go", "smtp.go1.unisender.ru", 587, "starttls",
        hosts=("smtp.go1.unisender.ru", "smtp.go2.unisender.ru"),
        password_from=_(
            "The API key of your user or project there. If the account was opened on the "
            "server go2, change the mail server to smtp.go2.unisender.ru."),
        login_from=_("The user_id or project_id, a number"),
        per_hour=150_000, connections=50),
    Preset(
        "gmail", "Gmail", "smtp.gmail.com", hosts=("smtp.gmail.com",),
        password_from=_(
            "An app password of 16 letters: the Google account → Security → 2-Step "
            "Verification (it has to be on) → App passwords."),
        warning=_("Gmail lets a mailbox send 500 letters a day."),
        per_day=500),
    Preset(
        "microsoft", "Microsoft 365", "smtp.office365.com", 587, "starttls",
        hosts=("smtp.office365.com",),
        password_from=_(
            "The mailbox's password, or an app password where the second factor is on. The "
            "administrator has to allow “Authenticated SMTP” for this mailbox."),
        warning=_(
            "At the end of December 2026 Microsoft turns such logins off by default. Ask your "
            "administrator whether they stay on, or the letters will stop then."),
        per_minute=30, per_day=10_000),
    Preset(
        OWN, _("Another server"), port=587, security="starttls",
        password_from=_("The administrator of that server has the login and the password.")),
    Preset(
        SERVICE, _("The service's own server"),
        password_from=_(
            "No password is needed. Recipients see your name with the service's address; "
            "their answers come to yours.")),
)}


def preset_of_address(address: str) -> str:
    """Return the key of the preset whose mailbox `address` is; "" when it is of none."""
    provider = provider_of_address(address)
    return provider.key if provider and provider.key in PRESETS else ""


def preset_of_host(host: str) -> str:
    """Return the key of the preset whose server `host` is; "" when it is of none."""
    return next((preset.key for preset in PRESETS.values() if host in preset.hosts), "")
