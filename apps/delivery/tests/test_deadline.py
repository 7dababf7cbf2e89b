"""A dialogue is over in time, whatever the other side does."""
import smtplib
import socket
import ssl
import threading
import time

import pytest

from tests.smtp import free_port

from ..wire.account import Account
from ..wire.deadline import Deadline
from ..wire.opening import open_server
from ..wire.outcome import Phase
from ..wire.transport import Transport
from .test_logins import DENIED, LoginScript
from .test_replies import DROP, HANG, LETTER, Script, at

SECONDS = 0.15
GRACE = 0.5
TRICKLE = b"a part after the other"


class Dripping(Script):
    """Says each answer an octet at a time; no step takes long enough for a time-out of its own."""

    def say(self, client, answer):
        for number in range(len(answer)):
            client.sendall(answer[number:number + 1])
            time.sleep(0.03)


def in_time(account, fault, **kwargs):
    started = time.monotonic()
    with pytest.raises(fault) as found:
        open_server(account, SECONDS, **kwargs)
    assert time.monotonic() - started < SECONDS + GRACE
    return found.value


@pytest.fixture
def script():
    made = []

    def run(kind=Script, *args, **answers):
        made.append(kind(*args, **answers))
        return made[-1]

    yield run
    for one in made:
        one.close()


def test_an_octet_a_moment_is_no_way_to_hold_us(script):
    in_time(at(script(Dripping)), TimeoutError)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_never_answers_is_left(script, security):
    in_time(at(script(banner=HANG), security), TimeoutError)


@pytest.mark.parametrize("step", ["EHLO", "STARTTLS"])
def test_a_server_that_falls_silent_is_left(script, step):
    answers = {"EHLO": b"250-hi\r\n250 STARTTLS\r\n", step: HANG}
    in_time(at(script(**answers), "starttls"), TimeoutError)


def test_an_endless_reply_is_no_reply(script):
    flood = script(banner=b"220-hi there\r\n" * 100_000)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="no end"):
        open_server(at(flood), 10)


@pytest.mark.parametrize("security, banner, fault", [
    ("none", DROP, smtplib.SMTPServerDisconnected),
    ("none", b"HTTP/1.1 400 Bad Request\r\n\r\n", smtplib.SMTPConnectError),
    ("none", b"554 go away\r\n", smtplib.SMTPConnectError),
    ("tls", b"220 hi\r\n", ssl.SSLError),
    ("tls", DROP, (ssl.SSLError, ConnectionError)),
    ("starttls", b"220 hi\r\n", smtplib.SMTPNotSupportedError),
])
def test_each_wrong_server_is_told_as_it_came(script, security, banner, fault):
    in_time(at(script(banner=banner), security), fault)


def test_starttls_that_is_refused_does_not_go_on_in_plain_text(script):
    server = script(EHLO=b"250-hi\r\n250 STARTTLS\r\n", STARTTLS=b"454 not now\r\n")
    in_time(at(server, "starttls"), smtplib.SMTPResponseException)


def test_a_port_where_nobody_listens_is_told_as_it_came():
    account = Account("127.0.0.1", free_port(), "none", named=False)
    in_time(account, ConnectionRefusedError)


def test_a_resolver_that_hangs_is_left_to_itself(monkeypatch):
    over = threading.Event()

    def getaddrinfo(*args, **kwargs):
        over.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    in_time(Account("smtp.example.com", 465, "tls"), TimeoutError)
    over.set()


def test_a_name_that_nobody_has_is_told_as_such(monkeypatch):
    def getaddrinfo(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    in_time(Account("smtp.example.com", 465, "tls"), socket.gaierror)


def test_the_login_and_what_follows_are_within_the_same_deadline(script):
    server = open_server(at(script(LoginScript, "PLAIN", MAIL=HANG)), SECONDS)
    started = time.monotonic()
    server.login("shop", "secret")
    with pytest.raises(TimeoutError):
        server.mail("shop@example.com")
    assert time.monotonic() - started < SECONDS + GRACE
    server.close()


def test_a_server_that_repeats_the_login_it_refuses_does_not_tell_us_the_password(script):
    login = script(LoginScript, "PLAIN LOGIN", verdict=DENIED)
    login.answers["AUTH"] = lambda line: b"501 what is %s, or secretword\r\n" % line.strip()
    server = open_server(at(login), 2)
    with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
        server.login("shop", "secretword")
    server.close()
    words = refusal.value.smtp_error.decode()
    assert words.startswith("what is AUTH LOGIN") and words.endswith("or […]")


def test_a_password_is_in_no_words_about_an_account():
    account = Account("smtp.example.com", 465, "tls", "shop", "secretword")
    assert "secretword" not in f"{account} {account!r} {Transport(account)!r}"


def test_opening_for_letters_is_bounded_as_a_whole(script):
    started = time.monotonic()
    client = Transport(at(script(Dripping)), timeout=SECONDS / 2)
    outcome = client.send(LETTER, "a@x.org", "b@x.org")
    assert "timed out" in outcome.text
    assert time.monotonic() - started < SECONDS + GRACE


@pytest.mark.parametrize("step, phase", [("MAIL", Phase.DATA), ("dot", Phase.DOT)])
@pytest.mark.parametrize("part", [b"2", b"250-on\r\n"])
def test_a_reply_that_trickles_is_waited_for_no_longer_than_another(script, step, phase, part):
    server = script(**{step: lambda line: TRICKLE})
    server.say = lambda client, answer: trickle(client, part) if answer is TRICKLE \
        else client.sendall(answer)
    client = Transport(at(server), timeout=SECONDS, after_dot=SECONDS)
    started = time.monotonic()
    outcome = client.send(LETTER, "a@x.org", "b@x.org")
    assert time.monotonic() - started < 2 * SECONDS + GRACE
    assert (outcome.phase, outcome.code) == (phase, None)
    assert "takes too long" in outcome.text


def trickle(client, part):
    for _ in range(100):
        client.sendall(part)
        time.sleep(SECONDS / 5)


def test_many_addresses_share_the_time():
    deadline = Deadline(3)
    assert 0.9 < deadline.left(3) <= 1 and deadline.left() > 2.9
    assert Deadline(60, each=0.5).left() == 0.5
