"""Open a dialogue with an account's server, up to its login."""
import os
import smtplib
import ssl
from functools import lru_cache

from django.conf import settings

from apps.mailings.senders.models import Sender
from apps.mailings.senders.troubles import Trouble

from .account import Account
from .deadline import Deadline
from .faults import HostRefused
from .login import SMTP, ehlo_name


def open_server(account: Account, seconds: float, *, each: float | None = None) -> SMTP:
    """Return a connection that has greeted and is encrypted as `account` wants; no login yet.

    All that is said over it, its login and goodbye as well, has to be over in `seconds`; for one
    answer it waits `each` at the most. Raises OSError (TimeoutError, socket.gaierror,
    ssl.SSLError, smtplib's exceptions) and SettingsFault (HostRefused).
    """
    refuse_open_password(account)
    context = None if account.security == Sender.Security.NONE else tls_context(account)
    deadline = Deadline(seconds, each)
    implicit = context if account.security == Sender.Security.TLS else None
    server = SMTP(account, deadline, deadline.call(ehlo_name), implicit)
    try:
        greet(server, account)
        if account.security == Sender.Security.STARTTLS:
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def refuse_open_password(account: Account) -> None:
    """Raise HostRefused where everybody on the way could read a person's password."""
    plain = account.security == Sender.Security.NONE
    if plain and account.named and account.login and not settings.SMTP_ALLOW_PRIVATE:
        raise HostRefused(Trouble.NO_TLS, "No password is sent without encryption.")


def tls_context(account: Account) -> ssl.SSLContext:
    """Return a context that verifies the server; the operator may have a certificate for it."""
    authorities = os.environ.get("SSL_CERT_FILE", "")
    if account.named or not settings.EMAIL_SSL_CERTFILE:
        return shared_context(authorities)
    return shared_context(authorities, settings.EMAIL_SSL_CERTFILE, settings.EMAIL_SSL_KEYFILE)


@lru_cache(maxsize=4)  # to read all authorities takes longer than many letters do
def shared_context(authorities: str, certificate: str | None = None,
                   key: str | None = None) -> ssl.SSLContext:
    """Return a context that any thread may use. `authorities` is where it reads them from."""
    context = ssl.create_default_context()
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


def greet(server: SMTP, account: Account) -> None:
    code, words = server.connect(account.host, account.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, words)
