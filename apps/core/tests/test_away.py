"""Pages while the database is away."""
import contextlib
import json
from urllib.parse import parse_qsl, urlencode

import pytest
from bs4 import BeautifulSoup
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from apps.core.unavailable import FORM

pytestmark = pytest.mark.django_db
AWAY = {"ru": "База данных сейчас не отвечает", "en": "The database does not answer"}


@contextlib.contextmanager
def database_away(error=OperationalError):
    def refuse(execute, sql, params, many, context):
        raise error("the server closed the connection")

    with connection.execute_wrapper(refuse):
        yield


def session(client):
    """Return a client with the same cookies, where errors become pages as in production."""
    calm = Client(raise_request_exception=False)
    calm.cookies = client.cookies
    return calm


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/", "/recipients/", "/mailings/1/", "/accounts/email/"])
def test_a_page_says_503_kindly_and_asks_the_database_nothing(as_owner, path, error, caplog):
    with database_away(error):
        page = session(as_owner).get(path)
    assert page.status_code == 503 and int(page["Retry-After"]) and AWAY["ru"] in page.text
    assert page["Cache-Control"] == "no-store" and "Content-Security-Policy" in page
    assert [r.status_code for r in caplog.records if r.name == "django.request"] == [503]


def test_it_speaks_the_language_that_was_chosen(as_owner):
    as_owner.cookies["django_language"] = "en"
    with database_away():
        assert AWAY["en"] in session(as_owner).get("/mailings/").text
        as_owner.cookies["django_language"] = "xx"
        assert AWAY["ru"] in session(as_owner).get("/mailings/").text


def test_htmx_gets_the_words_for_a_toast(as_owner):
    with database_away():
        answer = session(as_owner).get("/mailings/", headers={"hx-request": "true"})
    shown = json.loads(answer["HX-Trigger"])["toast"]
    assert answer.status_code == 503 and shown["level"] == "danger" and not answer.content
    assert "База данных" in shown["text"]


def test_a_form_that_was_posted_offers_the_home_page(client):
    with database_away():
        page = session(client).post("/accounts/login/", {"login": "a@b.example", "password": "x"})
    assert page.status_code == 503 and 'href="/">Попробовать' in page.text


def test_it_leads_to_no_other_site(as_owner):
    with database_away():
        page = session(as_owner).get("/", PATH_INFO="//evil.example/x")
    assert page.status_code == 503 and 'href="//' not in page.text


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_health_is_503_then(client, error):
    with database_away(error):
        assert client.get("/healthz").status_code == 503
    assert client.get("/healthz").json() == {"status": "ok"}


def test_another_error_is_still_500(as_owner, monkeypatch):
    monkeypatch.setattr("apps.mailings.mailings.views.add_figures", lambda rows: 1 / 0)
    page = session(as_owner).get("/mailings/")
    assert page.status_code == 500 and "503" not in page.text


def test_what_was_typed_comes_with_the_page_but_never_a_password(as_owner):
    typed = urlencode({"subject": "Скидки <b>", "body": "раз\r\nдва", "csrfmiddlewaretoken": "t"})
    with database_away():
        page = session(as_owner).post("/messages/create/?kind=text", typed, content_type=FORM)
        secret = session(as_owner).post("/senders/1/edit/", f"{typed}&password=s3cret",
                                        content_type=FORM)
    fields = BeautifulSoup(page.text, "html.parser").select("main form[method=post] input")
    assert {field["name"]: field["value"] for field in fields} == dict(parse_qsl(typed))
    assert 'action="/messages/create/?kind=text"' in page.text
    assert "s3cret" not in secret.text and "Скидки" not in secret.text
