"""What is wrong with a sender, and what its owner can do about it, named for the provider."""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Sender
from .providers import provider_of_address, provider_of_host
from .troubles import Trouble

T = Trouble
Text = str | Promise


@dataclass(frozen=True)
class Words:
    """What is wrong, in a sentence without a full stop, and what to do."""

    what: str
    todo: str = ""


SOON = gettext_lazy("Mostly it passes by itself: we look again in an hour.")
OPERATOR = gettext_lazy("Show the server's answer to whoever runs Vestnik here.")
ADMINISTRATOR = gettext_lazy("Show the server's answer to whoever runs the mail server.")
TODO: dict[Trouble, Text] = {
    T.HOST: gettext_lazy("Check the server's name for a slip. It looks like smtp.example.com."),
    T.LOOKUP: SOON,
    T.PRIVATE: gettext_lazy("Name a server that can be reached from the internet."),
    T.PORT: gettext_lazy("Take the port 465 with TLS, or 587 with STARTTLS."),
    T.REFUSED: gettext_lazy(
        "Check the name and the port: 465 goes with TLS, 587 with STARTTLS. If they are right, "
        "the server is off now: we look again in an hour."),
    T.UNREACHABLE: SOON,
    T.SILENT: gettext_lazy(
        "Check the name and the port: 465 goes with TLS, 587 with STARTTLS. If they are right, "
        "the server is off, or a firewall keeps us out: we look again in an hour."),
    T.SLOW: SOON,
    T.CLOSED: gettext_lazy(
        "Check the port and the encryption: 465 goes with TLS, 587 with STARTTLS. If they are "
        "right, we look again in an hour."),
    T.NOT_SMTP: gettext_lazy(
        "Check the name and the port: letters are handed in at 465 or 587, and a site has other "
        "ones."),
    T.NO_TLS: gettext_lazy(
        "A password is not sent in clear. Take the port 465 with TLS, or 587 with STARTTLS."),
    T.NEEDS_TLS: gettext_lazy("Choose STARTTLS, or the port 465 with TLS."),
    T.WANTS_TLS: gettext_lazy("Choose TLS as the encryption, as the port 465 has it."),
    T.WANTS_STARTTLS: gettext_lazy("Choose STARTTLS as the encryption."),
    T.OLD_TLS: gettext_lazy(
        "Whoever runs the mail server switches on TLS 1.2 or newer there."),
    T.CERTIFICATE: ADMINISTRATOR,
    T.CERT_NAME: gettext_lazy(
        "Write the server's name as the provider's help has it: the certificate is for that one."),
    T.CERT_EXPIRED: gettext_lazy("Whoever runs the mail server has to renew it."),
    T.CERT_UNKNOWN: gettext_lazy(
        "Whoever runs the mail server gets a certificate of a known authority, Let's Encrypt for "
        "one."),
    T.NO_LOGIN: gettext_lazy(
        "Check the port and the encryption: logins are taken at 465 with TLS and at 587 with "
        "STARTTLS."),
    T.LOGIN_NEEDED: gettext_lazy("Enter the login and the password of the mailbox."),
    T.LOGIN: gettext_lazy(
        "Check the login, mostly it is the whole address, and enter the password anew. Many "
        "providers want a password for apps instead of that of the mailbox."),
    T.APP_PASSWORD: gettext_lazy(
        "Make a password for apps in the settings of the mailbox, and enter it here."),
    T.ACCESS_OFF: gettext_lazy(
        "Log in to the mailbox in a browser, allow programs to use it (SMTP, IMAP) in its "
        "settings, and check again."),
    T.BASIC_OFF: gettext_lazy(
        "Ask the administrator of the mailboxes to allow logins by SMTP (SMTP AUTH), or take "
        "another mail server."),
    T.LATER: gettext_lazy(
        "The server has had too many logins. Do nothing: we look again in an hour."),
    T.QUOTA: gettext_lazy(
        "Wait until the limit is counted anew, mostly the next day, or ask the provider for a "
        "higher one. New tries may prolong the wait."),
    T.BLOCKED: gettext_lazy(
        "Log in to the mailbox in a browser: the provider says there why it is blocked, and how "
        "it is unblocked. Then check again."),
    T.PASSWORD_LOST: gettext_lazy("Enter the password again: the service has another key now."),
    T.CREDENTIALS: gettext_lazy(
        "Enter the login and the password again, without line breaks and unseen signs."),
    T.NOT_OWNED: gettext_lazy(
        "Write the address of the mailbox whose login this is, or have the provider allow it to "
        "send from this address."),
    T.ADDRESS: gettext_lazy(
        "Check the address for a slip, and that its domain exists and takes mail."),
    T.NO_MAILBOX: gettext_lazy("Check the address for a slip, or make such a mailbox."),
    T.RELAY: gettext_lazy(
        "Check the login and the password: without a login servers take letters to their own "
        "mailboxes alone."),
    T.OUR_NAME: OPERATOR,
    T.OUR_ADDRESS: OPERATOR,
    T.BUSY: SOON,
    T.OTHER: ADMINISTRATOR,
}
# What some providers' servers mean by it: (what is wrong, what to do).
YANDEX_PASSWORD = gettext_lazy(
    "Allow mail programs in the settings of Yandex Mail (“Mail programs”: access by IMAP), make a "
    "password for apps (Yandex ID → Security → Passwords for apps → Mail) and enter it here. "
    "When the password of the account changes, those for apps become void.")
