"""What the sender writes where the server said nothing, in the reader's language.

It is stored in English, beside the servers' own replies, which nobody translates.
"""
import re

from django.utils.translation import gettext, gettext_noop

OURS = (
    gettext_noop("The recipient was deleted."),
    gettext_noop("The mailbox does not exist: the address has bounced before."),
    gettext_noop("The sender was lost while it had this letter in hand; whether it was sent is "
                 "not known."),
    gettext_noop("Set aside: the sender crashed three times over this letter."),
    gettext_noop("A header can not hold line breaks or control characters."),
    gettext_noop("This name or address can not stand in a header."),
    gettext_noop("No space left on device"),
    gettext_noop("The server closed the connection."),
    gettext_noop("The server's reply has no end."),
)
# What the text begins with, and what is said instead; the rest is the system's or the server's.
BEGINNINGS = (
    ("The server calls this spam: ", gettext_noop("The server calls this spam")),
    ("The server answered: ", gettext_noop("The server's answer is no answer of a mail server")),
    ("ConnectionRefusedError: ", gettext_noop("The server does not take connections")),
    ("ConnectionResetError: ", gettext_noop("The connection broke")),
    ("BrokenPipeError: ", gettext_noop("The connection broke")),
    ("SMTPServerDisconnected: ", gettext_noop("The server closed the connection")),
    ("TimeoutError: ", gettext_noop("The server did not answer in time")),
    ("gaierror: ", gettext_noop("The server's name could not be found")),
    ("TLS: ", gettext_noop("The server's certificate is not to be trusted")),
    ("OSError: ", gettext_noop("The server could not be reached")),
)
TECHNICAL = re.compile(r"NoReply: ")


def in_words(text):
    """Return a stored answer with what is our own in it translated; a server's words stay."""
    text = TECHNICAL.sub("", text or "", count=1)
    if text in OURS:
        return gettext(text)
    for beginning, words in BEGINNINGS:
        if text.startswith(beginning):
            return f"{gettext(words)}: {in_words(text.removeprefix(beginning))}"
    return text
