"""Every trouble has its words, named for the provider where it has its own."""
import pytest
from django.utils.translation import override

from tests.factories import SenderFactory

from ..advice import NAMED, TODO, address_hint, trouble_words, words_for
from ..troubles import DEAD, PASSING, Trouble


@pytest.mark.parametrize("language", ["ru", "en"])
def test_each_trouble_says_what_is_wrong_and_what_to_do(language):
    with override(language):
        for trouble in Trouble:
            words = words_for(trouble, "mail.lavka.example")
            assert words.what and not words.what.endswith(".") and words.todo.endswith(".")
            assert "!" not in words.what + words.todo
    assert set(TODO) == set(Trouble) and not set(PASSING) & set(DEAD)


def test_a_provider_is_named():
    with override("ru"):
        words = words_for(Trouble.APP_PASSWORD, "smtp.yandex.ru")
    assert words.what == "Яндекс ждёт пароль приложения, а не пароль от почты"
    assert "Пароли приложений" in words.todo
    assert {trouble for _provider, trouble in NAMED} <= set(Trouble)


def test_a_sender_without_trouble_has_no_words():
    assert trouble_words(SenderFactory.build(trouble="")).what == ""
    assert trouble_words(SenderFactory.build(trouble="login")).todo


@pytest.mark.parametrize("address, host, is_hinted", [
    ("olga@mail.ru", "smtp.yandex.ru", True),
    ("olga@bk.ru", "smtp.mail.ru", False),
    ("olga@gmail.com", "mail.lavka.example", True),
    ("olga@gmail.com", "smtp-relay.gmail.com", False),
    ("olga@lavka.example", "smtp.yandex.ru", False),
    ("olga@ya.ru", "smtp.notyandex.ru", True),
])
def test_a_mailbox_of_anybodys_at_anothers_server_is_told(address, host, is_hinted):
    sender = SenderFactory.build(address=address, host=host)
    assert bool(address_hint(sender)) is is_hinted


def test_at_the_services_own_server_the_address_is_only_where_answers_go():
    assert not address_hint(SenderFactory.build(address="olga@mail.ru", preset="service"))
