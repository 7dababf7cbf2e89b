"""imaplib (RFC 3501) with a deadline over all that is said, and a bound to what it reads."""
import imaplib
import io
import socket
import ssl

from apps.core.hosts import IMAP_PORTS
from apps.delivery.wire.account import Account
from apps.delivery.wire.deadline import Deadline, TimedReader
from apps.delivery.wire.hosts import connect_named
from apps.delivery.wire.login import credential
from apps.delivery.wire.opening import tls_context
from apps.mailings.senders.models import Sender

LARGEST = 256 * 1024  # octets of a letter that are read: a report says all in the first of them
LONGEST_LINE = 4 * 1024 * 1024  # half a million numbers of letters
MOST_OCTETS = 256 * 1024 * 1024  # of a dialogue


def connected(account: Account, deadline: Deadline) -> TimedReader:
    """Connect to the mail server of a person's choice, by TLS where the account begins with it.

    It is judged as senders' servers are. Raises HostRefused and OSError (socket.gaierror,
    ssl.SSLError, TimeoutError).
    """
    sock = connect_named(account.host, account.port, deadline, IMAP_PORTS)
    if account.security == Sender.Security.TLS:
        sock = encrypted(sock, account, deadline)
    return reader_of(sock, deadline)


def encrypted(sock: socket.socket, account: Account, deadline: Deadline) -> socket.socket:
    sock.settimeout(deadline.left())
    return tls_context(account).wrap_socket(sock, server_hostname=account.host)


def reader_of(sock: socket.socket, deadline: Deadline) -> TimedReader:
    return TimedReader(sock, deadline, MOST_OCTETS)


class Client(imaplib.IMAP4):
    """A dialogue over a connection that `connected` has made.

    Raises OSError (TimeoutError, ssl.SSLError) and imaplib's errors.
    """

    def __init__(self, account: Account, deadline: Deadline, reader: TimedReader) -> None:
        self.account = account
        self.deadline = deadline
        self.reader = reader
        super().__init__(account.host, account.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host = host
        self.port = port
        self.speak_over(self.reader)

    def speak_over(self, reader: TimedReader) -> None:
        self.sock = reader.sock
        self.file = io.BufferedReader(reader)

    def encrypt(self) -> None:
        """Go over to TLS. What was said before in clear is forgotten (RFC 3501, 6.2.1)."""
        is_offered = "STARTTLS" in self.capabilities
        if not is_offered or self._simple_command("STARTTLS")[0] != "OK":
            raise self.error("The server does not go over to TLS.")
        self.speak_over(reader_of(encrypted(self.sock, self.account, self.deadline),
                                  self.deadline))
        self.ask_capabilities()

    def ask_capabilities(self) -> None:
        """Take down what the server can do: it is more after TLS, and after the login."""
        _typ, lines = self.capability()
        words = lines[-1] or b""
        self.capabilities = tuple(words.decode("ascii", "replace").upper().split())

    def log_in(self) -> None:
        """Log in, by PLAIN (RFC 4616) where that is offered: it takes any signs."""
        login = credential(self.account.login)
        password = credential(self.account.password)
        if "AUTH=PLAIN" in self.capabilities:
            self.authenticate("PLAIN", lambda _challenge: b"\0%s\0%s" % (login, password))
        else:
            self.login(quoted(self.account.login), self.account.password)
        self.ask_capabilities()

    def read(self, size: int) -> bytes:
        if size > LARGEST:
            raise OSError("the server sends more of a letter than was asked for")
        octets: bytes = self.file.read(size)  # type: ignore[assignment]
        if len(octets) < size:
            raise self.abort("socket error: EOF")
        return octets

    def readline(self) -> bytes:
        line: bytes = self.file.readline(LONGEST_LINE + 1)  # type: ignore[assignment]
        if len(line) > LONGEST_LINE:
            raise OSError("the server's reply has no end")
        return line

    def send(self, data: bytes) -> None:  # type: ignore[override]
        self.sock.settimeout(self.deadline.left())
        super().send(data)


def quoted(text: str) -> str:
    """Return `text` as a quoted string (RFC 3501, 4.3)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


FAULTS = (imaplib.IMAP4.error, OSError, ValueError, ssl.SSLError)
