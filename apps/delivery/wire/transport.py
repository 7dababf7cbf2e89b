"""SMTP with its phases and replies kept (RFC 5321), commands pipelined where offered (RFC 2920).

Django's own backend and smtplib throw away the server's 250 text and hide whether the dot had
left; the Outcome tells both. Where the server takes pipelined commands, the next letter's envelope
leaves together with a letter's dot: one round trip a letter instead of two.
"""
import contextlib
import re
import smtplib
import socket
import ssl
import struct
import time

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from apps.mailings.attempts.verdicts import Phase

from .login import SettingsFault, dial
from .outcome import Outcome
from .reply_text import decoded

AFTER_DOT_TIMEOUT = 600  # as in Postfix: giving up sooner makes duplicates
REPLY_LIMIT = 64 * 1024
QUIT_TIMEOUT = 1  # a server that is slow to say goodbye holds up nobody
BIG_LETTER = 64 * 1024
LETTERS_PER_CONNECTION = 5000
SOCKET_READ = 8192
REPLY_MARKS = (b" ", b"-", b"\r", b"")  # what may follow the code
ENVELOPE = (Phase.MAIL, Phase.RCPT, Phase.DATA)
# The usual answers to an envelope, in a row: for each letter one search instead of three replies.
READY_FOR_DATA = re.compile(rb"2\d\d [^\n]*\n2\d\d [^\n]*\n354 [^\n]*\n")


class NoReply(Exception):
    """The server closed, fell silent, or said something that is no SMTP reply."""