MAILRU_PASSWORD = gettext_lazy(
    "Make one in the Mail.ru account: “Password and security” → “External services” → “Passwords "
    "for external applications”, and enter it here.")
GMAIL_PASSWORD = gettext_lazy(
    "Switch on two-step verification in the Google account, make a password for apps "
    "(myaccount.google.com/apppasswords) and enter its 16 letters here.")
NAMED: dict[tuple[str, Trouble], tuple[Text, Text]] = {
    ("yandex", T.APP_PASSWORD): (
        gettext_lazy("Yandex wants a password for apps, not the password of the mailbox"),
        YANDEX_PASSWORD),
    ("yandex", T.ACCESS_OFF): (
        gettext_lazy("Yandex lets no mail programs into this mailbox"), YANDEX_PASSWORD),
    ("yandex", T.NOT_OWNED): (
        gettext_lazy("Yandex sends only from the address of the mailbox itself, or its aliases"),
        gettext_lazy("Write the address of the mailbox whose login this is.")),
    ("yandex", T.BLOCKED): (
        gettext_lazy("Yandex takes the letters of this mailbox for spam, and has blocked it"),
        gettext_lazy(
            "Log in to Yandex Mail in a browser and send a letter there. Otherwise wait a day: "
            "each new try prolongs the block.")),
    ("yandex", T.QUOTA): (
        gettext_lazy("The limit of letters at Yandex is used up"),
        gettext_lazy("Wait a day: each new try prolongs the block.")),
    ("mailru", T.APP_PASSWORD): (
        gettext_lazy("Mail.ru wants a password for external applications, not that of the mailbox"),
        MAILRU_PASSWORD),
    ("mailru", T.NOT_OWNED): (
        gettext_lazy("Mail.ru sends only from the address of the mailbox itself"),
        gettext_lazy("Write the address of the mailbox whose login this is.")),
    ("gmail", T.APP_PASSWORD): (
        gettext_lazy("Google wants a password for apps, not the password of the account"),
        GMAIL_PASSWORD),
    ("gmail", T.ACCESS_OFF): (
        gettext_lazy("Google did not let us in, and wants a login in a browser first"),
        gettext_lazy(
            "Log in to the account in a browser and confirm that it was you. Then make a password "
            "for apps (myaccount.google.com/apppasswords) and enter it here.")),
    ("microsoft", T.BASIC_OFF): (
        gettext_lazy("Microsoft takes no passwords from programs for this mailbox"),
        gettext_lazy(
            "The administrator of Microsoft 365 can allow SMTP AUTH for the mailbox (admin center "
            "→ Active users → Mail → Manage email apps). Outlook.com does not offer that any "
            "more: take another mail server.")),
    ("microsoft", T.LOGIN): (
        gettext_lazy("Microsoft does not accept the login or the password"),
        gettext_lazy(
            "Check both. If they are right, SMTP AUTH is off for the mailbox: the administrator "
            "can allow it (admin center → Active users → Mail → Manage email apps).")),
    ("microsoft", T.NOT_OWNED): (
        gettext_lazy("Microsoft does not let this login send from this address"),
        gettext_lazy(
            "Write the mailbox's own address, or have the administrator give it the right “Send "
            "as” for this one.")),
    ("rambler", T.LOGIN): (
        gettext_lazy("Rambler does not accept the login or the password"),
        gettext_lazy(
            "Check both. If they are right, allow mail programs in the settings at "
            "mail.rambler.ru.")),
    ("unisender", T.LOGIN): (
        gettext_lazy("Unisender Go does not accept the login or the password"),
        gettext_lazy(
            "The login is the number of the user or the project, the password its API key; the "
            "server go1 or go2 is that where the account was made.")),
}


def trouble_words(sender: Sender) -> Words:
    """Return what the last check of `sender` found wrong, in the reader's language."""
    if not sender.trouble:
        return Words("")
    return words_for(Trouble(sender.trouble), sender.host)


def words_for(trouble: Trouble, host: str) -> Words:
    """Return what `trouble` at the server `host` is, and what can be done about it."""
    provider = provider_of_host(host)
    named = NAMED.get((provider.key, trouble)) if provider else None
    what, todo = named or (trouble.label, TODO[trouble])
    return Words(str(what), str(todo))


def address_hint(sender: Sender) -> str:
    """Return why letters from this address by this server will hardly arrive; "" if they may.

    The owners of mailboxes anybody can have tell the world that only their own servers send.
    """
    if sender.uses_service:
        return ""
    mailbox = provider_of_address(sender.address)
    if mailbox is None or provider_of_host(sender.host) == mailbox:
        return ""
    return _("Addresses of %(provider)s send by its own servers alone: by another one such letters "
             "are refused, or go to spam (DMARC). Take %(provider)s's server, or an address of "
             "your own domain.") % {"provider": mailbox.name}
