"""What a mail server's answer means, in words for the person who sends."""
import re

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ENHANCED = re.compile(r"(?<![\d.])[245]\.(\d{1,3}\.\d{1,3})(?![\d.]*\d)")  # RFC 3463; no IP


class Meaning(models.TextChoices):
    ACCEPTED = "accepted", _("The server took the letter")
    UNKNOWN = "unknown", _("It is not known whether the server took the letter")
    NO_MAILBOX = "no_mailbox", _("There is no such mailbox")
    NO_DOMAIN = "no_domain", _("There is no such domain, or it takes no mail")
    FULL = "full", _("The mailbox is full")
    WAIT = "wait", _("The server asked to come again later")
    POLICY = "policy", _("The server took the letter for spam, or its rules forbid it")
    TOO_BIG = "too_big", _("The letter is too big")
    UNREACHABLE = "unreachable", _("The server could not be reached")
    SETTINGS = "settings", _("The server refused our login, settings or sender's address")
    OTHER = "other", pgettext_lazy("server's answer", "Something else")


# Detail codes that mean the same whether the refusal is temporary (4.) or final (5.).
DETAILS = {
    "1.2": Meaning.NO_DOMAIN, "1.10": Meaning.NO_DOMAIN, "4.4": Meaning.NO_DOMAIN,
    "1.7": Meaning.SETTINGS, "1.8": Meaning.SETTINGS,
    "2.2": Meaning.FULL, "2.3": Meaning.TOO_BIG, "3.4": Meaning.TOO_BIG,
}
FINAL_DETAILS = {
    "1.1": Meaning.NO_MAILBOX, "1.3": Meaning.NO_MAILBOX, "1.6": Meaning.NO_MAILBOX,
    "2.1": Meaning.NO_MAILBOX, "4.1": Meaning.NO_MAILBOX,
    "7.8": Meaning.SETTINGS, "7.9": Meaning.SETTINGS, "7.14": Meaning.SETTINGS,
}
LOGIN_CODES = (530, 534, 535, 538)
WORDS = [(re.compile(pattern, re.IGNORECASE), meaning) for pattern, meaning in (
    (r"spam|blacklist|blocklist|block list|blocked|dnsbl|rbl|reputation|policy|dmarc|spf\b",
     Meaning.POLICY),
    (r"domain (?:name )?(?:not found|does not exist)|host not found|no mx", Meaning.NO_DOMAIN),
    (r"quota|mailbox (?:is )?full|over quota", Meaning.FULL),
    (r"too (?:big|large)|size (?:limit|exceeds)|exceeds.{0,20} size", Meaning.TOO_BIG),
    (r"sender address rejected", Meaning.SETTINGS),
    (r"user unknown|unknown user|no such (?:user|mailbox|recipient)|does(?: not|n't) exist"
     r"|mailbox (?:not found|unavailable)|(?:invalid|unknown) recipient|recipient not found",
     Meaning.NO_MAILBOX),
)]
BARE = {550: Meaning.NO_MAILBOX, 551: Meaning.NO_MAILBOX, 552: Meaning.FULL,
        553: Meaning.NO_MAILBOX, 554: Meaning.POLICY, 571: Meaning.POLICY}


def meaning_of(*, accepted, unknown, code, reply):
    """Return the Meaning of one try, from what its attempt stores."""
    if accepted:
        return Meaning.ACCEPTED
    return Meaning.UNKNOWN if unknown else refusal(code, reply)


def refusal(code, reply):
    """Return the Meaning of an answer that is neither a yes nor a silence after the dot."""
    if code is None:
        return Meaning.UNREACHABLE
    if code in LOGIN_CODES:
        return Meaning.SETTINGS
    enhanced = ENHANCED.search(reply)
    detail = enhanced[1] if enhanced else ""
    if detail in DETAILS:
        return DETAILS[detail]
    if 400 <= code < 500:
        return Meaning.WAIT
    if detail in FINAL_DETAILS:
        return FINAL_DETAILS[detail]
    if detail.startswith("7."):
        return Meaning.POLICY
    for words, meaning in WORDS:
        if words.search(reply):
            return meaning
    return BARE.get(code, Meaning.OTHER)
