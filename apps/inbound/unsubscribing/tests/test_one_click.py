"""One-click as mail programs send it (RFC 8058), and what only looks like it."""
import pytest
from django.test import Client

from apps.mailings.models import Suppression

from .conftest import link_of

pytestmark = pytest.mark.django_db
URLENCODED = "application/x-www-form-urlencoded"
ONE_CLICK = "List-Unsubscribe=One-Click"
BOUNDARY = "----=_Part_1"


def part(value="One-Click", name='name="List-Unsubscribe"', header="Content-Disposition"):
    return (f"--{BOUNDARY}\r\n{header}: form-data; {name}\r\n\r\n{value}\r\n"
            f"--{BOUNDARY}--\r\n").encode()


def post(link, body, content_type, **headers):
    return Client().generic("POST", link, body, content_type=content_type, headers=headers)


AS_SENT = {
    "gmail": (ONE_CLICK, URLENCODED),
    "yahoo": (part(), f"multipart/form-data; boundary={BOUNDARY}"),
    "apple": (ONE_CLICK, f"{URLENCODED}; charset=utf-8"),
    "mail.ru": (ONE_CLICK, f"{URLENCODED}; charset=windows-1251"),
    "quoted boundary": (part(), f'multipart/form-data; boundary="{BOUNDARY}"'),
    "odd case": (part(header="content-disposition"), f"Multipart/Form-Data; Boundary={BOUNDARY}"),
    "escaped": ("List%2DUnsubscribe=One%2DClick", URLENCODED.title()),
    "line end": (f"{ONE_CLICK}\r\n", URLENCODED),
    "no type": (ONE_CLICK, ""),
    "a part's own type": (part(header="Content-Type: text/plain\r\nContent-Disposition"),
                          f"multipart/form-data; boundary={BOUNDARY}; charset=us-ascii"),
    "with more fields": (f"x=1&{ONE_CLICK}", URLENCODED),
}


@pytest.mark.parametrize("name", AS_SENT)
def test_one_click_works_as_each_mail_program_sends_it(name, link, owner):
    answer = post(link, *AS_SENT[name])
    assert answer.status_code == 200 and len(answer.content) < 100 and not answer.cookies
    left = Suppression.objects.get(owner=owner)
    assert (left.email, left.reason, left.scope) == ("anna@example.com", "unsubscribed", "all")


def test_it_needs_no_last_slash_and_no_known_host_and_is_never_led_elsewhere(
        letter, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["vestnik.example"]
    for link in (link_of(letter).rstrip("/"), link_of(letter)):
        answer = post(link, ONE_CLICK, URLENCODED, host="10.0.0.7:8000")
        assert answer.status_code == 200
    assert Suppression.objects.count() == 1


def test_a_session_and_a_foreign_origin_change_nothing(link, as_other, owner):
    as_other.handler.enforce_csrf_checks = True
    answer = as_other.generic("POST", link, ONE_CLICK, content_type=URLENCODED,
                              headers={"origin": "https://evil.example"})
    assert answer.status_code == 200 and Suppression.objects.filter(owner=owner).exists()


def test_twice_is_as_once(link, letter):
    for _again in range(3):
        assert post(link, ONE_CLICK, URLENCODED).status_code == 200
    assert Suppression.objects.get().delivery == letter


NOT_ONE_CLICK = {
    "empty": (b"", URLENCODED), "empty, no type": (b"", ""),
    "form without fields": (b"", f"multipart/form-data; boundary={BOUNDARY}"),
    "json": (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
    "json as a form": (b'{"List-Unsubscribe": "One-Click"}', URLENCODED),
    "text": (ONE_CLICK, "text/plain"),
    "another value": ("List-Unsubscribe=one-click", URLENCODED),
    "the value of a header": ("List-Unsubscribe-Post=List-Unsubscribe%3DOne-Click", URLENCODED),
    "another name": ("list-unsubscribe=One-Click", URLENCODED),
    "value missing": ("List-Unsubscribe", URLENCODED),
    "a file": (part(name='name="List-Unsubscribe"; filename="a"'),
               f"multipart/form-data; boundary={BOUNDARY}"),
    "no boundary": (part(), "multipart/form-data"),
    "torn": (part()[:40], f"multipart/form-data; boundary={BOUNDARY}"),
    "noise": (bytes(range(256)) * 8, URLENCODED),
    "noise in parts": (bytes(range(256)) * 8, f"multipart/form-data; boundary={BOUNDARY}"),
    "a thousand fields": ("&" * 8000, URLENCODED),
}


@pytest.mark.parametrize("name", NOT_ONE_CLICK)
def test_what_only_looks_like_it_does_nothing_and_gets_the_page(name, link):
    answer = post(link, *NOT_ONE_CLICK[name])
    assert answer.status_code == 200 and b'name="leave"' in answer.content
    assert not Suppression.objects.exists()


def test_a_long_body_is_not_read(link):
    answer = post(link, ONE_CLICK + "&x=" + "x" * 9000, URLENCODED)
    assert answer.status_code == 200 and not Suppression.objects.exists()
