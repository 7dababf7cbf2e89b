"""What a page tells of a letter of the service: to whom it goes, and what became of it."""
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.core.letters import Fate
from apps.users.models import User
from tests.conftest import client_of
from tests.factories import PASSWORD, UserFactory

from .test_accounts import LINK, log_in, verified

pytestmark = pytest.mark.django_db
NEW = "new@example.com"
SENT_PAGE, RESET_PAGE = "/accounts/confirm-email/", "/accounts/password/reset/done/"
REFUSED = {"reason": "Такого ящика нет.", "answer": "550 5.1.1 no such user"}


def sign_up(client, email=NEW):
    return client.post("/accounts/signup/", {
        "email": email, "password1": PASSWORD, "password2": PASSWORD})


def shown(client, address=SENT_PAGE):
    """Return the words of a page, without the tags."""
    page = client.get(address)
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def fate(kind="confirm"):
    return reverse("users:letter", args=[kind])


def again(kind="confirm"):
    return reverse("users:letter_again", args=[kind])


def test_who_signed_up_reads_where_the_letter_goes(client, post):
    assert sign_up(client).url == SENT_PAGE
    assert f"Подтвердите {NEW}" in shown(client)
    assert f"Отправляем письмо на {NEW} ." in shown(client)


@pytest.mark.parametrize("what, words", [
    ({"fate": Fate.SENT}, "Почтовый сервер принял письмо на"),
    ({"fate": Fate.FAILED, "reason": "Сервер счёл письмо спамом."}, "Сервер счёл письмо спамом."),
    ({"fate": Fate.UNKNOWN}, "Неизвестно, ушло ли письмо на"),
    ({"fate": Fate.RETRYING, "reason": "Сервер просит подождать."}, "Сервер просит подождать."),
])
def test_the_page_tells_what_became_of_the_letter(client, post, what, words):
    sign_up(client)
    post.happens(**what)
    assert words in shown(client)


def test_a_letter_that_waits_says_when_it_goes(client, post):
    sign_up(client)
    post.happens(Fate.RETRYING, next_try_at=timezone.now().replace(hour=11, minute=20))
    assert "Повторим сами в 14:20" in shown(client)


def test_a_letter_that_nobody_takes_is_said_to_wait_longer_than_usual(client, post, monkeypatch):
    sign_up(client)
    assert "дольше обычного" not in shown(client)
    later = timezone.now() + timedelta(seconds=31)
    monkeypatch.setattr("apps.users.letters.timezone.now", lambda: later)
    assert "дольше обычного" in shown(client)


def test_the_page_asks_until_the_letter_has_an_end(client, post):
    client.headers = {}
    sign_up(client)
    htmx = {"headers": {"hx-request": "true"}}
    assert 'hx-trigger="every 2s"' in client.get(fate(), **htmx).content.decode()
    post.happens(Fate.RETRYING, next_try_at=timezone.now() + timedelta(minutes=15))
    assert 'hx-trigger="every 15s"' in client.get(fate(), **htmx).content.decode()
    post.happens(Fate.SENT)
    assert "hx-trigger" not in client.get(fate(), **htmx).content.decode()


def test_without_htmx_the_fate_is_on_its_page(client, post):
    sign_up(client)
    assert client.get(fate()).url == SENT_PAGE


def test_nobody_sees_the_letters_of_another_session(client, post):
    sign_up(client)
    for other in (Client(), client_of(UserFactory())):
        assert other.get(fate()).status_code == 404
        assert other.post(again()).status_code == 404


def test_a_refused_address_is_said_at_the_field_of_a_new_sign_up(client, post):
    sign_up(client)
    post.happens(Fate.FAILED, is_address_refused=True, **REFUSED)
    page = client.get(SENT_PAGE).content.decode()
    assert re.search(rf'is-invalid"[^>]*value="{NEW}"', page)
    assert 'id="refused_email_error">Такого ящика нет.' in page
    assert 'action="/accounts/signup/"' in page and "550 5.1.1 no such user" in page


def test_another_address_is_another_sign_up_with_this_one_filled_in(client, post):
    sign_up(client)
    link = re.search(r'href="(/accounts/signup/\?email=[^"]+)"', client.get(SENT_PAGE).text)[1]
    assert f'value="{NEW}"' in client.get(link).content.decode()


def test_a_letter_is_sent_once_more_but_not_twice_a_minute(client, post):
    sign_up(client)
    post.happens(Fate.SENT)
    assert client.post(again()).url == SENT_PAGE
    assert post.addresses == [NEW, NEW]
    assert "Отправляем письмо" in shown(client)
    post.happens(Fate.SENT)
    client.post(again())
    assert post.addresses == [NEW, NEW]
    assert "раз в минуту" in shown(client)


def test_a_letter_that_waits_may_be_tried_at_once(client, post):
    sign_up(client)
    post.happens(Fate.RETRYING)
    assert "Попробовать сейчас" in shown(client)
    client.post(again())
    assert post.addresses == [NEW, NEW]


def test_a_letter_on_its_way_is_not_sent_once_more(client, post):
    sign_up(client)
    client.post(again())
    assert post.addresses == [NEW]


def test_a_letter_that_was_forgotten_is_not_sent_once_more(client, post):
    sign_up(client)
    post.happens(Fate.SENT)
    post.send_again = lambda letter_id: None
    client.post(again())
    assert "Запросите новое" in shown(client)


def test_where_nothing_is_known_of_letters_nothing_is_asserted(client):
    sign_up(client)
    assert f"Отправляем письмо на {NEW} ." in shown(client)
    assert "hx-trigger" not in client.get(SENT_PAGE).content.decode()


