import pytest

from ..language import letter_language


@pytest.mark.parametrize("subject, body, language", [
    ("Новости", "Hello", "ru"), ("News", "Привет", "ru"), ("News", "ЁЖ", "ru"),
    ("News", "Hello, {имя|friend}", "en"), ("", "", "en"), ("{имя}", "Ёлка", "ru"),
    ("News", "Café, Straße", "en")])
def test_the_language_of_a_letter_is_that_of_its_words(subject, body, language):
    assert letter_language(subject, body) == language
