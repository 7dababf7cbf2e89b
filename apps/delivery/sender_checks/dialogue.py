"""Speak to a sender's server as far as it goes without a letter: no DATA is ever sent."""
import contextlib
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass, replace
from enum import StrEnum

from apps.mailings.senders.models import Sender

from ..wire.account import Account
from ..wire.deadline import Deadline
from ..wire.login import SMTP, ehlo_name
from ..wire.opening import greet, open_server, refuse_open_password, tls_context
from ..wire.return_path import sample_address

WHOLE = 9.5  # seconds, of all that a check says and hears
FIRST = 6.0  # for one answer; what is left is for a second look
PARTING = 1.0  # for the answer to QUIT: all is known by then
SECOND_LOOK = 3.0
SHORTEST_LOOK = 0.5
NO_REPLY = -1  # smtplib's code for what is no reply of a mail server
SPEAKS_PLAIN = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
# Faults to speak to a server by, as they come.
FAULTS = (OSError, ValueError)


class Step(StrEnum):
    """How far the dialogue had come."""

    CONNECT = "connect"
    GREETING = "greeting"  # and EHLO
    TLS = "tls"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"


class Port(StrEnum):
    """What a second look at a port has found, where the first was in vain."""

    UNKNOWN = ""
    TLS = "tls"  # it begins with TLS
    SMTP = "smtp"  # a mail server greets without TLS
    OTHER = "other"  # something else speaks


class Listener(SMTP):
    """Remembers of a connection that is closed how far it had come."""

    is_connected = False
    was_heard = False  # the server has said something

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = super()._get_socket(host, port, timeout)
        self.is_connected = True
        return sock

    def close(self) -> None:
        reader = getattr(self.file, "raw", None)
        self.was_heard = self.was_heard or bool(reader and reader.octets)
        super().close()


@dataclass(frozen=True)
class Ended:
    """Where a dialogue ended before its goodbye, and by what."""

    step: Step
    error: Exception | None = None  # None: by the server's reply
    code: int = 0
    text: bytes = b""
    is_slow: bool = False  # the server speaks, but does not come to an end
    port: Port = Port.UNKNOWN


@dataclass(frozen=True)
class Found:
    """What a whole dialogue has found."""

    ended: Ended | None  # None: nothing is wrong
    takes_return_path: bool | None = None


