"""The table of what an answer can mean: whose fault, what comes of it, in which plain words."""
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Fault(StrEnum):
    """Whose matter an answer is."""

    NOBODY = "nobody"  # the letter was accepted
    ADDRESS = "address"  # it does not exist any more
    RECIPIENT = "recipient"  # for now: full, busy, greylisting
    LETTER = "letter"
    US = "us"  # a person has to change something
    US_FOR_NOW = "us_for_now"  # passes by itself, if we send slower or later
    WAY = "way"  # the server was not reached
    NOT_KNOWN = "not_known"  # the dot left, and no answer to it was read


OUTCOMES = {
    Fault.NOBODY: "sent", Fault.ADDRESS: "gone", Fault.RECIPIENT: "now", Fault.LETTER: "letter",
    Fault.US: "us", Fault.US_FOR_NOW: "us", Fault.WAY: "us", Fault.NOT_KNOWN: "unknown",
}


class Meaning(models.TextChoices):
    """What an answer says, in words for the person who sends; the values are stored."""

    ACCEPTED = "accepted", _("The server took the letter")
    UNKNOWN = "unknown", _("It is not known whether the server took the letter")
    NO_MAILBOX = "no_mailbox", _("There is no such mailbox")
    NO_DOMAIN = "no_domain", _("There is no such domain, or it takes no mail")
    NO_MAIL = "no_mail", _("The domain takes no mail")
    MOVED = "moved", _("The mailbox has moved to another address")
    FULL = "full", _("The mailbox is full")
    INACTIVE = "inactive", _("The mailbox is switched off or blocked for now")
    WAIT = "wait", _("The server asked to come again later")
    ROUTE = "route", _("The letter could not be passed on to the recipient's server")
    SPAM = "spam", _("The server took the letter for spam")
    POLICY = "policy", _("The server took the letter for spam, or its rules forbid it")
    MALFORMED = "malformed", _("The server finds a fault in how the letter is made")
    TOO_BIG = "too_big", _("The letter is too big")
    LOGIN = "login", _("The server does not accept our login or password")
    TLS = "tls", _("No safe connection with the server: its certificate, or TLS itself")
    RELAY = "relay", _("The server does not take letters for other domains from us")
    HELO = "helo", _("The server does not accept the name that we greet it with")
    SENDER = "sender", _("The server does not accept the sender's address")
    AUTH = "auth", _("The sender's domain does not prove its letters: SPF, DKIM or DMARC")
    BLOCKED = "blocked", _("The server our letters come from is blocked, or has no proper name")
    QUOTA = "quota", _("Our limit at the server is used up, or our account there is blocked")
    SETTINGS = "settings", _("The server refused our login, settings or sender's address")
    REFUSED = "refused", _("The server refuses us and does not say why")
    CROWDED = "crowded", _("The recipient gets letters faster than the server lets them in")
    CONNECTIONS = "connections", _("The server takes fewer connections at once")
    RATE = "rate", _("The server finds that we send too fast")
    BUSY = "busy", _("The server is busy and asked us to come again later")
    DISK = "disk", _("The server has no room for letters now")
    UNREACHABLE = "unreachable", _("The server could not be reached")
    OTHER = "other", pgettext_lazy("server's answer", "Something else")


M = Meaning
TABLE = {
    Fault.NOBODY: (M.ACCEPTED,),
    Fault.ADDRESS: (M.NO_MAILBOX, M.NO_DOMAIN, M.NO_MAIL, M.MOVED),
    Fault.RECIPIENT: (M.FULL, M.INACTIVE, M.WAIT, M.ROUTE),
    Fault.LETTER: (M.SPAM, M.POLICY, M.MALFORMED, M.TOO_BIG, M.OTHER),
    Fault.US: (M.LOGIN, M.TLS, M.RELAY, M.HELO, M.SENDER, M.AUTH, M.BLOCKED, M.QUOTA, M.SETTINGS,
               M.REFUSED),
    Fault.US_FOR_NOW: (M.CONNECTIONS, M.CROWDED, M.RATE, M.BUSY, M.DISK),
    Fault.WAY: (M.UNREACHABLE,),
    Fault.NOT_KNOWN: (M.UNKNOWN,),
}
FAULTS: dict[Meaning, Fault] = {}
for fault, meanings in TABLE.items():
    FAULTS |= dict.fromkeys(meanings, fault)

# What a person can do about it, for what pauses a run.
ADVICE = {
    M.LOGIN: _("Whoever runs the service checks the login and the password of the mail server; "
               "then resume."),
    M.TLS: _("Whoever runs the service checks the mail server's name, port, kind of encryption and "
             "certificate; then resume."),
    M.RELAY: _("Check the login and the sender's address: the server passes letters on only for "
               "those whom it knows. Then resume."),
    M.HELO: _("Whoever runs the service sets a host name that DNS knows; then resume."),
    M.SENDER: _("Check that the sender's address exists and that this login may use it; then "
                "resume."),
    M.AUTH: _("Put the SPF, DKIM and DMARC records of the sender's domain right; then resume."),
    M.BLOCKED: _("Ask the mail server's administrator to take its address off the block list, or "
                 "to put its name in DNS right. To go on now makes it worse."),
    M.QUOTA: _("Wait until the limit is counted anew, often the next day, or ask the provider for "
               "a higher one; then resume."),
    M.SETTINGS: _("Show the answer to whoever runs the service or the mail server; then resume."),
    M.REFUSED: _("Show the answer to whoever runs the mail server; then resume."),
    M.SPAM: _("Stop, change the text, the subject or the links, try it on yourself, and send it "
              "to the rest."),
    M.POLICY: _("Stop, change the letter as the answer says, and send it to the rest."),
    M.MALFORMED: _("Stop, change the letter as the answer says, and send it to the rest."),
    M.TOO_BIG: _("Stop, make the letter smaller, and send it to the rest."),
}
# The same where the mail server is the sender's own: then it is its owner who can do it.
OWN_ADVICE = {
    M.LOGIN: _("Enter the login and the password of the sender anew, then resume."),
    M.TLS: _("Check the mail server, the port and the encryption of the sender, then resume."),
}
