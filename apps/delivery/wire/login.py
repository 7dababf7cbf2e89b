"""smtplib with logins in UTF-8 (RFC 4616), and the name that EHLO greets by (RFC 5321, 4.1.1.1)."""
import base64
import binascii
import hmac
import io
import ipaddress
import re
import smtplib
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail.utils import DNS_NAME

from apps.mailings.recipients.addresses import domain_label

from .account import Account
from .deadline import Deadline, TimedReader
from .faults import SettingsFault
from .hosts import connect, connect_named
from .mailboxes import ascii_domain

LOGGED_IN = (235, 503)  # 503: logged in already
GO_ON = 334
OURS_ALONE = ("localhost", "localdomain")
HIDDEN = b"[\xe2\x80\xa6]"
IN_BASE64 = re.compile(rb"[A-Za-z0-9+/]{8,}=*")
FORBIDDEN = re.compile(r"[\0\r\n]")


class SMTP(smtplib.SMTP):
    """smtplib's class, with what this module adds: a deadline over all that is said.

    What comes too late is a TimeoutError. With an `implicit` context, TLS is there from the first
    octet on.
    """

    local_hostname: str
    sock: socket.socket

    def __init__(self, account: Account, deadline: Deadline, name: str,
                 implicit: ssl.SSLContext | None = None) -> None:
        super().__init__(local_hostname=name)
        self.account = account
        self.deadline = deadline
        self.implicit = implicit
        self._host = account.host  # whom the certificate has to name

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connecting = connect_named if self.account.named else connect
        sock = connecting(host, port, self.deadline)
        if self.implicit is None:
            return sock
        sock.settimeout(self.deadline.left())
        return self.implicit.wrap_socket(sock, server_hostname=host)

    def send(self, s: Any) -> None:
        self.sock.settimeout(self.deadline.left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(TimedReader(self.sock, self.deadline))
        try:
            return super().getreply()
        except smtplib.SMTPServerDisconnected as error:
            if isinstance(error.__context__, TimeoutError):
                raise TimeoutError("timed out") from None
            raise

    def ehlo(self, name: str = "") -> tuple[int, bytes]:
        """Greet by our name, or by the address that the server sees."""
        self.local_hostname = self.local_hostname or address_literal(self.sock)
        return super().ehlo(name)

    def login(self, user: str, password: str, *,
              initial_response_ok: bool = True) -> tuple[int, bytes]:
        """Log in. Raises what smtplib's own does, and SettingsFault.

        A server may offer a way that it can not do, so each offered way is tried. A temporary
        refusal holds for all of them.
        """
        credentials = credential(user), credential(password)
        self.ehlo_or_helo_if_needed()
        offered = self.esmtp_features.get("auth", "").upper().split()
        refusal: smtplib.SMTPException = smtplib.SMTPNotSupportedError(
            f"The server offers no AUTH that is known here: {' '.join(offered) or 'none'}.")
        for way in self.preferred(user + password):
            if way not in offered:
                continue
            code, reply = WAYS[way](self, *credentials)
            if code == GO_ON:
                code, reply = self.docmd("*")  # cancel: it asks for more answers than there are
            if code in LOGGED_IN:
                return code, reply
            refusal = smtplib.SMTPAuthenticationError(code, without(reply, *credentials))
            if code < 500:
                break
        raise refusal

    def preferred(self, secrets: str) -> tuple[str, ...]:
        """CRAM-MD5 hides the password where TLS does not, but it takes ASCII alone."""
        if secrets.isascii() and not isinstance(self.sock, ssl.SSLSocket):
            return "CRAM-MD5", "PLAIN", "LOGIN"
        return "PLAIN", "LOGIN", "CRAM-MD5"


def credential(text: str) -> bytes:
    """Return a login or password as UTF-8; octets of the environment that are not UTF-8 stay.

    Raises SettingsFault for what no login can carry.
    """
    if FORBIDDEN.search(text):
        raise SettingsFault("The mail server's login or password holds a line break or a NUL.")
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise SettingsFault("The mail server's login or password is not UTF-8.") from None


def without(reply: bytes, user: bytes, password: bytes) -> bytes:
    """Return `reply` without the password: some servers repeat the command that they refuse."""
    said = [base64.b64encode(octets) for octets in (password, b"\0%s\0%s" % (user, password))]

    def hide(found: re.Match[bytes]) -> bytes:
        return HIDDEN if any(found[0] in whole for whole in said) else found[0]

    return IN_BASE64.sub(hide, reply.replace(password, HIDDEN) if password else reply)


def in_base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def by_plain(server: SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """Log in as RFC 4616 has it. Returns the last reply."""
    answer = in_base64(b"\0%s\0%s" % (user, password))
    return exchange(server, f"PLAIN {answer}", answer)


def by_login(server: SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    return exchange(server, "LOGIN", in_base64(user), in_base64(password))


def exchange(server: SMTP, way: str, *answers: str) -> tuple[int, bytes]:
    """Send AUTH, then one of `answers` each time the server asks. Returns the last reply."""
    code, reply = server.docmd("AUTH", way)
    for answer in answers:
        if code == GO_ON:
            code, reply = server.docmd(answer)
    return code, reply


def by_cram_md5(server: SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """Log in as RFC 2195 has it. Returns the last reply."""
    code, reply = server.docmd("AUTH", "CRAM-MD5")
    if code != GO_ON:
        return code, reply
    try:
        challenge = base64.b64decode(reply)
    except binascii.Error:
        raise smtplib.SMTPException("The server's challenge is not base64.") from None
    proof = hmac.new(password, challenge, "md5").hexdigest()
    return server.docmd(in_base64(b"%s %s" % (user, proof.encode("ascii"))))


WAYS = {"PLAIN": by_plain, "LOGIN": by_login, "CRAM-MD5": by_cram_md5}


def ehlo_name() -> str:
    """Return the name for EHLO; "" when this machine has none that others could know.

    Raises SettingsFault when EHLO_NAME is no name.
    """
    if settings.EHLO_NAME:
        return chosen_name(settings.EHLO_NAME)
    return known_name(urlsplit(settings.BASE_URL).hostname or "") or known_name(DNS_NAME.get_fqdn())


def chosen_name(text: str) -> str:
    """Return the host name `text` in A-labels (RFC 5891), an address literal as it is."""
    try:
        if text.startswith("["):
            ipaddress.ip_address(text[1:-1].removeprefix("IPv6:"))
            return text
        return ascii_domain(text)
    except ValueError:
        raise SettingsFault(f"EHLO_NAME: {text!r} is no host name, and no address.") from None


def known_name(host: str) -> str:
    """Return `host` in A-labels when it is a full name, else ""."""
    try:
        label: str = domain_label(host)
    except ValidationError:
        return ""
    return "" if label.rpartition(".")[2] in OURS_ALONE else label


def address_literal(sock: socket.socket) -> str:
    """Return the socket's own address as EHLO takes it (RFC 5321, 4.1.3)."""
    address = ipaddress.ip_address(sock.getsockname()[0].partition("%")[0])
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
