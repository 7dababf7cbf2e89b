"""From where a dialogue ended, and by what, to the trouble that its sender's page tells of."""
import re
import smtplib
import socket
import ssl

from apps.mailings.attempts import verdicts
from apps.mailings.attempts.faults import Fault, Meaning
from apps.mailings.attempts.replies import URL
from apps.mailings.attempts.rules import pattern
from apps.mailings.attempts.verdicts import Phase
from apps.mailings.senders.models import Sender
from apps.mailings.senders.providers import provider_of_host
from apps.mailings.senders.troubles import Trouble

from ..wire.account import Account
from ..wire.faults import HostRefused, SettingsFault
from ..wire.reply_text import decoded
from . import phrases
from .dialogue import NO_REPLY, Ended, Port, Step

M = Meaning
T = Trouble
NOT_FOUND_NOW = (socket.EAI_AGAIN, socket.EAI_FAIL)
# Codes of OpenSSL's verification (`openssl verify`, its manual).
CERTIFICATES = {
    9: T.CERT_EXPIRED,  # not valid yet: a clock is wrong
    10: T.CERT_EXPIRED,
    18: T.CERT_UNKNOWN,
    19: T.CERT_UNKNOWN,
    20: T.CERT_UNKNOWN,
    21: T.CERT_UNKNOWN,
    62: T.CERT_NAME,
    64: T.CERT_NAME,
}
OLD = re.compile(r"PROTOCOL|VERSION|CIPHER|HANDSHAKE_FAILURE|DH_KEY|KEY_TOO_SMALL|LEGACY|DIGEST")
NO_SUCH_COMMAND = (500, 501, 502, 504)
NOT_SO = (501, 504)  # the command is known, what follows it is not taken
NAMES_SENDER = re.compile(r"sender|from|address|domain|mailbox|user", re.IGNORECASE)
# What the meanings of refusals are here; others are none of the sender's account.
MEANINGS = {
    M.LOGIN: T.LOGIN, M.TLS: T.NEEDS_TLS, M.RELAY: T.RELAY, M.HELO: T.OUR_NAME,
    M.SENDER: T.ADDRESS, M.AUTH: T.ADDRESS, M.BLOCKED: T.OUR_ADDRESS, M.QUOTA: T.QUOTA,
    M.RATE: T.QUOTA, M.CONNECTIONS: T.BUSY, M.BUSY: T.BUSY, M.DISK: T.BUSY, M.CROWDED: T.BUSY,
    M.NO_MAILBOX: T.NO_MAILBOX, M.NO_DOMAIN: T.ADDRESS, M.NO_MAIL: T.ADDRESS,
    M.MOVED: T.NO_MAILBOX,
}
PHASES = {
    Step.CONNECT: Phase.CONNECT, Step.GREETING: Phase.CONNECT, Step.TLS: Phase.CONNECT,
    Step.LOGIN: Phase.LOGIN, Step.MAIL: Phase.MAIL, Step.RCPT: Phase.RCPT,
}


def compiled(group: dict[Trouble, str]) -> list[tuple[Trouble, re.Pattern[str]]]:
    return [(trouble, pattern(lines)) for trouble, lines in group.items()]


LOGIN = compiled(phrases.LOGIN)
ENVELOPE = compiled(phrases.ENVELOPE)


def diagnosed(ended: Ended, account: Account, address: str) -> Trouble | None:
    """Return the trouble; None where what was refused is no matter of the account."""
    if isinstance(ended.error, HostRefused):
        return ended.error.trouble
    if isinstance(ended.error, SettingsFault):
        return T.CREDENTIALS if ended.step is Step.LOGIN else T.OUR_NAME
    if ended.code == NO_REPLY or ended.port is Port.OTHER:
        return T.NOT_SMTP
    if ended.code:
        return of_reply(ended, account, address)
    return of_error(ended)


