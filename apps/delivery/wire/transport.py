"""SMTP with its phases and replies kept (RFC 5321), commands pipelined where offered (RFC 2920).

Django's own backend and smtplib throw away the server's 250 text and hide whether the dot had
left; the Outcome tells both. Where the server takes pipelined commands, the next letter's envelope
leaves together with a letter's dot: one round trip a letter instead of two.
"""
import contextlib
import re
import socket
import ssl
import struct
import time
from collections.abc import Callable, Sequence

from django.conf import settings

from apps.mailings.attempts.verdicts import Phase

from .account import Account
from .login import SMTP
from .opening import open_server
from .outcome import Outcome, lost, not_connected
from .reply_text import decoded

OPENING = 2  # time-outs that all answers up to the login may take together
AFTER_DOT_TIMEOUT = 600  # as in Postfix: giving up sooner makes duplicates
REPLY_LIMIT = 64 * 1024
QUIT_TIMEOUT = 1  # nobody waits for a server that is slow to say goodbye
BIG_LETTER = 64 * 1024
LETTERS_PER_CONNECTION = 5000
SOCKET_READ = 8192
REPLY_MARKS = (b" ", b"-", b"\r", b"")  # what may follow the code
DONE = range(200, 300)
Envelope = tuple[str, str]  # a sender and a recipient
ENVELOPE = {Phase.MAIL: DONE, Phase.RCPT: DONE, Phase.DATA: [354]}  # the codes of success
# The usual answers to an envelope, together: one search for each letter instead of three replies.
READY_FOR_DATA = re.compile(rb"2\d\d [^\n]*\n2\d\d [^\n]*\n354 [^\n]*\n")


class NoReply(Exception):
    """The server closed, fell silent, or said something that is no SMTP reply."""