def test_a_login_before_confirming_names_the_address_and_sends_no_second_letter(post):
    sign_up(Client())
    elsewhere = Client()
    assert log_in(elsewhere, NEW).url == SENT_PAGE
    assert f"Письмо на {NEW} запросили только что" in shown(elsewhere)
    assert post.addresses == [NEW]


def test_who_waits_for_a_confirmation_may_give_another_address(post, settings):
    sign_up(Client(), "wrong@example.com")
    settings.ACCOUNT_RATE_LIMITS = False
    client = Client()
    log_in(client, "wrong@example.com")
    assert 'href="/accounts/address/"' in client.get(SENT_PAGE).content.decode()
    assert client.post("/accounts/address/", {"email": "Right@example.com"}).url == SENT_PAGE
    assert "Подтвердите right@example.com" in shown(client)
    assert client.post(LINK.search(mail.outbox[-1].body)[1]).url == "/"
    assert User.objects.get().email == "right@example.com"


def test_an_address_that_somebody_has_is_told_of_by_a_letter_alone(post, settings):
    verified(UserFactory(email="taken@example.com"))
    sign_up(Client(), NEW)
    settings.ACCOUNT_RATE_LIMITS = False
    client = Client()
    log_in(client, NEW)
    assert client.post("/accounts/address/", {"email": "taken@example.com"}).url == SENT_PAGE
    assert "Подтвердите taken@example.com" in shown(client)
    assert mail.outbox[-1].subject == "Учётная запись в Вестнике у вас уже есть"
    assert User.objects.filter(email=NEW).exists()


def test_the_page_of_another_address_tells_nobody_whether_it_has_an_account(post):
    verified(UserFactory(email="known@example.com"))
    told = []
    for email in ("known@example.com", "nobody@example.com"):
        user = UserFactory(email=f"own-{email}")
        user.emailaddress_set.create(email=user.email, verified=False, primary=True)
        client = Client()
        log_in(client, user.email)
        pages = []
        for address in (email, email, user.email, email):
            client.post("/accounts/address/", {"email": address})
            assert f"Подтвердите {address}" in shown(client)
            pages.append(shown(client).replace(email, "…"))
            post.happens(Fate.SENT)
        told.append([*pages, len(post.addresses)])
        post.letters.clear()
    assert told[0] == told[1]


def test_nobody_sends_letters_to_one_address_after_another_under_one_account(post):
    verified(UserFactory(email="taken@example.com"))
    sign_up(Client())
    client = Client()
    log_in(client, NEW)
    before = len(post.addresses)
    for number in range(8):
        client.post("/accounts/address/", {"email": f"new{number}@example.com"})
        page = client.post("/accounts/address/", {"email": "taken@example.com"})
    assert page.status_code == 422 and "Слишком много адресов за час" in page.content.decode()
    assert 'value="taken@example.com"' in page.content.decode()
    assert len(post.addresses) - before <= 5


def test_an_address_that_is_taken_at_the_same_moment_is_no_error(post, monkeypatch):
    user = verified(UserFactory(email="taken@example.com"))
    sign_up(Client())
    client = Client()
    log_in(client, NEW)
    monkeypatch.setattr("apps.users.services.has_account", lambda email, user: False)
    assert client.post("/accounts/address/", {"email": user.email}).url == SENT_PAGE
    assert User.objects.filter(email=NEW).exists()


def test_an_address_that_is_confirmed_is_not_replaced(post):
    sign_up(Client())
    client = Client()
    log_in(client, NEW)
    User.objects.get().emailaddress_set.update(verified=True)
    assert client.post("/accounts/address/", {"email": "b@example.com"}).url == "/accounts/login/"
    assert User.objects.get().email == NEW


def test_a_sign_up_alone_gives_nobody_the_right_to_replace_an_address(client, post):
    verified(UserFactory(email="taken@example.com"))
    for email in (NEW, "taken@example.com"):
        sign_up(client, email)
        assert client.get("/accounts/address/").status_code == 404


@pytest.mark.parametrize("what", [
    {"fate": Fate.WAITING}, {"fate": Fate.SENT}, {"fate": Fate.UNKNOWN},
    {"fate": Fate.FAILED, "is_address_refused": True, **REFUSED}])
@pytest.mark.parametrize("address, done", [
    ("/accounts/signup/", SENT_PAGE), ("/accounts/password/reset/", RESET_PAGE)])
def test_a_page_tells_nobody_whether_there_is_an_account(post, address, done, what):
    verified(UserFactory(email="known@example.com"))
    pages = []
    for email in ("known@example.com", "nobody@example.com"):
        client = Client()
        answer = client.post(address, {
            "email": email, "password1": PASSWORD, "password2": PASSWORD})
        post.happens(**what)
        text = client.get(done).content.decode().replace(quote(email), email)
        pages.append((answer.url, re.sub(r'value="[^"]{40,}"', "", text).replace(email, "…")))
    assert pages[0] == pages[1]


def test_a_changed_password_tells_of_its_letter(post):
    user = verified(UserFactory(email="anna@example.com"))
    client = client_of(user)
    client.post("/accounts/password/change/", {
        "oldpassword": PASSWORD, "password1": "another-horse-8", "password2": "another-horse-8"})
    assert "Пишем об этом на anna@example.com" in shown(client, "/accounts/password/change/")


def test_the_page_of_the_address_tells_of_the_letter_to_the_new_one(post):
    client = client_of(verified(UserFactory()))
    client.post("/accounts/email/", {"action_add": "", "email": "fresh@example.com"})
    assert "Отправляем письмо на fresh@example.com" in shown(client, "/accounts/email/")
    post.happens(Fate.FAILED, is_address_refused=True, **REFUSED)
    assert 'id="refused_email_error">Такого ящика нет.' in client.get("/accounts/email/").text
