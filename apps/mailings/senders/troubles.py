"""What a check of a sender can find, in words for its owner. What they can do: `advice`."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Trouble(models.TextChoices):
    """What is wrong with a sender's account; the values are stored."""

    # The way to the server.
    HOST = "host", _("There is no such mail server")
    LOOKUP = "lookup", _("The server's name can not be looked up now")
    PRIVATE = "private", _("This server is in a private network")
    PORT = "port", _("Letters are not handed in at this port")
    REFUSED = "refused", _("The server does not take connections at this port")
    UNREACHABLE = "unreachable", _("There is no way to the server")
    SILENT = "silent", _("The server does not answer")
    SLOW = "slow", _("The server answers too slowly")
    CLOSED = "closed", _("The server hangs up without a word")
    NOT_SMTP = "not_smtp", _("What answers there is no mail server")
    # Encryption.
    NO_TLS = "no_tls", _("The server offers no encryption at this port")
    NEEDS_TLS = "needs_tls", _("The server takes logins over an encrypted connection alone")
    WANTS_TLS = "wants_tls", _("At this port the server wants TLS from the first octet")
    WANTS_STARTTLS = "wants_starttls", _("At this port the server does not begin with TLS")
    OLD_TLS = "old_tls", _("The server's encryption is too old")
    CERTIFICATE = "certificate", _("The server's certificate is not to be trusted")
    CERT_NAME = "cert_name", _("The server's certificate is for another name")
    CERT_EXPIRED = "cert_expired", _("The server's certificate has expired")
    CERT_UNKNOWN = "cert_unknown", _("The server has vouched for its certificate itself")
    # The login.
    NO_LOGIN = "no_login", _("The server takes no login here")
    LOGIN_NEEDED = "login_needed", _("The server wants a login")
    LOGIN = "login", _("The server does not accept the login or the password")
    APP_PASSWORD = "app_password", _("The server wants a password for apps")
    ACCESS_OFF = "access_off", _("Programs may not use this mailbox")
    BASIC_OFF = "basic_off", _("The server takes no passwords from programs any more")
    LATER = "later", _("The server asks to log in later")
    QUOTA = "quota", _("The limit of letters at the server is used up")
    BLOCKED = "blocked", _("The account at the server is blocked")
    PASSWORD_LOST = "password_lost", _("The password can not be read any more")
    CREDENTIALS = "credentials", _("No login can carry these signs")
    # The letter's envelope.
    NOT_OWNED = "not_owned", _("This login may not send from this address")
    ADDRESS = "address", _("The server does not accept the address")
    NO_MAILBOX = "no_mailbox", _("The server says that there is no such address")
    RELAY = "relay", _("The server passes no letters on for this login")
    # What whoever runs the service can change.
    OUR_NAME = "our_name", _("The server does not accept the name that we greet it with")
    OUR_ADDRESS = "our_address", _("The server does not let our machine in")
    BUSY = "busy", _("The server is busy and asked us to come again later")
    OTHER = "other", _("The server refuses us")


# What passes by itself: it stops nobody, if the account was fine before.
PASSING = (
    Trouble.HOST, Trouble.LOOKUP, Trouble.REFUSED, Trouble.UNREACHABLE, Trouble.SILENT,
    Trouble.SLOW, Trouble.CLOSED, Trouble.LATER, Trouble.QUOTA, Trouble.BUSY)
# An account that died: the sender's runs pause.
DEAD = (
    Trouble.NO_LOGIN, Trouble.LOGIN_NEEDED, Trouble.LOGIN, Trouble.APP_PASSWORD,
    Trouble.ACCESS_OFF, Trouble.BASIC_OFF, Trouble.BLOCKED, Trouble.PASSWORD_LOST,
    Trouble.CREDENTIALS, Trouble.NOT_OWNED)
