"""From an address that is not confirmed to somebody who is logged in."""
import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.test import Client

from apps.users.models import User
from tests.conftest import client_of
from tests.factories import PASSWORD, UserFactory

from .test_accounts import LINK, log_in, verified
from .test_fates import NEW, shown, sign_up

pytestmark = pytest.mark.django_db


def link():
    return LINK.search(mail.outbox[-1].body)[1]


def test_confirming_in_the_browser_of_the_sign_up_logs_in(client):
    sign_up(client)
    assert NEW in shown(client, link())
    assert client.post(link()).url == "/"
    assert client.get("/profile/").status_code == 200


def test_confirming_elsewhere_leads_to_the_login_with_the_address_filled_in(client):
    sign_up(client)
    phone = Client()
    assert phone.post(link()).url == "/accounts/login/"
    assert f"Адрес {NEW} подтверждён. Войдите." in shown(phone, "/accounts/login/")
    assert f'value="{NEW}"' in phone.get("/accounts/login/").content.decode()
    log_in(phone, NEW)
    phone.post("/accounts/logout/")
    assert f'value="{NEW}"' not in phone.get("/accounts/login/").content.decode()


def test_confirming_a_changed_address_leads_back_to_its_page():
    client = client_of(verified(UserFactory()))
    client.post("/accounts/email/", {"action_add": "", "email": "fresh@example.com"})
    assert client.post(link()).url == "/accounts/email/"


def test_a_link_that_was_used_says_so(client):
    sign_up(client)
    Client().post(link())
    assert "Эта ссылка больше не действует" in shown(Client(), link())


def test_the_words_of_logging_in_and_out_are_facts(client):
    verified(UserFactory(email="anna@example.com"))
    log_in(client, "anna@example.com")
    page = shown(client, "/")
    assert "Вы вошли: anna@example.com." in page and "спешн" not in page
    client.post("/accounts/logout/")
    assert "Вы вышли." in shown(client, "/")


def test_who_is_made_by_createsuperuser_can_log_in(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="Root@Example.com", interactive=False, verbosity=0)
    assert log_in(client, "root@example.com").url == "/"
    assert EmailAddress.objects.get().primary


@pytest.mark.parametrize("stored, typed", [
    ("anna@пример.рф", "Anna@xn--e1afmkfd.xn--p1ai"),
    ("anna@xn--e1afmkfd.xn--p1ai", "anna@пример.рф"),
])
def test_a_domain_in_letters_is_the_same_in_every_browser(client, stored, typed):
    verified(UserFactory(email=stored))
    assert log_in(client, typed).url == "/"
    sign_up(Client(), typed)
    assert User.objects.count() == 1


def test_the_address_that_one_has_already_changes_nothing(owner):
    client = client_of(verified(owner))
    page = client.post("/accounts/email/", {"action_add": "", "email": owner.email.upper()})
    assert "Это уже ваш адрес" in page.content.decode()
    assert not mail.outbox and owner.emailaddress_set.count() == 1


def test_a_domain_in_letters_is_shown_as_it_was_typed(client, owner):
    sign_up(client, "anna@xn--e1afmkfd.xn--p1ai")
    for page in ("/accounts/confirm-email/", link()):
        assert "anna@пример.рф" in shown(client, page) and "xn--" not in shown(client, page)
    phone = Client()
    phone.post(link())
    assert "Адрес anna@пример.рф подтверждён" in shown(phone, "/accounts/login/")
    changing = client_of(verified(owner))
    changing.post("/accounts/email/", {"action_add": "", "email": "fresh@пример.рф"})
    assert "fresh@пример.рф" in shown(changing, "/accounts/email/")