class Transport(EmailBackend):
    """One connection, kept over many letters; not for sharing between threads.

    Opened by the settings of Django's SMTP backend. `before_dot` is called when the server is
    ready for the letter: what must be durable before the letter can be accepted is written there.
    When it raises, the letter is not sent. `after_dot` is for how long an answer to the dot is
    waited for.
    """

    def __init__(self, *args, before_dot=None, after_dot=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.before_dot = before_dot
        self.after_dot = after_dot or AFTER_DOT_TIMEOUT
        self.announced = None  # whom the next letter is for, as the server knows already
        self.letters = 0
        self.connected_at = 0.0  # monotonic

    def send(self, letter, sender, recipient, following=None):
        """Send the octets of one `letter` (of `Letter.render`). Returns the Outcome.

        `following` is the recipient of the letter that comes next, where it is known already; it
        must come next, or the connection is dropped.
        """
        if self.announced not in (None, recipient):
            self.abort()
        elif self.letters >= LETTERS_PER_CONNECTION:
            self.close()
        reused = self.connection is not None
        outcome = self._connect() or self._transact(letter, sender, recipient, following)
        if reused and self.connection is None and hung_up(outcome):
            outcome = self._connect() or self._transact(letter, sender, recipient, following)
        self.letters += 1
        return outcome

    def open(self):
        """Connect, encrypt, log in. Returns whether that was needed.

        Raises OSError, smtplib's exceptions, and ValueError where the settings are at fault.
        """
        if self.connection is not None:
            return False
        if not self.host:
            raise SettingsFault(settings.EMAIL_FAULT or "EMAIL_URL names no mail server.")
        context = self.ssl_context if self.use_ssl else None
        self._partial_connection = server = dial(self.host, self.port, self.timeout, context)
        if self.use_tls:
            server.starttls(context=self.ssl_context)
        if self.username and self.password:
            server.login(self.username, self.password)
        self.connection = server
        self._partial_connection = None
        self._after_open()
        return True

    def close(self):
        """Leave; whatever comes of it changes nothing about letters already answered."""
        if self.announced is None and self.connection is not None:
            with contextlib.suppress(Exception):
                self._quit()
        self.abort()  # a server that waits for an announced letter would take QUIT for its text

    def _quit(self):
        sock = self.connection.sock
        sock.settimeout(QUIT_TIMEOUT)
        sock.sendall(b"QUIT\r\n")
        sock.recv(SOCKET_READ)

    def abort(self):
        """Drop the connection without a word."""
        for connection in (self.connection, self._partial_connection):
            if connection is not None:
                with contextlib.suppress(OSError):
                    connection.close()
        self.connection = self._partial_connection = self.announced = None

    def _connect(self):
        """Return None when connected, else the Outcome of the failure."""
        if self.connection is not None:
            return None
        try:
            self.open()
            return None
        except smtplib.SMTPResponseException as error:
            outcome = answered(error)
        except smtplib.SMTPNotSupportedError as error:
            # STARTTLS or AUTH is not offered: the settings ask for what the server has not.
            outcome = Outcome(Phase.LOGIN, 530, decoded(str(error)))
        except ssl.SSLCertVerificationError as error:
            outcome = Outcome(Phase.LOGIN, 530, f"TLS: {error.verify_message}")
        except SettingsFault as error:
            outcome = Outcome(Phase.LOGIN, 530, str(error))
        except (ValueError, TypeError, OverflowError) as error:
            # No fault of the network. The text is left out: it may hold a part of the password.
            fault = f"The mail settings can not be used: {type(error).__name__}."
            outcome = Outcome(Phase.LOGIN, 530, fault)
        except (OSError, smtplib.SMTPException) as error:
            outcome = lost(Phase.CONNECT, error)
        self.abort()
        return outcome

    def _after_open(self):
        self.letters = 0
        self.connection.ehlo_or_helo_if_needed()
        self.sock = self.connection.sock
        self.inbox = b""
        # A body and its dot may leave apart: without this, Nagle holds the second for 40 ms.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pipelining = self.connection.has_extn("pipelining")
        self._set_timeout(socket.SO_SNDTIMEO, self.timeout)
        self.kept_patience = None
        self.connected_at = time.monotonic()

    def _transact(self, letter, sender, recipient, following):
        self.patience = self.timeout
        try:
            refused = self._envelope(sender, recipient)
        except (OSError, NoReply) as error:
            self.abort()
            return lost(Phase.DATA, error)
        return refused or self._content(letter, sender, following)

    def _envelope(self, sender, recipient):
        """MAIL, RCPT and DATA. Returns the refusal's Outcome, None when the server is ready."""
        announced = self.announced
        self.announced = None
        if announced and (usual := READY_FOR_DATA.match(self.inbox)):
            self.inbox = self.inbox[usual.end():]
            return None
        if self.pipelining and announced is None:
            self.sock.sendall(envelope_of(sender, recipient))
        refusal = None
        for step, phase in enumerate(ENVELOPE):
            if not self.pipelining:
                self.sock.sendall(envelope_of(sender, recipient).splitlines(keepends=True)[step])
            code, text = self._reply()
            good = code == 354 if phase is Phase.DATA else 200 <= code < 300
            if good and not refusal:
                continue
            if code == 421:
                self.abort()
                return refusal or Outcome(phase, code, decoded(text))
            if good and phase is Phase.DATA:
                self.abort()  # ready for a letter that has no recipient: leave without a dot
            elif not refusal:
                refusal = Outcome(phase, code, decoded(text))
                if not self.pipelining:
                    break
        if refusal and self.connection is not None:
            self._reset()
        return refusal

    def _reset(self):
        self.sock.sendall(b"RSET\r\n")
        if self._reply()[0] != 250:
            self.abort()

    def _content(self, data, sender, following):
        """Mark, then the letter and its dot. From the mark on, only a reply makes it known."""
        if len(data) > BIG_LETTER:
            try:
                self.sock.sendall(data)
            except OSError as error:
                self.abort()
                return lost(Phase.DATA, error)
            data = b""
        try:
            self.before_dot()
        except BaseException:
            self.abort()
            raise
        data += b".\r\n"
        if following and self.pipelining and self.letters + 1 < LETTERS_PER_CONNECTION:
            self.announced = following
            data += envelope_of(sender, following)
        self.patience = self.after_dot
        try:
            self.sock.sendall(data)
            code, text = self._reply()
        except (OSError, NoReply) as error:
            self.abort()
            return lost(Phase.DOT, error)
        if code == 421:
            self.abort()
        if not 200 <= code < 600 or 300 <= code < 400:
            self.abort()
            return Outcome(Phase.DOT, None, f"{code} {decoded(text)}")
        return Outcome(Phase.DOT, code, decoded(text))

    def _reply(self):
        """Read one reply, RFC 5321, 4.2. Returns (code, octets of its text); NoReply, OSError."""
        lines = []
        size = 0
        while True:
            line = self._line()
            code, mark = line[:3], line[3:4]
            if not code.isdigit() or mark not in REPLY_MARKS:
                raise NoReply(f"The server answered: {decoded(line)}")
            lines.append(line[4:])
            if mark != b"-":
                return int(code), line[4:] if size == 0 else b"\n".join(map(bytes.strip, lines))
            size += len(line)
            if size > REPLY_LIMIT:
                raise NoReply("The server's reply has no end.")

    def _line(self):
        """Return the server's next line without its end; replies to what was pipelined wait."""
        while b"\n" not in self.inbox:
            if len(self.inbox) > REPLY_LIMIT:
                raise NoReply("The server's reply has no end.")
            octets = self._receive()
            if not octets:
                raise NoReply("The server closed the connection.")
            self.inbox += octets
        line, _, self.inbox = self.inbox.partition(b"\n")
        return line

    def _receive(self):
        """Wait for `patience` seconds at the most."""
        if self.patience != self.kept_patience:
            self.kept_patience = self.patience
            self._set_timeout(socket.SO_RCVTIMEO, self.patience)
        return self.sock.recv(SOCKET_READ)

    def _set_timeout(self, option, seconds):
        """Have the kernel keep the time. Python's own way is a poll() before each read and write.

        Each of them lets another thread run first: without them sending is a tenth faster.
        """
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(seconds)
            return
        self.sock.settimeout(None)
        timeval = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
        self.sock.setsockopt(socket.SOL_SOCKET, option, timeval)


def answered(error):
    """Return the Outcome of a reply before the first letter that smtplib raised."""
    if not 200 <= error.smtp_code < 600:
        return lost(Phase.CONNECT, error)  # it is no reply
    login = isinstance(error, smtplib.SMTPAuthenticationError)
    return Outcome(Phase.LOGIN if login else Phase.CONNECT, error.smtp_code,
                   decoded(error.smtp_error))


def lost(phase, error):
    """Return the Outcome of a dialogue that ended without a reply."""
    if isinstance(error, BlockingIOError):  # the kernel's word for a time-out
        error = TimeoutError("timed out")
    return Outcome(phase, None, decoded(f"{type(error).__name__}: {error}"))


def hung_up(outcome):
    """Whether a connection that is gone had been closed while it was idle: nothing was sent."""
    return (outcome.phase is Phase.MAIL and outcome.code == 421
            or outcome.phase is Phase.DATA and outcome.code is None)


def envelope_of(sender, recipient):
    """Return the commands MAIL, RCPT and DATA for a letter, a line each."""
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii")
