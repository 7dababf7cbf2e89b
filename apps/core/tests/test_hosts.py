"""Which servers people may name."""
import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from ..hosts import IMAP_PORTS, checked_port, is_public, named_host

PRIVATE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::10.0.0.1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "2001:db8::1", "2002:a00:1::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1",
    "fe80::1", "fe80::1%eth0", "2a00:1450::1%2", "fec0::1", "ff02::1")
PUBLIC = ("8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
          "2a00:1450:4010::1a", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
          "2002:808:808::1")


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_on_the_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_on_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("text, host", [
    (" SMTP.Example.com. ", "smtp.example.com"), ("почта.рф", "xn--80a1acny.xn--p1ai"),
    ("ПОЧТА.РФ", "xn--80a1acny.xn--p1ai"), ("ｓｍｔｐ．example。com", "smtp.example.com"),
    ("mail_1.example.com", "mail_1.example.com"), ("8.8.8.8", "8.8.8.8"),
    ("0x08.8.2056", "8.8.8.8"),
    ("[2a00:1450:4010::1A]", "2a00:1450:4010::1a"), ("163.com", "163.com"),
    ("smtp.0x7f.example", "smtp.0x7f.example"),
])
def test_a_name_is_stored_in_one_spelling(text, host):
    assert named_host(text) == named_host(host) == host


@pytest.mark.parametrize("text, words", [
    ("https://mail.example.com/", "page"), ("mail.example.com/inbox", "page"),
    ("shop@example.com", "mail address"), ("mail.example.com:465", "port"),
    ("mail.example.com:", "port"),
    ("mail", "full name"), ("localhost", "full name"),
    ("", "no server"), (".", "no server"), ("mail example.com", "no server"),
    ("mail.\0example.com", "no server"), ("mail\n.example.com", "no server"),
    ("mail..example.com", "no server"), ("-mail.example.com", "no server"),
    ("mail.exa\u200bmple.com", "no server"), ("почта\u202e.рф", "no server"),
    ("mail.example.com..", "no server"), ("a" * 64 + ".example.com", "no server"),
    (".".join(["a" * 60] * 5), "no server"), ("💌.example.com", "no server"),
    ("1.2.3.4.5", "no server"), ("mail.256", "no server"), ("0x", "no server"),
    ("2a00:::1", "no server"), ("smtp.example.com;drop", "no server"),
    ("10.0.0.1", "private"), ("127.1", "private"), ("0x7f.1", "private"),
    ("2130706433", "private"), ("0177.0.0.1", "private"), ("127.0.0.1.", "no server"),
    ("１２７.0.0.1", "private"), ("１２７。１", "private"), ("[::1]", "private"), ("::1", "private"),
    ("::ffff:10.0.0.1", "private"), ("fe80::1%eth0", "private"), ("0", "private"),
    ("169.254.169.254", "private"),
])
def test_what_nobody_may_name_is_refused_in_words(text, words):
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        named_host(text)
    assert words in refusal.value.message


def test_an_operator_may_let_people_name_servers_of_their_own_network(settings):
    settings.SMTP_ALLOW_PRIVATE = True
    assert [named_host(text) for text in ("localhost", "10.0.0.1", "127.1", "::1")] == [
        "localhost", "10.0.0.1", "127.0.0.1", "::1"]
    assert checked_port(1025) == 1025
    with pytest.raises(ValidationError):
        checked_port(0)
    with pytest.raises(ValidationError):
        checked_port(65536)


def test_ports_are_those_of_the_service_in_question():
    assert [checked_port(port) for port in (25, 465, 587, 2525, 2587)]
    assert checked_port(993, IMAP_PORTS) == 993
    for port in (0, 22, 993, 6379, -25, 2**40):
        with pytest.raises(ValidationError, match="2525"):
            checked_port(port)
