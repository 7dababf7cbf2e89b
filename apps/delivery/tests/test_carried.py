"""What each letter carries for its reader to leave, and for what comes back to be known."""
import re

import pytest
from allauth.account.models import EmailAddress

from apps.delivery.test_letters.services import test_start as start_test
from apps.mailings.messages.merge_fields import unknown_fields
from apps.mailings.models import Message
from tests.sending import send, work

from ..wire.carried import Carried, list_id
from ..wire.tokens import (
    is_of, leaving_in, may_leave, message_token, unsubscribe_token)

HTTPS = "https://vestnik.example"
HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-ID")


def carried(**fields):
    fields = {"owner": 7, "seed": "5eed" * 8, "address": "shop@shop.example"} | fields
    return Carried(**fields)


def lines(**fields):
    return carried(**fields).headers(42, "3-2a-ab").split("\r\n")[1:-1]


pure = pytest.mark.usefixtures("known_key")


@pure
def test_one_click_comes_first_and_each_header_is_one_line(settings):
    settings.BASE_URL = HTTPS
    assert lines(bounces_to="back+s&p@shop.example")[:2] == [
        "List-Unsubscribe: <https://vestnik.example/u/3-2a-ab/>, "
        "<mailto:back+s%26p@shop.example?subject=unsubscribe-3-2a-ab>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    assert len(lines()) == 3


@pure
def test_without_https_there_is_no_one_click_and_no_http_link(settings):
    settings.BASE_URL = "http://vestnik.example"
    [mailto, list_line] = lines(bounces_to="back@shop.example")
    assert mailto == "List-Unsubscribe: <mailto:back@shop.example?subject=unsubscribe-3-2a-ab>"
    assert list_line.startswith("List-ID: <") and lines() == [list_line]


@pure
def test_a_header_is_folded_only_where_it_must_be(settings):
    settings.BASE_URL = f"{HTTPS}/{'long/' * 170}"
    found = lines(bounces_to="back@shop.example")
    assert found[1].startswith(" <mailto:") and max(map(len, found)) <= 998


@pure
def test_a_list_is_the_same_wherever_the_service_stands(settings):
    settings.BASE_URL = HTTPS
    before = lines()[-1]
    settings.BASE_URL = "https://moved.example"
    assert lines()[-1] == before != lines(owner=8)[-1]
    assert re.fullmatch(r"List-ID: <[0-9a-f]{16}\.shop\.example>", before)
    longest = ".".join(["a" * 60] * 4)
    assert len(list_id(7, longest)) <= 255 and list_id(7, "[127.0.0.1]").endswith(".localhost")


@pure
def test_the_site_of_a_link_is_ascii(settings):
    settings.BASE_URL = "https://магазин.рф:8443"
    assert carried().link("1-1-a") == "https://xn--80aairftm.xn--p1ai:8443/u/1-1-a/"


@pytest.mark.django_db
def test_tokens_are_those_that_are_understood():
    letter = carried()
    token = letter.token(3, 42, "Anna@example.com")
    assert token == unsubscribe_token(7, 3, 42, "anna@example.com")
    assert may_leave(leaving_in(token), 7, "anna@example.com")
    assert letter.message_id(42) == f"<{message_token(42, letter.seed)}@shop.example>"
    assert is_of(letter.message_id(42)[1:].partition("@")[0], 42, letter.seed)
    assert leaving_in(letter.token(None, 42, "a@b.c")).recipient == 0


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_gets_the_headers_and_the_link(mailing, sink, settings):
    settings.BASE_URL = HTTPS
    run = send(mailing)
    letter = sink.parsed("anna@example.com")
    delivery = run.deliveries.get(email="anna@example.com")
    token = unsubscribe_token(
        mailing.owner_id, delivery.recipient_id, delivery.pk, delivery.email)
    link = f"{HTTPS}/u/{token}/"
    assert letter["List-Unsubscribe"] == f"<{link}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.get_content().endswith(f"\r\n\r\nОтписаться: {link}\r\n")
    assert all(len(letter.get_all(name)) == 1 for name in HEADERS)


@pytest.mark.django_db(transaction=True)
def test_a_link_that_its_writer_has_put_is_the_only_one(mailing, sink, settings):
    settings.BASE_URL = HTTPS
    Message.objects.filter(pk=mailing.message_id).update(
        kind="html", html='<p>Hi <a href="{отписаться}">leave</a></p>', body="Hi {Unsubscribe}.",
        subject="News")
    mailing.message.refresh_from_db()
    send(mailing)
    letter = sink.parsed("vera@example.com")
    html = letter.get_body(("html",)).get_content()
    text = letter.get_body(("plain",)).get_content()
    assert html.count("/u/") == text.count("/u/") == 1
    assert re.search(r'<a href="https://vestnik\.example/u/[0-9a-f-]+/">leave</a>', html)
    assert re.fullmatch(r"Hi https://vestnik\.example/u/[0-9a-f-]+/\.\s*", text)


@pytest.mark.django_db(transaction=True)
def test_the_link_of_a_test_is_nobodys(owner, mailing, sink, settings):
    settings.BASE_URL = HTTPS
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    run = start_test(message=mailing.message, by=owner, emails=[owner.email], sender=None,
                     recipient=mailing.recipients.first())
    work(run)
    [link] = re.findall("/u/([0-9a-f-]+)/>", sink.parsed(owner.email)["List-Unsubscribe"])
    assert leaving_in(link)[:2] == (0, run.deliveries.get().pk)


def test_a_subject_has_no_link():
    message = Message(subject="{имя}, {отписаться}", body="{отписаться}")
    assert unknown_fields(message) == ["{отписаться}"]
