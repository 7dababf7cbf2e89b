"""From whom letters come, as operators write it; and what is said at start when it can not be."""
import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from project.mail import mail_settings

from ..wire.mailboxes import BadMailbox, parsed


@pytest.mark.parametrize("text, name, address", [
    ("Магазин <info@магазин.рф>", "Магазин", "info@xn--80aairftm.xn--p1ai"),
    ("Shop, Inc. <info@shop.example>", "Shop, Inc.", "info@shop.example"),
    ('"Shop, Inc." <info@shop.example>', "Shop, Inc.", "info@shop.example"),
    (r'"Лавка \"У дома\"" <a@b.org>', 'Лавка "У дома"', "a@b.org"),
    ('ООО "Лавка" (Москва) <a@b.org>', 'ООО "Лавка" (Москва)', "a@b.org"),
    ("Mr. X <sales> <a@b.org>", "Mr. X <sales>", "a@b.org"),
    ("=?utf-8?b?0JvQsNCy0LrQsA==?= <a@b.org>", "Лавка", "a@b.org"),
    ("a@b.org (Лавка)", "Лавка", "a@b.org"),
    (" info@Shop.Example ", "", "info@shop.example"),
    ("<a@faß.de>", "", "a@xn--fa-hia.de"),
    ("root@localhost", "", "root@localhost"),
])
def test_a_sender_is_read_as_it_is_meant(text, name, address):
    assert parsed(text) == (name, address)


@pytest.mark.parametrize("text", [
    "", "Лавка", "Лавка <>", "Лавка <info>", "@b.org", "a@", "почта@лавка.рф", "a b@c.org",
    "a@b..org", "a@b c.org", "a@-b.org", f"{'a' * 65}@b.org", "a\r\nBcc: c@d.org <a@b.org>",
    "a..b@c.org", "a@b.org, c@d.org", "a@пример\u200b.рф",
])
def test_what_can_not_work_is_refused_with_its_reason(text):
    with pytest.raises(BadMailbox):
        parsed(text)


def errors():
    return {error.id: error.msg for error in run_checks() if error.id.startswith("delivery.E")}


def test_the_settings_of_the_tests_have_no_fault():
    assert errors() == {}


@pytest.mark.parametrize("sender", ["Лавка", "почта@лавка.рф", ""])
def test_a_sender_that_can_not_work_is_said_at_start(settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender
    said = errors()["delivery.E001"]
    assert said.startswith("DEFAULT_FROM_EMAIL: ") and sender in said


@pytest.mark.parametrize("key, value, error", [
    ("EMAIL_HOST_PASSWORD", "se\0cret", "E003"), ("EMAIL_HOST_USER", "se\ncret", "E003"),
    ("EMAIL_HOST_PASSWORD", "se\ud800cret", "E003"), ("EHLO_NAME", "a b", "E004"),
    ("EHLO_NAME", "[127.0.0]", "E004"),
])
def test_a_login_or_a_name_that_can_not_be_said_is_told_at_start(settings, key, value, error):
    setattr(settings, key, value)
    assert list(errors()) == [f"delivery.{error}"] and "cret" not in str(errors())


@pytest.mark.parametrize("url, said", [
    *((f"smtp://shop:pass{sign}word@mail.example.com:587", "percent-encoded") for sign in "#/?[]℀"),
    ("smtp://shop:12#word@mail.example.com", "percent-encoded"),
    ("smtp://shop:p@ss/word@mail.example.com", "percent-encoded"),
    ("smtp://shop:password", "percent-encoded"),
    ("smtp://shop:word@mail.example.com:port", "The port"), ("smtp://", "no mail server"),
    ("consolemail://", "consolemail://"), ("dummymail://", "dummymail://"),
    ("filemail:///tmp", "filemail://"), ("mail.example.com:25", "smtp://"),
    ("smtp+tls://h/?email_use_ssl=1", "choose one"), ("smtp://shop..рф", "no host name"),
])
def test_an_address_of_no_smtp_server_is_refused_without_its_password(url, said):
    with pytest.raises(ImproperlyConfigured, match=said) as fault:
        mail_settings(url)
    assert "EMAIL_URL" in str(fault.value)
    assert "word" not in str(fault.value).replace("password", "")


@pytest.mark.parametrize("url, expected", [
    ("smtp+tls://shop:a%23b%2Fc+d@mail.example.com:587",
     {"EMAIL_HOST_PASSWORD": "a#b/c+d", "EMAIL_PORT": 587, "EMAIL_USE_TLS": True}),
    ("smtp+ssl://shop%40example.com:пароль@почта.рф",
     {"EMAIL_HOST_USER": "shop@example.com", "EMAIL_HOST_PASSWORD": "пароль",
      "EMAIL_HOST": "xn--80a1acny.xn--p1ai", "EMAIL_USE_SSL": True}),
    ("smtp://[::1]:25/", {"EMAIL_HOST": "::1", "EMAIL_USE_TLS": False}),
    ("SMTP://mail.example.com?email_use_tls=True", {"EMAIL_USE_TLS": True}),
])
def test_an_address_of_a_server_gives_the_settings(url, expected):
    settings = mail_settings(url)
    assert expected.items() <= settings.items()
