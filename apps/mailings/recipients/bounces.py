"""Marks of recipients whose mailbox is not there: which reply set them, and whom else it marked."""
import hashlib
import re

from django.db import models
from django.utils.translation import gettext_lazy as _

CODE = re.compile(r"[245]\d\d|[245]\.\d{1,3}\.\d{1,3}")  # RFC 5321, 4.2; RFC 3463
AROUND = "<>()[]{}\"'`,;:.#="
QUOTED = "<{}>", "[{}]", "({})", '"{}"', "'{}'", "`{}'"


class Bounceable(models.Model):
    """Who may be marked: of the address the mail server said that there is no such mailbox."""

    bounced_at = models.DateTimeField(_("bounced at"), null=True, blank=True, editable=False)
    bounced_reply = models.TextField(
        _("reply that marked it"), blank=True, default="", editable=False)
    bounced_key = models.CharField(  # `reply_key` of that reply
        max_length=32, blank=True, default="", editable=False)

    UNMARKED = {"bounced_at": None, "bounced_reply": "", "bounced_key": ""}
    MARKED_BY = models.Index(fields=["owner", "bounced_key"], name="recipient_bounced_key",
                             condition=models.Q(bounced_at__isnull=False))

    class Meta:
        abstract = True


def reply_key(reply: str, email: str) -> str:
    """Return a key that replies about `email` and other addresses share when they say the same.

    The recipient's own address, ids, numbers, blanks and case make no difference; a reply code
    and an enhanced status code do.
    """
    text = without_address(reply.lower(), email.lower())
    words = ("#" if is_id(word.strip(AROUND)) else word for word in text.split())
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def without_address(text, email):
    """Return `text` without `email` and its local part where that is plainly quoted.

    A bare local part may be a word of the reply, as in "user unknown" to user@example.com.
    """
    text = text.replace(email, "@")
    for quoted in QUOTED:
        text = text.replace(quoted.format(email.rpartition("@")[0]), quoted.format("@"))
    return text


def is_id(word):
    """Whether a word of a reply is an id, a number, a time or a numbered host."""
    return any(map(str.isdigit, word)) and not CODE.fullmatch(word)