class Dialogue:
    """One dialogue with an account's server, from the connection to the goodbye.

    Letters are to come from `address`; what comes back is to go to `bounces_to`, with a tag.
    """

    def __init__(self, account: Account, address: str, bounces_to: str = "") -> None:
        self.account = account
        self.address = address
        self.bounces_to = bounces_to or address
        self.step = Step.CONNECT
        self.deadline = Deadline(WHOLE, FIRST)
        self.server: Listener | None = None

    def hold(self) -> Found:
        """Speak to the server. Returns what was found; it takes WHOLE seconds at the most."""
        try:
            self.open()
            self.log_in()
            refusal = self.envelope(self.address)
            takes = None if refusal else self.takes_return_path()
            self.say_goodbye()
        except FAULTS as error:
            return Found(self.ended(error))
        finally:
            if self.server is not None:
                self.server.close()
        return Found(refusal, takes)

    def open(self) -> None:
        """Connect, greet and encrypt, as `wire.opening` does, with each step told apart."""
        account = self.account
        refuse_open_password(account)
        context = tls_context(account)
        begins_with_tls = account.security == Sender.Security.TLS
        name = self.deadline.call(ehlo_name)
        server = Listener(account, self.deadline, name, context if begins_with_tls else None)
        self.server = server
        greet(server, account)
        self.step = Step.GREETING
        server.ehlo_or_helo_if_needed()
        if account.security == Sender.Security.STARTTLS:
            self.step = Step.TLS
            server.starttls(context=context)
            server.ehlo_or_helo_if_needed()

    def log_in(self) -> None:
        """Log in, and have all the time from now on: after wrong passwords servers hesitate."""
        self.step = Step.LOGIN
        self.deadline.each = WHOLE
        if self.account.login and self.server is not None:
            self.server.login(self.account.login, self.account.password)

    def envelope(self, sender: str, *others: str) -> Ended | None:
        """Name `sender`, our address and `others` as a letter's. Returns the refusal, if any.

        Many servers refuse a sender only once a recipient was named.
        """
        assert self.server is not None
        commands = [(Step.MAIL, f"FROM:<{sender}>")]
        commands += [(Step.RCPT, f"TO:<{to}>") for to in (self.address, *others)]
        for step, command in commands:
            self.step = step
            code, text = self.server.docmd(step.upper(), command)
            if not 200 <= code < 300:
                self.forget()
                return Ended(step, code=code, text=text)
        self.forget()
        return None

    def forget(self) -> None:
        """Take the envelope back: nothing is sent. A server may be gone after a refusal."""
        with contextlib.suppress(*FAULTS):
            if self.server is not None:
                self.server.rset()

    def takes_return_path(self) -> bool | None:
        """Return whether bounces may go to an address with a tag; None: not known.

        A server that takes it from us but not for its own mailbox would lose what comes back.
        """
        tagged = sample_address(self.bounces_to)
        if tagged is None:
            return False
        try:
            refusal = self.envelope(tagged, tagged)
        except FAULTS:
            return None
        if refusal is None:
            return True
        return False if refusal.code >= 500 else None

    def say_goodbye(self) -> None:
        self.deadline.each = PARTING
        with contextlib.suppress(*FAULTS):
            if self.server is not None:
                self.server.quit()

    def ended(self, error: Exception) -> Ended:
        """Return where it ended by `error`, with a second look where that says too little."""
        if self.server is not None:
            self.server.close()
        code, text = reply_of(error)
        return Ended(self.step, error, code, text, self.is_slow(error), self.second_look(error))

    def is_slow(self, error: Exception) -> bool:
        is_over = time.monotonic() >= self.deadline.at
        was_heard = self.server is not None and self.server.was_heard
        return isinstance(error, TimeoutError) and is_over and was_heard

    def second_look(self, error: Exception) -> Port:
        """Return what is at the port, where the first look was at another kind of encryption."""
        seconds = min(SECOND_LOOK, self.deadline.at - time.monotonic())
        if self.step is not Step.CONNECT or seconds < SHORTEST_LOOK:
            return Port.UNKNOWN
        if isinstance(error, ssl.SSLError):
            is_plain = error.reason in SPEAKS_PLAIN
            return plain_look(self.account, seconds) if is_plain else Port.UNKNOWN
        is_mute = self.server is not None and self.server.is_connected and (
            not self.server.was_heard)
        if is_mute and self.account.security != Sender.Security.TLS:
            return tls_look(self.account, seconds)
        return Port.UNKNOWN


def reply_of(error: Exception) -> tuple[int, bytes]:
    """Return the code and the text of the reply that `error` is about; (0, b"") without one."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return error.smtp_code, text if isinstance(text, bytes) else str(text).encode()
    return 0, b""


def plain_look(account: Account, seconds: float) -> Port:
    """Look what greets without TLS, at a port that did not answer by TLS."""
    plain = replace(account, security=Sender.Security.NONE, login="", password="")
    try:
        open_server(plain, seconds).close()
    except FAULTS:
        return Port.OTHER
    return Port.SMTP


def tls_look(account: Account, seconds: float) -> Port:
    """Look whether a port that does not greet begins with TLS."""
    try:
        open_server(replace(account, security=Sender.Security.TLS), seconds).close()
    except ssl.SSLCertVerificationError:
        return Port.TLS
    except ssl.SSLError as error:
        return Port.OTHER if error.reason in SPEAKS_PLAIN else Port.UNKNOWN
    except smtplib.SMTPException:
        return Port.TLS  # it shook hands; what it said then is another matter
    except FAULTS:
        return Port.UNKNOWN
    return Port.TLS
