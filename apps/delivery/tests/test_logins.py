"""How a connection says who it is: logins in UTF-8, and the name that it greets by."""
import base64
import hmac

import pytest

from ..wire.account import Account
from ..wire.login import ehlo_name
from ..wire.outcome import Phase
from ..wire.transport import Transport
from .test_replies import LETTER, Script, at

PASSWORD = "пароль-ключ"
DENIED = b"535 5.7.8 no\r\n"


class LoginScript(Script):
    """Keeps what a client says in reply to a challenge; takes it, or answers with `verdict`."""

    def __init__(self, offered, verdict=b"235 ok\r\n", **answers):
        self.said, self.greeted, self.verdict, self.waits = [], [], verdict, 0
        super().__init__(EHLO=lambda line: self.greet(line, offered), AUTH=self.auth, **answers)

    def greet(self, line, offered):
        self.greeted.append(line.split()[1].decode())
        return f"250-hi\r\n250 AUTH {offered}\r\n".encode()

    def auth(self, line):
        _, way, *answer = line.decode().split()
        self.said.append(way)
        if answer:
            return self.heard(answer[0])
        self.waits = {"LOGIN": 2, "CRAM-MD5": 1}[way]
        self.answers.update(dict.fromkeys(EXPECTED, self.heard_line))
        return b"334 PGNoYWxsZW5nZT4=\r\n"

    def heard_line(self, line):
        self.waits -= 1
        answer = self.heard(line.decode().strip())
        return b"334 UGFzc3dvcmQ6\r\n" if self.waits else answer

    def heard(self, answer):
        self.said.append(base64.b64decode(answer).decode())
        return self.verdict


def b64(text):
    return base64.b64encode(text.encode()).decode()


PROOF = "почта " + hmac.new(PASSWORD.encode(), b"<challenge>", "md5").hexdigest()
KOI8_PROOF = "shop " + hmac.new(PASSWORD.encode("koi8-r"), b"<challenge>", "md5").hexdigest()
EXPECTED = [b64(text).upper() for text in ("почта", PASSWORD, PROOF, KOI8_PROOF)]


@pytest.fixture
def attempt():
    scripts = []

    def send(offered="PLAIN LOGIN", user="почта", password=PASSWORD, **answers):
        script = LoginScript(offered, **answers)
        scripts.append(script)
        client = Transport(at(script, login=user, password=password), timeout=2)
        outcome = client.send(LETTER, "shop@example.com", "anna@example.com")
        client.close()
        return outcome, script

    yield send
    for script in scripts:
        script.close()


@pytest.mark.parametrize("offered, said", [
    ("PLAIN LOGIN CRAM-MD5", ["PLAIN", f"\0почта\0{PASSWORD}"]),
    ("LOGIN", ["LOGIN", "почта", PASSWORD]),
    ("CRAM-MD5", ["CRAM-MD5", PROOF]),
])
def test_a_cyrillic_login_and_password_go_in_utf_8(attempt, offered, said):
    outcome, script = attempt(offered)
    assert outcome.accepted and script.said == said


def test_without_encryption_an_ascii_password_is_not_shown_where_it_can_be_proved(attempt):
    _, script = attempt("PLAIN CRAM-MD5", user="shop", password="secret")
    assert script.said[0] == "CRAM-MD5"


def test_octets_of_a_password_that_are_no_utf_8_go_as_they_are(attempt):
    koi8 = PASSWORD.encode("koi8-r").decode("utf-8", "surrogateescape")
    _, script = attempt("CRAM-MD5", user="shop", password=koi8)
    assert script.said == ["CRAM-MD5", KOI8_PROOF]


def test_a_refused_login_is_told_in_the_servers_words_and_each_way_is_tried(attempt):
    outcome, script = attempt(verdict=DENIED)
    assert (outcome.phase, outcome.code, outcome.text) == (Phase.LOGIN, 535, "5.7.8 no")
    assert script.said[::2] == ["PLAIN", "LOGIN", PASSWORD]


def test_a_temporary_refusal_is_not_answered_with_another_attempt(attempt):
    outcome, script = attempt(verdict=b"454 4.7.0 Too many login attempts\r\n")
    assert (outcome.phase, outcome.code) == (Phase.LOGIN, 454) and script.said[0] == "PLAIN"
    assert len(script.said) == 2


@pytest.mark.parametrize("fault", [
    {"password": "se\0cret"}, {"password": "se\r\ncret"}, {"user": "se\ncret"},
    {"password": "se\ud800cret"}, {"offered": "XOAUTH2 NTLM", "password": "secret"},
])
def test_settings_that_can_not_work_are_named_and_are_no_fault_of_the_network(attempt, fault):
    outcome, script = attempt(**fault)
    assert (outcome.phase, outcome.code) == (Phase.LOGIN, 530)
    assert "cret" not in outcome.text and script.letters == 0 and not script.said


def test_a_server_that_can_not_be_named_is_a_fault_of_the_settings():
    client = Transport(Account("поч..та", 25, "none", "u", "secret", named=False))
    outcome = client.send(LETTER, "shop@example.com", "anna@example.com")
    assert (outcome.phase, outcome.code) == (Phase.LOGIN, 530)


@pytest.mark.parametrize("chosen, site, machine, name", [
    ("Mail.Example.com", "http://a.org", "h.example.net", "mail.example.com"),
    ("почта.рф", "http://a.org", "", "xn--80a1acny.xn--p1ai"),
    ("[192.0.2.1]", "http://a.org", "", "[192.0.2.1]"),
    ("", "https://news.example.com:8443", "h.example.net", "news.example.com"),
    ("", "https://рассылки.рф", "", "xn--80aqfdxha4f.xn--p1ai"),
    ("", "http://127.0.0.1:8000", "h.example.net", "h.example.net"),
    ("", "http://localhost:8000", "h", ""), ("", "http://[::1]", "localhost.localdomain", ""),
])
def test_the_greeting_is_a_name_that_others_can_know(
        settings, monkeypatch, chosen, site, machine, name):
    settings.EHLO_NAME, settings.BASE_URL = chosen, site
    monkeypatch.setattr("apps.delivery.wire.login.DNS_NAME.get_fqdn", lambda: machine)
    assert ehlo_name() == name


def test_a_machine_without_a_name_greets_by_its_address(attempt, settings, monkeypatch):
    settings.BASE_URL = "http://localhost"
    monkeypatch.setattr("apps.delivery.wire.login.DNS_NAME.get_fqdn", lambda: "box")
    assert attempt()[1].greeted == ["[127.0.0.1]"]
