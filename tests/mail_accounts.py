"""Mail accounts that something is wrong with, each at a server of its own on loopback.

    python -m tests.mail_accounts

It checks each as the service does, and prints what was found: the trouble, the seconds, and what
the owner is told. Exit status 1 where one is not named for what it is, or takes over ten seconds.
"""
import contextlib
import os
import socket
import ssl
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tests.answering import CAN_TLS, DRIP, PAGE, SILENCE, MailServer
from tests.certificates import DAY, Authority

ADDRESS = "olga@lavka.example"
SHOP = "mail.lavka.example"
YANDEX = "smtp.yandex.ru"
MAILRU = "smtp.mail.ru"
GMAIL = "smtp.gmail.com"
MICROSOFT = "smtp.office365.com"


def foreign_sender_refused(commands):
    """Answer RCPT as Postfix does: it refuses a foreign sender only now."""
    if ADDRESS in commands[-2]:
        return "250 2.1.5 Ok"
    return f"553 5.7.1 {commands[-2][10:]}: Sender address rejected: not owned by user olga"


def refused_once(commands):
    """Refuse a login, and hang up at the next one."""
    tries = [command for command in commands if command.startswith("AUTH")]
    return "535 5.7.8 Authentication failed" if len(tries) == 1 else None


@dataclass
class Case:
    """A wrong account, and the trouble that it is to be named for."""

    name: str
    trouble: str
    server: object = None  # called with an Authority; None: nobody listens
    host: str = SHOP
    security: str = "starttls"
    login: str = "olga"
    password: str = "correct-horse"
    port: int = 0  # 0: the server's
    private: bool = True  # SMTP_ALLOW_PRIVATE
    address: str = ADDRESS
    resolves: bool = True


def good(**answers):
    """A server with STARTTLS whose certificate is right, with other `answers`."""
    return lambda authority, host: MailServer(
        starttls=authority.server(name=host), **{"EHLO": CAN_TLS, **answers})


def certified(**certificate):
    return lambda authority, host: MailServer(
        starttls=authority.server(**{"name": host, **certificate}), EHLO=CAN_TLS)


def plain(**answers):
    return lambda authority, host: MailServer(**answers)


def begins_with_tls(authority, host):
    return MailServer(tls=authority.server(name=host))


def self_signed(authority, host):
    with tempfile.TemporaryDirectory() as folder:
        return MailServer(starttls=Authority(Path(folder)).server(name=host), EHLO=CAN_TLS)


def old(authority, host):
    context = authority.server(name=host)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return MailServer(starttls=context, EHLO=CAN_TLS)


