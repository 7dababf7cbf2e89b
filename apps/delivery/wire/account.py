"""Where letters are handed in: a server and a login."""
from dataclasses import dataclass, field

from django.conf import settings

from apps.mailings.senders.models import Sender


@dataclass(frozen=True)
class Account:
    """An SMTP server and a login; two that are equal can share a connection.

    One that is `named` by a person is not trusted: its host and port must be allowed ones.
    """

    host: str
    port: int
    security: str  # of Sender.Security
    login: str = ""
    password: str = field(default="", repr=False)
    named: bool = True

    @property
    def logs_in(self) -> bool:
        """Whether to log in: without a password too, where a person gave a login."""
        return bool(self.login and (self.password or self.named))


def service_account() -> Account:
    """Return the operator's account: `EMAIL_URL`."""
    security = Sender.Security.NONE
    if settings.EMAIL_USE_SSL:
        security = Sender.Security.TLS
    elif settings.EMAIL_USE_TLS:
        security = Sender.Security.STARTTLS
    return Account(settings.EMAIL_HOST, settings.EMAIL_PORT or 25, security,
                   settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD, named=False)


def account_of(sender: Sender | None) -> Account:
    """Return the account by which the letters of `sender` leave. Raises secrets.Unreadable."""
    if sender is None or sender.uses_service:
        return service_account()
    return Account(sender.host, sender.port, sender.security, sender.login,
                   sender.read_password())
