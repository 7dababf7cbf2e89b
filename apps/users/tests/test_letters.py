"""Letters of the system: whom they greet, in which language, and what is in them."""
import re

import pytest
from django.core import mail

from tests.conftest import client_of
from tests.factories import PASSWORD, UserFactory

from .test_accounts import LINK, verified

pytestmark = pytest.mark.django_db
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
NEW = "another-horse-8"


def last_letter(greeting):
    """Return the newest letter, which greets so and is signed."""
    letter = mail.outbox[-1]
    assert letter.body.startswith(greeting) and letter.body.endswith("http://testserver")
    assert "\n\n\n" not in letter.body and "&" not in letter.body
    return letter


@pytest.fixture
def english(client):
    """A visitor who chose English."""
    client.post("/language/", {"language": "en"})
    return client


def sign_up(client, email):
    return client.post("/accounts/signup/", {
        "email": email, "password1": PASSWORD, "password2": PASSWORD})


def test_a_visitor_who_chose_english_is_written_to_in_english(english):
    sign_up(english, "new@example.com")
    letter = last_letter("Hello.")
    assert letter.subject == "Confirm your address at Vestnik"
    assert LINK.search(letter.body) and not CYRILLIC.search(letter.body)


def test_a_reset_letter_speaks_the_language_of_its_account(english):
    verified(UserFactory(email="anna@example.com", language="ru"))
    english.post("/accounts/password/reset/", {"email": "anna@example.com"})
    assert last_letter("Здравствуйте.").subject == "Новый пароль для Вестника"


def test_who_signs_up_twice_is_told_of_the_account_in_its_language(client):
    verified(UserFactory(email="ben@example.com", language="en"))
    sign_up(client, "ben@example.com")
    letter = last_letter("Hello.")
    assert letter.subject == "You have an account at Vestnik already"
    assert "http://testserver/accounts/password/reset/" in letter.body


def test_a_reset_for_an_address_without_an_account_says_so_kindly(client):
    client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    letter = last_letter("Здравствуйте.")
    assert "nobody@example.com" in letter.body and "/accounts/signup/" in letter.body


@pytest.mark.parametrize("language, greeting, subject", [
    ("ru", "Здравствуйте.", "Пароль в Вестнике изменён"),
    ("en", "Hello.", "Your password at Vestnik was changed"),
])
def test_a_changed_password_is_told_with_when_and_where_from(language, greeting, subject):
    person = client_of(verified(UserFactory(language=language)), user_agent="O'Browser 1.0")
    person.post("/accounts/password/change/", {
        "oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    letter = last_letter(greeting)
    assert letter.subject == subject
    assert "127.0.0.1" in letter.body and "O'Browser 1.0" in letter.body


def test_a_changed_address_is_confirmed_by_the_new_one_and_told_to_the_old_one(owner):
    person = client_of(verified(owner))
    person.post("/accounts/email/", {"action_add": "", "email": "fresh@example.com"})
    asked = last_letter("Здравствуйте.")
    assert asked.to == ["fresh@example.com"]
    person.post(LINK.search(asked.body)[1])
    told = last_letter("Здравствуйте.")
    assert told.to == [owner.email] and "fresh@example.com" in told.body
    owner.refresh_from_db()
    assert owner.email == "fresh@example.com"
