"""What the pages of accounts say where Django or allauth would speak in its own words."""
import pytest

from tests.conftest import client_of

pytestmark = pytest.mark.django_db


def sign_up(client, email, password, again):
    return client.post("/accounts/signup/", {
        "email": email, "password1": password, "password2": again}).text


def test_the_rules_of_a_password_are_said_shortly(client):
    page = client.get("/accounts/signup/").text
    assert "Не короче 8 символов" in page
    assert "личную информацию" not in page


@pytest.mark.parametrize("email, password, said", [
    ("new@example.com", "b1x!", "Пароль короче 8 символов."),
    ("new@example.com", "password", "Этот пароль слишком частый: такие подбирают первыми."),
    ("new@example.com", "8461937502", "В пароле одни цифры. Добавьте буквы."),
    ("abbacadabra@example.com", "abbacadabra", "Пароль слишком похож на ваше имя или адрес."),
])
def test_what_is_wrong_with_a_password_is_said_in_our_words(client, email, password, said):
    assert said in sign_up(client, email, password, password)


def test_two_different_passwords_are_told_apart(client):
    page = sign_up(client, "new@example.com", "tea-and-bread", "tea-and-bred")
    assert "Пароли не совпадают." in page


def test_logging_out_is_asked_as_a_question_of_ours(as_owner):
    page = as_owner.get("/accounts/logout/").text
    assert "Выйти из Вестника?" in page and "Вы уверены" not in page


def test_a_wrong_old_password_is_said_as_everywhere(owner):
    page = client_of(owner).post("/accounts/password/change/", {
        "oldpassword": "x", "password1": "tea-and-bread", "password2": "tea-and-bread"}).text
    assert "Это не ваш пароль." in page and "Пожалуйста" not in page


def test_an_address_is_called_alike_on_every_page(client, as_owner):
    for page in (client.get("/accounts/signup/"), as_owner.get("/profile/")):
        assert "E-mail" in page.text and "Адрес электронной почты" not in page.text
