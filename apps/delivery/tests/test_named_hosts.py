"""Servers that people name: each address is judged when it is connected to."""
import socket
import ssl

import pytest

from apps.mailings.senders.troubles import Trouble
from tests.certificates import DAY, Authority

from ..engine.failures import effect_of
from ..wire import hosts
from ..wire.account import Account
from ..wire.deadline import Deadline
from ..wire.faults import HostRefused
from ..wire.hosts import connect_named
from ..wire.opening import open_server
from ..wire.outcome import Phase
from ..wire.transport import Transport
from .test_replies import LETTER, Script

NAME = "smtp.example.com"


@pytest.fixture
def connected(monkeypatch):
    """Return the list of addresses that would have been connected to."""
    seen = []

    def note(addresses, deadline):
        seen.append([address[0] for _family, address in addresses])
        return socket.socket()

    monkeypatch.setattr(hosts, "connect_first", note)
    return seen


@pytest.fixture
def resolves(monkeypatch):
    """Let names have these addresses: a list for each time that somebody asks."""
    def prepare(*answers):
        waiting = list(answers)

        def getaddrinfo(host, port, **kwargs):
            found = waiting.pop(0)
            return [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "",
                     (one, port)) for one in found]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return prepare


def connect(host=NAME, port=465):
    connect_named(host, port, Deadline(2)).close()


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(resolves, connected):
    resolves(["93.184.216.34", "2606:4700::1"])
    connect()
    assert connected == [["93.184.216.34", "2606:4700::1"]]


def test_a_name_that_turns_private_later_is_refused_then(resolves, connected):
    resolves(["93.184.216.34"], ["127.0.0.1"])
    connect()
    with pytest.raises(HostRefused) as refusal:
        connect()
    assert refusal.value.trouble == Trouble.PRIVATE and len(connected) == 1


def test_the_private_ones_among_public_addresses_are_left_out(resolves, connected):
    resolves(["10.0.0.1", "93.184.216.34", "::ffff:10.0.0.1", "fe80::1%2"])
    connect()
    assert connected == [["93.184.216.34"]]


@pytest.mark.parametrize("host", [
    "127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001", "localhost", "0", "0.0.0.0",
    "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "１２７.0.0.1", "127。0。0。1", "169.254.169.254",
    "64:ff9b::7f00:1", "100.64.0.1",
])
def test_no_spelling_of_a_private_address_gets_through(connected, host):
    with pytest.raises((HostRefused, socket.gaierror)) as refusal:
        connect(host)
    assert not connected
    assert getattr(refusal.value, "trouble", Trouble.PRIVATE) == Trouble.PRIVATE


@pytest.mark.parametrize("port", [22, 80, 143, 993, 6379])
def test_a_port_where_no_letters_are_handed_in_is_not_even_looked_up(resolves, connected, port):
    resolves()
    with pytest.raises(HostRefused) as refusal:
        connect(port=port)
    assert refusal.value.trouble == Trouble.PORT and not connected


@pytest.mark.parametrize("host", ["mail\0.example.com", "a" * 64 + ".example.com", "a..b", ""])
def test_what_no_resolver_can_look_for_is_no_error_of_ours(connected, host):
    with pytest.raises((HostRefused, socket.gaierror)) as refusal:
        connect(host)
    assert getattr(refusal.value, "trouble", Trouble.HOST) in (Trouble.HOST, Trouble.PRIVATE)


def test_a_letter_of_a_refused_server_is_a_fault_of_the_account_and_not_of_the_network():
    outcome = Transport(Account("127.0.0.1", 465, "tls")).send(LETTER, "a@example.com", "b@x.org")
    assert (outcome.phase, outcome.code) == (Phase.LOGIN, 530)
    assert "private network" in outcome.text
    assert effect_of(outcome.verdict("b@x.org")) == "refused"


def test_a_password_never_leaves_without_encryption_from_a_persons_account(resolves, connected):
    resolves()
    with pytest.raises(HostRefused) as refusal:
        open_server(Account(NAME, 25, "none", "shop", "secret"), 2)
    assert refusal.value.trouble == Trouble.NO_TLS and not connected


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("named"))


@pytest.fixture
def server(settings, authority, monkeypatch, resolves):
    """Run a Script that NAME leads to, with another context; return its account."""
    settings.SMTP_ALLOW_PRIVATE = True
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    resolves(["127.0.0.1"])
    scripts = []

    def run(tls=None, security="tls", **answers):
        scripts.append(Script(tls, **answers))
        return Account(NAME, scripts[0].port, security, "shop", "secret")

    yield run
    for script in scripts:
        script.close()


def test_the_certificate_has_to_name_the_server_and_not_its_address(server, authority):
    dialogue = open_server(server(authority.server(name=NAME)), 2)
    assert dialogue.has_extn("size") and isinstance(dialogue.sock, ssl.SSLSocket)
    dialogue.close()


@pytest.mark.parametrize("certificate, words", [
    ({"name": "smtp.example.org"}, "Hostname mismatch"), ({}, "Hostname mismatch"),
    ({"name": NAME, "valid": -DAY}, "expired"),
])
def test_a_certificate_of_another_or_of_yesterday_is_refused(
        server, authority, certificate, words):
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        open_server(server(authority.server(**certificate)), 2)


def test_a_certificate_that_nobody_vouches_for_is_refused(server, authority, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        open_server(server(authority.server(name=NAME)), 2)