def of_error(ended: Ended) -> Trouble:
    """Return the trouble of a dialogue that ended without a reply."""
    error = ended.error
    if ended.port is Port.TLS:
        return T.WANTS_TLS
    if ended.port is Port.SMTP:
        return T.WANTS_STARTTLS
    if isinstance(error, ssl.SSLCertVerificationError):
        return CERTIFICATES.get(error.verify_code, T.CERTIFICATE)
    if isinstance(error, ssl.SSLError) and OLD.search(error.reason or ""):
        return T.OLD_TLS
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return T.NO_LOGIN if ended.step is Step.LOGIN else T.NO_TLS
    if isinstance(error, TimeoutError) and ended.step is Step.LOGIN:
        return T.LATER  # Dovecot for one keeps the next answer back after wrong passwords
    if isinstance(error, TimeoutError):
        return T.SLOW if ended.is_slow else T.SILENT
    if isinstance(error, socket.gaierror):
        return T.LOOKUP if error.errno in NOT_FOUND_NOW else T.HOST
    if isinstance(error, ConnectionRefusedError):
        return T.REFUSED
    if isinstance(error, smtplib.SMTPException | ConnectionError | ssl.SSLError):
        return T.CLOSED
    return T.UNREACHABLE


def of_reply(ended: Ended, account: Account, address: str) -> Trouble | None:
    """Return the trouble that a server's refusal tells of."""
    reply = f"{ended.code} {decoded(ended.text)}"
    if ended.step is Step.LOGIN:
        return of_login(ended.code, reply, account)
    if ended.step is Step.TLS:
        return T.NO_TLS
    if ended.step in (Step.MAIL, Step.RCPT):
        trouble = first(envelope_rules(account), reply)
        if trouble:
            return trouble
    elif ended.code in NOT_SO:
        return T.OUR_NAME
    elif ended.code in NO_SUCH_COMMAND:
        return T.NOT_SMTP  # it knows no EHLO
    return of_meaning(ended, reply, account, address)


def envelope_rules(account: Account) -> list[tuple[Trouble, re.Pattern[str]]]:
    """Return the rules but for those that ask for what there is: a login, or encryption."""
    there = []
    if account.login:
        there.append(T.LOGIN_NEEDED)
    if account.security != Sender.Security.NONE:
        there.append(T.NEEDS_TLS)
    return [rule for rule in ENVELOPE if rule[0] not in there]


def of_login(code: int, reply: str, account: Account) -> Trouble:
    """Return the trouble that a refusal of the login tells of."""
    trouble = first(LOGIN, reply)
    if trouble:
        return trouble
    verdict = verdicts.verdict(reply, Phase.LOGIN)
    if code == 421:
        return T.BUSY
    if code < 500:
        return T.QUOTA if verdict.meaning is M.QUOTA else T.LATER
    if code in NO_SUCH_COMMAND:
        return T.NO_LOGIN
    if verdict.meaning in (M.QUOTA, M.RATE, M.BLOCKED, M.HELO):
        return MEANINGS[verdict.meaning]
    return T.APP_PASSWORD if wants_app_password(account) else T.LOGIN


def wants_app_password(account: Account) -> bool:
    """Whether the server takes passwords for apps alone, and this one does not look like one."""
    provider = provider_of_host(account.host)
    if provider is None or not provider.app_password:
        return False
    password = account.password.replace(" ", "")
    return not re.fullmatch(provider.app_password, password)


def of_meaning(ended: Ended, reply: str, account: Account, address: str) -> Trouble | None:
    """Return the trouble of a refusal by what refusals of letters mean."""
    verdict = verdicts.verdict(reply, PHASES[ended.step], address)
    if verdict.fault in (Fault.RECIPIENT, Fault.LETTER) and ended.step is Step.RCPT:
        return None if verdict.temporary or verdict.fault is Fault.RECIPIENT else T.OTHER
    trouble = MEANINGS.get(verdict.meaning, T.OTHER)
    if trouble is T.ADDRESS and not verdict.sure and not NAMES_SENDER.search(reply):
        trouble = T.OTHER
    if verdict.temporary and trouble not in (T.QUOTA, T.OUR_ADDRESS, T.RELAY):
        return T.BUSY
    if trouble is T.OTHER and ended.step is Step.CONNECT:
        return T.OUR_ADDRESS  # it knows nothing else of us yet
    if trouble is T.LOGIN and not account.login:
        return T.LOGIN_NEEDED
    if trouble is T.RELAY and not account.login:
        return T.LOGIN_NEEDED
    return trouble


def first(rules: list[tuple[Trouble, re.Pattern[str]]], reply: str) -> Trouble | None:
    """Return the Trouble of the first of `rules` that the reply fits."""
    text = " ".join(URL.sub("", reply).lower().split())
    for trouble, words in rules:
        if words.search(text):
            return trouble
    return None
