import pytest

from apps.mailings.models import Message
from apps.mailings.templatetags.mailings import gist


@pytest.mark.parametrize("body, said", [
    ("Здравствуйте!\n\nЧай приехал.", "Здравствуйте!\n\nЧай приехал."),
    ("Открыть в браузере ({ссылка на письмо})\nЛавка (https://lavka.ru/)\n\nЧай приехал.",
     "Чай приехал."),
    ("Чай приехал (https://lavka.ru/) сегодня", "Чай приехал (https://lavka.ru/) сегодня"),
    ("Посмотреть (https://lavka.ru/tea)", "Посмотреть (https://lavka.ru/tea)"),
])
def test_a_list_says_what_a_letter_is_about_and_not_how_to_open_it(body, said):
    assert gist(Message(subject="Чай", body=body)) == said


def test_a_list_says_the_preheader_of_a_letter_that_has_one():
    assert gist(Message(subject="Чай", preheader="С гор", body="Чай приехал.")) == "С гор"
