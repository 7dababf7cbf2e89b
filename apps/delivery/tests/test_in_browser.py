"""A letter in a browser, for whoever has its link."""
import re

import pytest
from django.db import OperationalError
from django.test import Client

from apps.delivery.services import run_start
from apps.delivery.wire.web_version import token_of
from apps.mailings.messages.services import message_save
from apps.mailings.models import Delivery, Message, Run
from tests.factories import FieldFactory
from tests.sending import send

from ..wire.carried import Carried
from ..wire.lasting_key import lasting_key

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = ('<!doctype html><p>{имя|друг}, {город}</p><img alt="{имя}">'
        '<a href="{ссылка на письмо}">w</a>')
LINK = re.compile(b"/u/[0-9a-f-]+/")  # to leave


@pytest.fixture
def letter(mailing, owner):
    FieldFactory(owner=owner, key="город", label="Город")
    mailing.recipients.filter(email="anna@example.com").update(
        full_name="Анна Ли", fields={"город": "<Казань>"})
    Message.objects.filter(pk=mailing.message_id).update(
        kind="html", html=PAGE, body="{имя|друг}: {ссылка на письмо}")
    mailing.message.refresh_from_db()
    return mailing.message


@pytest.fixture
def run(mailing, letter):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def address_of(delivery):
    return f"/w/{token_of(delivery.run.seed.encode(), delivery.pk)}/"


def page_of(run, local):
    return Client().get(address_of(run.deliveries.get(email=f"{local}@example.com")))


def test_each_sees_their_own_letter(run):
    page = page_of(run, "anna").content.decode()
    assert "<p>Анна, &lt;Казань&gt;</p>" in page and 'alt="Анна"' in page
    assert "<p>друг, </p>" in page_of(run, "boris").content.decode()


def test_the_link_in_a_letter_leads_to_it(mailing, letter, sink, settings):
    settings.BASE_URL = "https://vestnik.example"
    run = send(mailing)
    received = sink.parsed("anna@example.com")
    text = received.get_body(("plain",)).get_content()
    html = received.get_body(("html",)).get_content()
    [address] = set(re.findall(r"https://vestnik\.example(/w/[0-9a-f-]+/)", text + html))
    assert address == address_of(run.deliveries.get(email="anna@example.com"))
    assert Client().get(address).content.decode().replace("\r\n", "\n") == html.rstrip("\n")


def test_it_stays_as_it_was_sent(run, letter):
    before = LINK.sub(b"", page_of(run, "anna").content)
    letter.kind, letter.source = "html", "<p>Иначе</p>"
    message_save(message=letter)
    run.deliveries.get(email="anna@example.com").recipient.delete()
    assert LINK.sub(b"", page_of(run, "anna").content) == before


def test_it_runs_nothing_and_is_kept_nowhere(run):
    answer = page_of(run, "anna")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "frame-ancestors 'none'" in policy and "style-src 'self' 'unsafe-inline'" in policy
    assert (answer["X-Robots-Tag"], answer["Cache-Control"], answer["Referrer-Policy"]) == (
        "noindex", "private, no-store", "no-referrer")
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")


def test_no_cookie_is_read_or_set(run, as_owner, django_assert_num_queries):
    address = address_of(run.deliveries.first())
    lasting_key()
    with django_assert_num_queries(1):
        answer = as_owner.get(address)
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")


def test_a_letter_without_html_is_a_plain_page(mailing):
    mailing.message.body = "Привет, {имя|друг} <b>\nhttps://shop.example/a"
    mailing.message.save()
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    page = page_of(run, "boris").content.decode()
    assert "Привет, друг &lt;b&gt;\n" in page and 'href="https://shop.example/a"' in page


@pytest.mark.parametrize("spoil", [
    lambda token: token[:-1], lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
    lambda token: "f" + token, lambda token: token.partition("-")[2], lambda token: "x",
    lambda token: token.upper() + "\x00", lambda token: "f" * 400, lambda token: token + "/a",
    lambda token: f"{'f' * 15}-{'0' * 32}"])
def test_a_link_that_is_cut_or_false_tells_nothing(run, spoil):
    token = address_of(run.deliveries.first())[3:-1]
    answer = Client().get(f"/w/{spoil(token)}/")
    page = answer.content.decode()
    assert answer.status_code == 404 and "Ссылка неполная: откройте её из письма целиком" in page
    assert "Анна" not in page and answer["Cache-Control"] == "private, no-store"


def test_the_token_of_one_run_opens_no_letter_of_another(mailing, run):
    own = run.deliveries.first()
    Run.objects.filter(pk=run.pk).update(seed="0" * 32)
    assert Client().get(address_of(own)).status_code == 404
    assert Client().get(f"/w/{token_of(b'0' * 32, own.pk)}/").status_code == 200


def test_the_token_is_no_message_id(run):
    carried = Carried(owner=run.owner_id, seed=run.seed, address="a@b.org")
    delivery = Delivery.objects.first()
    [digest] = re.findall("-([0-9a-f]+)@", carried.message_id(delivery.pk))
    assert digest not in address_of(delivery)


def test_only_reading_is_answered(run):
    assert Client().post(address_of(run.deliveries.first())).status_code == 405
    assert Client().head(address_of(run.deliveries.first())).status_code == 200


def test_without_its_database_it_asks_for_patience(run, monkeypatch):
    def away(token):
        raise OperationalError

    monkeypatch.setattr("apps.delivery.in_browser.delivery_of", away)
    assert page_of(run, "anna").status_code == 503
