"""Our own words where the server said nothing, in the reader's language.

Workers store them in English, beside the servers' own replies, which nobody translates.
"""
import re
from functools import cache

from django.utils.translation import gettext, gettext_noop, ngettext, override

from .faults import ADVICE, OWN_ADVICE, Meaning

SAME = gettext_noop("The server refuses everybody in the same words")
SAME_ADVICE = gettext_noop(
    "Nobody was marked as gone. If these addresses really are dead, resume; else show the answer "
    "to whoever runs the mail server.")
DISK = gettext_noop("The sender can not write to its disk")
FEWER = "The server takes no more than {} at once"
FEWER_SAID = re.compile(r"The server takes no more than (\d+) at once: ")
MAY_HAVE_LEFT = gettext_noop(
    "The database was restored from a backup made before this letter's turn; whether it was sent "
    "is not known.")
OURS = (
    MAY_HAVE_LEFT,
    gettext_noop("The recipient was deleted."),
    gettext_noop("The address is on the list of those that are not written to."),
    gettext_noop("The mailbox does not exist: the address has bounced before."),
    gettext_noop("Letters to this address came back too often: it rests for now."),
    gettext_noop("The sender was lost while it had this letter in hand; whether it was sent is "
                 "not known."),
    gettext_noop("Set aside: the sender crashed three times over this letter."),
    gettext_noop("A header can not hold line breaks or control characters."),
    gettext_noop("This name or address can not stand in a header."),
    gettext_noop("An attachment of this letter is not in the storage any more."),
    gettext_noop("No space left on device"),
    gettext_noop("The server closed the connection."),
    gettext_noop("The server's reply has no end."),
    gettext_noop("The server's reply takes too long."),
)
# The beginning of a stored text, and our words for it. The rest of the text is in the words of the
# operating system or of the server.
BEGINNINGS = {
    f"{DISK}: ": DISK,
    "The server calls this spam: ": gettext_noop("The server calls this spam"),
    "The server answered: ": gettext_noop("The server's answer is no answer of a mail server"),
    "ConnectionRefusedError: ": gettext_noop("The server does not take connections"),
    "ConnectionResetError: ": gettext_noop("The connection broke"),
    "BrokenPipeError: ": gettext_noop("The connection broke"),
    "SMTPServerDisconnected: ": gettext_noop("The server closed the connection"),
    "TimeoutError: ": gettext_noop("The server did not answer in time"),
    "gaierror: ": gettext_noop("The server's name could not be found"),
    "TLS: ": gettext_noop("The server's certificate is not to be trusted"),
    "OSError: ": gettext_noop("The server could not be reached"),
}


def explained(meaning: Meaning, reply: str) -> str:
    """Return a server's `reply` after what it means, as it is stored."""
    if meaning in (Meaning.UNREACHABLE, Meaning.OTHER):
        return reply  # our own words say it already; of the server's nothing more is known
    return f"{english(meaning)}{reply}"


@cache
def english(meaning: Meaning) -> str:
    with override("en"):
        return f"{meaning.label}: "


def meaning_of(text: str) -> Meaning | None:
    """Return the Meaning that a stored answer begins with."""
    for meaning in Meaning:
        if text.startswith(english(meaning)):
            return meaning
    return None


def said(text: str | None) -> tuple[str, str]:
    """Return (what a stored answer means, in the reader's language; what the server said)."""
    text = text or ""
    if text.startswith(SAME):
        return gettext(SAME), said(text.removeprefix(f"{SAME}: "))[1]
    if found := FEWER_SAID.match(text):
        number = int(found[1])
        words = ngettext("The server takes no more than %(n)s connection at once",
                         "The server takes no more than %(n)s connections at once", number)
        return words % {"n": number}, text[found.end():]
    if meaning := meaning_of(text):
        return str(meaning.label), text.removeprefix(english(meaning))
    return "", text


def is_of_connections(text: str) -> bool:
    """Return whether a stored answer tells how many connections the server takes."""
    return bool(FEWER_SAID.match(text))


def is_of_disk(text: str) -> bool:
    """Return whether a stored answer is no server's: our own disk is the trouble."""
    return text.startswith(DISK)


def advice(text: str | None, *, own: bool = False) -> str:
    """Return what a person can do about a stored answer, in their language; "" for nothing.

    `own` says that the mail server is of their own choice, not the service's.
    """
    text = text or ""
    if text.startswith(SAME):
        return gettext(SAME_ADVICE)
    meaning = meaning_of(text)
    words = OWN_ADVICE.get(meaning, "") if own else ""
    return str(words or ADVICE.get(meaning, ""))


def in_words(text: str | None) -> str:
    """Return a stored answer with what is our own in it translated; a server's words stay."""
    meaning, text = said(text)
    if meaning:
        return f"{meaning}: {in_words(text)}"
    text = text.replace("NoReply: ", "", 1)
    if text in OURS:
        return gettext(text)
    for beginning, words in BEGINNINGS.items():
        if text.startswith(beginning):
            return f"{gettext(words)}: {in_words(text.removeprefix(beginning))}"
    return text