CASES = (
    Case("no such host", "host", host="smtp.lavka.invalid", port=587, resolves=False),
    Case("a private address", "private", host="10.0.0.25", port=587, private=False),
    Case("a name that leads to a private address", "private", port=587, private=False),
    Case("a port that is none of mail", "port", port=6379, private=False),
    Case("nobody listens at the port", "refused"),
    Case("never answers", "silent", plain(banner=SILENCE, late=SILENCE)),
    Case("an octet a second", "slow", plain(banner=DRIP)),
    Case("hangs up at once", "closed", plain(banner=None)),
    Case("speaks HTTP when spoken to", "not_smtp", plain(banner=SILENCE, late=PAGE)),
    Case("speaks SSH", "not_smtp", plain(banner="SSH-2.0-OpenSSH_9.2p1 Debian-2")),
    Case("busy", "busy", plain(banner="421 4.3.2 All server ports are busy")),
    Case("on a block list", "our_address", plain(
        banner="554 5.7.1 Client host [203.0.113.7] blocked using zen.spamhaus.org")),
    Case("STARTTLS was taken out on the way", "no_tls", plain()),
    Case("STARTTLS where the port begins with TLS", "wants_tls", begins_with_tls),
    Case("TLS where the port begins without", "wants_starttls", plain(EHLO=CAN_TLS),
         security="tls"),
    Case("TLS, and a page answers", "not_smtp", plain(banner=SILENCE, late=PAGE), security="tls"),
    Case("no encryption where the server wants it", "needs_tls", plain(
        EHLO="250-mail.lavka.example\r\n250 AUTH PLAIN",
        AUTH="530 5.7.0 Must issue a STARTTLS command first"), security="none"),
    Case("a certificate for another name", "cert_name", certified(name="other.example")),
    Case("a certificate that has expired", "cert_expired", certified(valid=-DAY)),
    Case("a certificate of its own making", "cert_unknown", self_signed),
    Case("TLS 1.1", "old_tls", old),
    Case("no login is taken", "no_login", lambda authority, host: MailServer(
        starttls=authority.server(name=host), EHLO="250-mail\r\n250 STARTTLS")),
    Case("a wrong password", "login", good(
        AUTH="535 5.7.8 Error: authentication failed: authentication failure")),
    Case("a wrong password, and the server hangs up", "login", good(AUTH=refused_once)),
    Case("Yandex: the mailbox's password", "app_password", good(
        AUTH="535 5.7.8 Error: authentication failed: Invalid user or password!"), host=YANDEX),
    Case("Yandex: programs are not let in", "access_off", good(
        AUTH="535 5.7.8 Error: authentication failed: This user does not have access rights to "
             "this service"), host=YANDEX),
    Case("Mail.ru: the mailbox's password", "app_password", good(
        AUTH="535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection"
             "/external / Application password is REQUIRED"), host=MAILRU),
    Case("Gmail: the account's password", "app_password", good(
        AUTH="534-5.7.9 Application-specific password required. For more information, go to\r\n"
             "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor"), host=GMAIL),
    Case("Microsoft: SMTP AUTH is off", "basic_off", good(
        AUTH="535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
             "the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information."),
         host=MICROSOFT),
    Case("a login later", "later", good(
        AUTH="454 4.7.0 Temporary authentication failure: Connection lost to authentication "
             "server")),
    Case("too many logins", "later", good(
        AUTH="454 4.7.0 Too many login attempts, please try again later.")),
    Case("a blocked account", "blocked", good(
        AUTH="535 5.7.8 Error: authentication failed: Your message looks like spam. You need to "
             "use web for sending or prove you are not a robot using the following link "
             "http://ya.cc/x"), host=YANDEX),
    Case("a limit that is used up", "quota", good(
        RCPT="451 Ratelimit exceeded for mailbox olga@lavka.example. Try again later."),
         host=MAILRU),
    Case("a login with a NUL", "credentials", good(), login="olga\0root"),
    Case("no login where the server wants one", "login_needed", good(
        MAIL="530 5.7.0 Authentication Required"), login="", password=""),
    Case("somebody else's From, told at RCPT", "not_owned", good(
        RCPT=foreign_sender_refused), address="ivan@bank.example"),
    Case("somebody else's From at Mail.ru", "not_owned", good(
        MAIL="550 not local sender over smtp"), host=MAILRU),
    Case("our name is refused", "our_name", good(
        RCPT="504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname")),
    Case("letters are not passed on", "relay", good(
        RCPT="554 5.7.1 <olga@lavka.example>: Relay access denied")),
    Case("no such mailbox", "no_mailbox", good(
        RCPT="550 5.1.1 <olga@lavka.example>: Recipient address rejected: User unknown")),
)


@contextlib.contextmanager
def loopback(case):
    """Let the case's name lead to this machine, and nowhere else."""
    original = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        if host.replace(".", "").isdigit():
            return original(host, port, *args, **kwargs)
        if not case.resolves:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return original("127.0.0.1", port, *args, **kwargs)

    with mock.patch.object(socket, "getaddrinfo", getaddrinfo):
        yield


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


@contextlib.contextmanager
def account_of(case, authority):
    """Run the case's server, and give (its account, the server)."""
    from apps.delivery.wire.account import Account
    server = case.server(authority, case.host) if case.server else None
    port = case.port or (server.port if server else free_port())
    try:
        with loopback(case):
            yield Account(case.host, port, case.security, case.login, case.password), server
    finally:
        if server:
            server.close()


def checked(case, authority):
    """Return (trouble, the server's words, seconds) of one case."""
    from django.test import override_settings

    from apps.delivery.sender_checks.diagnosis import diagnosed
    from apps.delivery.sender_checks.dialogue import Dialogue
    from apps.delivery.sender_checks.job import words_of
    with account_of(case, authority) as (account, _server), override_settings(
            SMTP_ALLOW_PRIVATE=case.private):
        started = time.monotonic()
        ended = Dialogue(account, case.address).hold().ended
        seconds = time.monotonic() - started
        trouble = diagnosed(ended, account, case.address) if ended else None
        return trouble, words_of(ended, account) if ended else "", seconds


def tell(case, trouble, words, seconds):
    from django.utils.translation import override

    from apps.mailings.senders.advice import words_for
    good = trouble == case.trouble and seconds <= 10
    print(f"{'ok ' if good else 'BAD'} {case.name}: {trouble}, {seconds:.2f} s")
    for language in ("ru", "en"):
        with override(language):
            said = words_for(trouble, case.host) if trouble else None
        print(f"    {language}: {said.what}. {said.todo}" if said else f"    {language}: -")
    if words:
        print(f"    server: {words}")
    return good


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        os.environ["SSL_CERT_FILE"] = str(authority.file)
        fine = [tell(case, *checked(case, authority)) for case in CASES]
    print(f"{sum(fine)} of {len(fine)} are named for what they are")
    sys.exit(not all(fine))


if __name__ == "__main__":
    main()
