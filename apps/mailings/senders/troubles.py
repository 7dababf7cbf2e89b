"""What a check of a sender can find, in words for its owner, and what they can do about it."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Trouble(models.TextChoices):
    """What is wrong with a sender's account; the values are stored."""

    HOST = "host", _("There is no such mail server")
    PRIVATE = "private", _("This server is in a private network")
    PORT = "port", _("Letters are not handed in at this port")
    REFUSED = "refused", _("The server does not take connections at this port")
    SILENT = "silent", _("The server does not answer")
    NOT_SMTP = "not_smtp", _("What answers there is no mail server")
    NO_TLS = "no_tls", _("The server offers no encryption at this port")
    TLS_KIND = "tls_kind", _("The server wants another kind of encryption at this port")
    CERTIFICATE = "certificate", _("The server's certificate is not to be trusted")
    NO_LOGIN = "no_login", _("The server takes no login here")
    LOGIN = "login", _("The server does not accept the login or the password")
    APP_PASSWORD = "app_password", _("The server wants a password for apps")
    BASIC_OFF = "basic_off", _("The server takes no passwords from programs any more")
    LATER = "later", _("The server asks to log in later")
    QUOTA = "quota", _("The limit at the server is used up, or the account there is blocked")
    NOT_OWNED = "not_owned", _("This login may not send from this address")
    OUR_NAME = "our_name", _("The server does not accept the name that we greet it with")
    PASSWORD_LOST = "password_lost", _("The password can not be read any more")
    CREDENTIALS = "credentials", _("No login can carry these signs")
    BUSY = "busy", _("The server is busy and asked us to come again later")
    OTHER = "other", _("The server refuses us")


# What passes by itself: it stops nobody, if the account was fine before.
PASSING = (Trouble.SILENT, Trouble.REFUSED, Trouble.LATER, Trouble.BUSY, Trouble.QUOTA,
           Trouble.HOST)
# A password that died: the sender's runs pause, and the owner is written to.
DEAD = (Trouble.LOGIN, Trouble.APP_PASSWORD, Trouble.BASIC_OFF, Trouble.PASSWORD_LOST,
        Trouble.NO_LOGIN, Trouble.NOT_OWNED)
