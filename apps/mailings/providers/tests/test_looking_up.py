"""What DNS says of a domain's mail servers, and what it is not asked."""
import dns.exception
import dns.rcode
import dns.resolver
import pytest

from .. import looking_up
from ..looking_up import Looked, NoAnswer, look_up
from .conftest import SILENT


@pytest.mark.parametrize("servers, family", [
    (["10 mx.yandex.net."], "yandex"),
    (["10 emx.mail.ru."], "mailru"),
    (["1 ASPMX.L.GOOGLE.COM."], "gmail"),
    (["0 shop-example.mail.protection.outlook.com."], "microsoft"),
    (["10 mx.notmail.ru."], "other"),
    (["10 mail.ru.evil.example."], "other"),
])
def test_the_mail_server_tells_the_family_by_whole_labels(zone, servers, family):
    zone.mx["shop.example"] = servers
    assert look_up("shop.example").provider == family


def test_the_server_of_the_lowest_preference_decides(zone):
    zone.mx["shop.example"] = ["20 aspmx.l.google.com.", "5 mx.yandex.net.", "10 emx.mail.ru."]
    assert look_up("shop.example") == Looked("yandex", "mx.yandex.net")


def test_of_equal_servers_the_same_one_decides_each_time(zone):
    zone.mx["shop.example"] = ["10 mx.yandex.net.", "10 emx.mail.ru."]
    assert {look_up("shop.example").server for _time in range(3)} == {"emx.mail.ru"}


def test_a_domain_that_takes_no_mail_is_remembered_as_such(zone):
    zone.mx["shop.example"] = ["0 ."]
    assert look_up("shop.example") == Looked("other", ".")


def test_a_domain_that_names_no_server_is_its_own(zone):
    zone.mx["shop.example"] = []
    assert look_up("shop.example") == Looked("other", "shop.example")


@pytest.mark.parametrize("answer, is_silent", [
    (dns.rcode.NXDOMAIN, False), (dns.rcode.SERVFAIL, True), (SILENT, True)])
def test_without_an_answer_nothing_is_known(zone, answer, is_silent):
    zone.mx["shop.example"] = answer
    with pytest.raises(NoAnswer) as told:
        look_up("shop.example")
    assert told.value.is_silent is is_silent


@pytest.mark.parametrize("name", [
    "", "localhost", "127.0.0.1", "[127.0.0.1]", "shop..example", "-shop.example", "Shop.example",
    "shop.example.", "пример.рф", "shop example.org", "a" * 64 + ".org", "a." * 130 + "org",
    'b"@shop.example', "shop\0.example"])
def test_what_is_no_domain_is_not_asked_for(zone, name):
    assert look_up(name) == Looked("other", "")
    assert zone.asked == []


def test_a_machine_that_knows_no_dns_server_has_no_answer(monkeypatch):
    def none_set_up():
        raise dns.resolver.NoResolverConfiguration

    looking_up.resolver.cache_clear()
    monkeypatch.setattr(dns.resolver, "Resolver", none_set_up)
    with pytest.raises(NoAnswer):
        look_up("shop.example")
