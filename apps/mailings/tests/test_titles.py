"""What a mailing is called: its name, or its letter's subject without braces."""
import pytest

from apps.mailings.models import Mailing, Message
from tests.factories import MailingFactory, MessageFactory

from ..titles import without_fields


@pytest.mark.parametrize("subject, title", [
    ("Скидки на чай", "Скидки на чай"),
    ("Здравствуйте, {full_name}", "Здравствуйте"),
    ("Здравствуйте, {full_name}!", "Здравствуйте!"),
    ("{full_name|Добрый день}, пионы уже здесь", "Пионы уже здесь"),
    ("Чай для {имя отчество|вас} ждёт", "Чай для ждёт"),
    ("Чай, {full_name}, уже здесь", "Чай, уже здесь"),
    ("Заказ — {full-name}", "Заказ"),
    ("{full_name}: новости", "Новости"),
    ("{full_name}", "{full_name}"),
    ("Набор {1, 2, 3} и {}", "Набор {1, 2, 3} и {}"),
    ("  Два пробела", "  Два пробела"),
])
def test_a_subject_loses_its_fields_and_the_marks_that_led_to_them(subject, title):
    assert without_fields(subject) == title


def test_a_name_comes_before_the_subject():
    mailing = Mailing(message=Message(subject="Тема, {full_name}"))
    assert mailing.title == "Тема"
    mailing.name = "Весна"
    assert mailing.title == "Весна" and str(mailing).startswith("Весна (")


@pytest.mark.django_db
def test_the_list_is_searched_and_sorted_by_names_and_subjects(as_owner, owner):
    for name, subject in (("Весна", "Бета"), ("", "Альфа"), ("Осень", "Гамма")):
        MailingFactory(owner=owner, name=name, message=MessageFactory(owner=owner, subject=subject))
    for q, found in (("Вес", ["Весна"]), ("Бет", ["Весна"]), ("Альф", ["Альфа"]), ("Дзета", [])):
        page = as_owner.get("/mailings/", {"q": q}).context["page"]
        assert [mailing.title for mailing in page] == found
    page = as_owner.get("/mailings/?sort=subject").context["page"]
    assert [mailing.title for mailing in page] == ["Альфа", "Весна", "Осень"]