class Transport:
    """One SMTP connection to an account's server, kept over many letters; no thread shares it.

    `timeout` is how many seconds one answer may take (by default EMAIL_TIMEOUT), `after_dot` the
    answer to the dot. `before_dot` is called when the server is ready for the letter: it writes
    what must be durable before the letter can be accepted. When it raises, the letter is not sent.
    """

    def __init__(self, account: Account, *, timeout: float | None = None,
                 before_dot: Callable[[], object] = lambda: None, after_dot: float = 0) -> None:
        self.account = account
        self.timeout: float = settings.EMAIL_TIMEOUT if timeout is None else timeout
        self.before_dot = before_dot
        self.after_dot = after_dot or AFTER_DOT_TIMEOUT
        self.connection: SMTP | None = None
        self.announced: Envelope | None = None  # what the server has already
        self.letters = 0
        self.connected_at = 0.0  # monotonic

    def send(self, letter: bytes, sender: str, recipient: str,
             following: Envelope | None = None, tail: Sequence[bytes] = (),
             meanwhile: Callable[[], object] | None = None) -> Outcome:
        """Send the octets of one `letter` (of `Letter.render`), and its `tail`, if it has one.

        Returns the Outcome.

        `following` is the envelope of the letter that comes next, where it is known already; it
        must come next, or the connection is dropped. `meanwhile` is called once the dot has left,
        before its answer is read; it must not raise.
        """
        if self.announced not in (None, (sender, recipient)):
            self.abort()
        elif self.letters >= LETTERS_PER_CONNECTION:
            self.close()
        reused = self.connection is not None
        outcome = self._transact(letter, sender, recipient, following, tail, meanwhile)
        if reused and self.connection is None and hung_up(outcome):
            outcome = self._transact(letter, sender, recipient, following, tail, meanwhile)
        self.letters += 1
        return outcome

    def open(self) -> bool:
        """Connect, encrypt, log in. Returns whether that was needed.

        Raises OSError, smtplib's exceptions, and ValueError where the settings are at fault.
        """
        if self.connection is not None:
            return False
        server = open_server(self.account, OPENING * self.timeout, each=self.timeout)
        try:
            if self.account.logs_in:
                server.login(self.account.login, self.account.password)
        except BaseException:
            server.close()
            raise
        self.connection = server
        self.letters = 0
        self.inbox = b""
        self.pipelining = server.has_extn("pipelining")
        self.sock = server.sock
        # A body and its dot may leave apart: without this, Nagle holds the second for 40 ms.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._set_timeout(socket.SO_SNDTIMEO, self.timeout)
        self.kept_patience: float | None = None
        self.connected_at = time.monotonic()
        return True

    def close(self) -> None:
        """Say goodbye and hang up; an error here changes nothing about letters already answered."""
        # A server that waits for an announced letter would take QUIT for its text.
        if self.announced is None and self.connection is not None:
            with contextlib.suppress(Exception):
                self.sock.settimeout(QUIT_TIMEOUT)
                self.sock.sendall(b"QUIT\r\n")
                self.sock.recv(SOCKET_READ)
        self.abort()

    def abort(self) -> None:
        """Drop the connection without a word."""
        if self.connection is not None:
            with contextlib.suppress(OSError):
                self.connection.close()
        self.connection = None
        self.announced = None

    def _transact(self, letter: bytes, sender: str, recipient: str,
                  following: Envelope | None, tail: Sequence[bytes],
                  meanwhile: Callable[[], object] | None) -> Outcome:
        try:
            self.open()
        except (OSError, ValueError, TypeError, OverflowError) as error:
            self.abort()
            return not_connected(error)
        self.patience = self.timeout
        try:
            refused = self._envelope(sender, recipient)
        except (OSError, NoReply) as error:
            self.abort()
            return lost(Phase.DATA, error)
        return refused or self._content(letter, following, tail, meanwhile)

    def _envelope(self, sender: str, recipient: str) -> Outcome | None:
        """Send MAIL, RCPT and DATA. Returns the Outcome of a refusal; None: ready for a letter."""
        announced = self.announced
        self.announced = None
        if announced and (usual := READY_FOR_DATA.match(self.inbox)):
            self.inbox = self.inbox[usual.end():]
            return None
        commands = envelope_of(sender, recipient)
        if self.pipelining and not announced:
            self.sock.sendall(commands)
        refusal = None
        for phase, command in zip(ENVELOPE, commands.splitlines(keepends=True)):
            if not self.pipelining:
                self.sock.sendall(command)
            code, text = self._reply()
            good = code in ENVELOPE[phase]
            if good and not refusal:
                continue
            if code == 421:
                self.abort()
                return refusal or Outcome(phase, code, decoded(text))
            if good and phase is Phase.DATA:
                self.abort()  # the server waits for a letter that has no recipient
            elif not refusal:
                refusal = Outcome(phase, code, decoded(text))
                if not self.pipelining:
                    break
        if refusal and self.connection is not None:
            self.sock.sendall(b"RSET\r\n")
            code, text = self._reply()
            if code != 250:
                self.abort()
        return refusal

    def _content(self, data: bytes, following: Envelope | None, tail: Sequence[bytes],
                 meanwhile: Callable[[], object] | None) -> Outcome:
        """Call `before_dot`, then send the letter and its dot; from then on only a reply tells."""
        if tail or len(data) > BIG_LETTER:
            try:
                for octets in (data, *tail):
                    self.sock.sendall(octets)
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
            data += envelope_of(*following)
        self.patience = self.after_dot
        try:
            self.sock.sendall(data)
            if meanwhile:
                meanwhile()
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

    def _reply(self) -> tuple[int, bytes]:
        """Read one reply (RFC 5321, 4.2). Returns its code and the octets of its text.

        Raises NoReply and OSError.
        """
        lines = []
        size = 0
        self.part_at = 0.0
        while True:
            line = self._line()
            code = line[:3]
            mark = line[3:4]
            if not code.isdigit() or mark not in REPLY_MARKS:
                raise NoReply(f"The server answered: {decoded(line)}")
            lines.append(line[4:])
            if mark != b"-":
                return int(code), b"\n".join(map(bytes.strip, lines))
            size += len(line)
            if size > REPLY_LIMIT:
                raise NoReply("The server's reply has no end.")
            self._hurry()

    def _line(self) -> bytes:
        """Return the server's next line without its end; what comes after it stays in `inbox`.

        It is waited for `patience` seconds at the most.
        """
        while b"\n" not in self.inbox:
            if len(self.inbox) > REPLY_LIMIT:
                raise NoReply("The server's reply has no end.")
            if self.patience != self.kept_patience:
                self.kept_patience = self.patience
                self._set_timeout(socket.SO_RCVTIMEO, self.patience)
            octets = self.sock.recv(SOCKET_READ)
            if not octets:
                raise NoReply("The server closed the connection.")
            self.inbox += octets
            if b"\n" not in octets:
                self._hurry()
        line, _, self.inbox = self.inbox.partition(b"\n")
        return line

    def _hurry(self) -> None:
        """Raise NoReply when more than `patience` went by since the first part of a reply."""
        now = time.monotonic()
        self.part_at = self.part_at or now
        if now - self.part_at > self.patience:
            raise NoReply("The server's reply takes too long.")

    def _set_timeout(self, option: int, seconds: float) -> None:
        """Have the kernel keep the time. Python would call poll() before each read and write.

        Each poll() lets another thread run first: without them sending is a tenth faster.
        """
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(seconds)
            return
        self.sock.settimeout(None)
        timeval = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
        self.sock.setsockopt(socket.SOL_SOCKET, option, timeval)


def hung_up(outcome: Outcome) -> bool:
    """Whether the server had closed the connection while it was idle: nothing was sent."""
    return (outcome.phase is Phase.MAIL and outcome.code == 421
            or outcome.phase is Phase.DATA and outcome.code is None)


def envelope_of(sender: str, recipient: str) -> bytes:
    """Return the commands MAIL, RCPT and DATA for a letter, a line each."""
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii")
