"""What the reading of a mailbox can find wrong, and what its owner can do about it."""
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.mailings.senders.advice import (
    GMAIL_PASSWORD, MAILRU_PASSWORD, YANDEX_PASSWORD, Words)
from apps.mailings.senders.providers import provider_of_host

Text = str | Promise


class Trouble(models.TextChoices):
    """What is wrong; the values are stored. Those that senders have too are called the same."""

    HOST = "host", _("There is no such mail server")
    LOOKUP = "lookup", _("The server's name can not be looked up now")
    PRIVATE = "private", _("This server is in a private network")
    PORT = "port", _("Mailboxes are not read at this port")
    REFUSED = "refused", _("The server does not take connections at this port")
    UNREACHABLE = "unreachable", _("There is no way to the server")
    SILENT = "silent", _("The server does not answer")
    SLOW = "slow", _("The server answers too slowly")
    CLOSED = "closed", _("The server hangs up without a word")
    NOT_IMAP = "not_imap", _("What answers there is no mail server for reading (IMAP)")
    NO_TLS = "no_tls", _("The server offers no encryption at this port")
    WANTS_STARTTLS = "wants_starttls", _("At this port the server does not begin with TLS")
    OLD_TLS = "old_tls", _("The server's encryption is too old")
    CERTIFICATE = "certificate", _("The server's certificate is not to be trusted")
    CERT_NAME = "cert_name", _("The server's certificate is for another name")
    CERT_EXPIRED = "cert_expired", _("The server's certificate has expired")
    CERT_UNKNOWN = "cert_unknown", _("The server has vouched for its certificate itself")
    NO_LOGIN = "no_login", _("The server takes no login here")
    LOGIN = "login", _("The server does not accept the login or the password")
    APP_PASSWORD = "app_password", _("The server wants a password for apps")
    ACCESS_OFF = "access_off", _("Programs may not use this mailbox")
    LATER = "later", _("The server asks to log in later")
    BLOCKED = "blocked", _("The account at the server is blocked")
    PASSWORD_LOST = "password_lost", _("The password can not be read any more")
    CREDENTIALS = "credentials", _("No login can carry these signs")
    FOLDER = "folder", _("What was understood can not be moved to the folder")
    OTHER = "other", _("The server refuses us")


T = Trouble
# Another password or login ends it, not a new try; too many of those have an account blocked.
OF_LOGIN = (T.LOGIN, T.APP_PASSWORD, T.ACCESS_OFF, T.BLOCKED, T.PASSWORD_LOST, T.CREDENTIALS,
            T.LATER)
AGAIN = _("Mostly it passes by itself: we try again and again.")
PORTS = _("Check the name and the port: 993 goes with TLS, 143 with STARTTLS. If they are right, "
          "the server is off, or a firewall keeps us out: we try again and again.")
ADMINISTRATOR = _("Show the server's answer to whoever runs the mail server.")
TODO: dict[Trouble, Text] = {
    T.HOST: _("Check the server's name for a slip. It looks like imap.example.com."),
    T.LOOKUP: AGAIN,
    T.PRIVATE: _("Name a server that can be reached from the internet."),
    T.PORT: _("Take the port 993 with TLS, or 143 with STARTTLS."),
    T.REFUSED: PORTS,
    T.UNREACHABLE: AGAIN,
    T.SILENT: PORTS,
    T.SLOW: AGAIN,
    T.CLOSED: PORTS,
    T.NOT_IMAP: _("Check the name and the port: mailboxes are read at 993 or 143."),
    T.NO_TLS: _("A password is not sent in clear. Take the port 993 with TLS."),
    T.WANTS_STARTTLS: _("Choose STARTTLS as the encryption, or the port 993."),
    T.OLD_TLS: _("Whoever runs the mail server switches on TLS 1.2 or newer there."),
    T.CERTIFICATE: ADMINISTRATOR,
    T.CERT_NAME: _("Write the server's name as the provider's help has it: the certificate is for "
                   "that one."),
    T.CERT_EXPIRED: _("Whoever runs the mail server has to renew it."),
    T.CERT_UNKNOWN: _("Whoever runs the mail server gets a certificate of a known authority, "
                      "Let's Encrypt for one."),
    T.NO_LOGIN: _("Take the port 993 with TLS, or 143 with STARTTLS."),
    T.LOGIN: _("Check the login, mostly it is the whole address, and enter the password anew. Many "
               "providers want a password for apps, and IMAP switched on in the mailbox's "
               "settings."),
    T.APP_PASSWORD: _("Make a password for apps in the settings of the mailbox, and enter it "
                      "here."),
    T.ACCESS_OFF: _("Log in to the mailbox in a browser and switch on IMAP in its settings. Then "
                    "have it read again."),
    T.LATER: _("The server has had too many logins. Do nothing: we look again in an hour."),
    T.BLOCKED: _("Log in to the mailbox in a browser: the provider says there why it is blocked, "
                 "and how it is unblocked."),
    T.PASSWORD_LOST: _("Enter the password of the mailbox again."),
    T.CREDENTIALS: _("Enter the login and the password again, without line breaks and unseen "
                     "signs."),
    T.FOLDER: _("The letters are read all the same, and stay where they are. Name another folder, "
                "or make this one in the mailbox."),
    T.OTHER: ADMINISTRATOR,
}
YANDEX_LOGIN = _("Yandex does not let us in: IMAP is switched off, or it is no password for apps")
NAMED: dict[tuple[str, Trouble], tuple[Text, Text]] = {
    ("yandex", T.LOGIN): (YANDEX_LOGIN, YANDEX_PASSWORD),
    ("yandex", T.APP_PASSWORD): (YANDEX_LOGIN, YANDEX_PASSWORD),
    ("yandex", T.ACCESS_OFF): (YANDEX_LOGIN, YANDEX_PASSWORD),
    ("mailru", T.APP_PASSWORD): (
        _("Mail.ru wants a password for external applications, not that of the mailbox"),
        MAILRU_PASSWORD),
    ("gmail", T.APP_PASSWORD): (
        _("Google wants a password for apps, not the password of the account"), GMAIL_PASSWORD),
    ("microsoft", T.LOGIN): (
        _("Microsoft lets no program read mailboxes by a password any more"),
        _("Take a mailbox at another provider, and have what comes back go there.")),
}


def words_for(trouble: str, host: str) -> Words:
    """Return what `trouble` at the server `host` is, and what can be done about it."""
    if trouble not in T:
        return Words("")
    kind = T(trouble)
    provider = provider_of_host(host)
    named = NAMED.get((provider.key, kind)) if provider else None
    what, todo = named or (kind.label, TODO[kind])
    return Words(str(what), str(todo))
