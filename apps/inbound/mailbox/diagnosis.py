"""From where a dialogue with a mailbox ended, and by what, to the trouble that its page tells of.
"""
import imaplib
import re
import socket
import ssl

from apps.delivery.sender_checks.diagnosis import (
    CERTIFICATES, LOGIN, NOT_FOUND_NOW, OLD, first, wants_app_password)
from apps.delivery.sender_checks.dialogue import SPEAKS_PLAIN
from apps.delivery.sender_checks.job import HIDDEN, LONGEST_WORDS, secrets_of
from apps.delivery.wire.account import Account
from apps.delivery.wire.faults import HostRefused, SettingsFault
from apps.mailings.senders.troubles import Trouble as SendersTrouble

from .dialogue import Dialogue, Refused, Step
from .troubles import Trouble

T = Trouble
IMAP_OFF = re.compile(r"\bimap\b.{0,40}\b(?:disabled|off|not (?:enabled|allowed))|"
                      r"\benable\b.{0,20}\bimap\b", re.IGNORECASE)
# What imaplib says by itself, or before the server's words.
IMAPLIBS = re.compile(r"^command: \w+ => |socket error:.*|unexpected .*", re.DOTALL)
UNAVAILABLE = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|THROTTLED)\]|too many", re.IGNORECASE)


def diagnosed(error: Exception, dialogue: Dialogue) -> Trouble:
    """Return what `error`, which has ended the dialogue, means for the mailbox's owner."""
    if isinstance(error, HostRefused):
        return T(error.trouble.value)
    if isinstance(error, SettingsFault):
        return T.CREDENTIALS
    if isinstance(error, imaplib.IMAP4.error):
        return of_protocol(error, dialogue)
    if isinstance(error, OSError):
        return of_connection(error, dialogue)
    return T.OTHER


def of_protocol(error: Exception, dialogue: Dialogue) -> Trouble:
    """Return what it means that the server said no, something else, or goodbye."""
    words = said(error)
    if UNAVAILABLE.search(words):
        return T.LATER
    if dialogue.step is Step.GREETING and not bye_of(dialogue):
        return T.NOT_IMAP if dialogue.was_heard else T.CLOSED
    if isinstance(error, imaplib.IMAP4.abort):
        return T.CLOSED
    if dialogue.step is Step.TLS:
        return T.NO_TLS
    if dialogue.step is Step.LOGIN:
        return of_login(words, dialogue.account)
    return T.OTHER


def of_login(words: str, account: Account) -> Trouble:
    """Return the trouble that a refusal of the login tells of."""
    if IMAP_OFF.search(words):
        return T.ACCESS_OFF
    trouble = first(LOGIN, words)
    if trouble is SendersTrouble.NEEDS_TLS:
        return T.NO_TLS
    if trouble is not None and trouble.value in T:
        return T(trouble.value)
    return T.APP_PASSWORD if wants_app_password(account) else T.LOGIN


def of_connection(error: OSError, dialogue: Dialogue) -> Trouble:
    """Return what it means that the connection failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return T(CERTIFICATES.get(error.verify_code, SendersTrouble.CERTIFICATE).value)
    if isinstance(error, ssl.SSLError) and error.reason in SPEAKS_PLAIN:
        return T.WANTS_STARTTLS
    if isinstance(error, ssl.SSLError) and OLD.search(error.reason or ""):
        return T.OLD_TLS
    if isinstance(error, TimeoutError):
        return T.SLOW if dialogue.was_heard else T.SILENT
    if isinstance(error, socket.gaierror):
        return T.LOOKUP if error.errno in NOT_FOUND_NOW else T.HOST
    if isinstance(error, ConnectionRefusedError):
        return T.REFUSED
    if isinstance(error, ConnectionError | ssl.SSLError):
        return T.CLOSED
    return T.OTHER if dialogue.was_heard else T.UNREACHABLE


def bye_of(dialogue: Dialogue) -> str:
    """Return the words by which the server has said goodbye; "" where it did not."""
    found = dialogue.client and dialogue.client.untagged_responses.get("BYE")
    return said(Exception(*found)) if found else ""


def said(error: Exception) -> str:
    """Return what the server said, as far as the error holds it."""
    words = error.args[0] if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def words_of(error: Exception, account: Account) -> str:
    """Return the server's words for its owner, in a line, without the password."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: {error.verify_message}"
    if not isinstance(error, imaplib.IMAP4.error | Refused):
        return ""
    text = IMAPLIBS.sub("", said(error))
    for secret in secrets_of(account):
        text = text.replace(secret, HIDDEN)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_WORDS else f"{text[:LONGEST_WORDS - 1]}{HIDDEN}"
