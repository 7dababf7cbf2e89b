import time

import pytest
from django.core.exceptions import ValidationError

from apps.mailings.messages.merge_fields import (
    check_fields, filled, nearest, split, unknown_fields, unknown_in, values_of)
from tests.factories import MessageFactory


def letter(text, full_name="Смирнова Анна Петровна", email="anna@example.com"):
    return filled(split(text), values_of(email, full_name))


@pytest.mark.parametrize("word, value", [
    ("имя", "Анна"), ("имя отчество", "Анна Петровна"), ("фамилия", "Смирнова"),
    ("ф. и. о.", "Смирнова Анна Петровна"), ("полное имя", "Смирнова Анна Петровна"),
    ("почта", "anna@example.com"), ("first_name", "Анна"), ("last_name", "Смирнова"),
    ("first_name patronymic", "Анна Петровна"), ("full_name", "Смирнова Анна Петровна"),
    ("email", "anna@example.com"), ("ИМЯ", "Анна"), ("Имя Отчество", "Анна Петровна"),
    ("Полное имя", "Смирнова Анна Петровна"), ("имя\u00a0отчество", "Анна Петровна"),
])
def test_each_field_can_be_written_in_words(word, value):
    assert letter(f"а {{{word}}}б") == f"а {value}б"
    assert letter(f"{{{word}|никто}}") == value
    assert not unknown_in(f"{{{word}|никто}} {{{word}}}")


@pytest.mark.parametrize("full_name, text", [
    ("", "дорогой клиент"), ("ООО Ромашка", "дорогой клиент"), ("Смирнова", "дорогой клиент")])
def test_an_unknown_part_takes_the_fallback(full_name, text):
    assert letter("{имя|дорогой клиент}", full_name) == text


def test_an_unknown_part_without_a_fallback_takes_the_whole_name_and_never_a_wrong_part():
    assert letter("{имя}, {имя отчество}", "Нгуен Ван Ан") == "Нгуен Ван Ан, Нгуен Ван Ан"
    assert letter("{имя отчество}", "John Smith") == "John"
    assert letter("{имя}", "") == ""


@pytest.mark.parametrize("typed", [
    "{ full_name }", "{full-name}", "{{full_name}}", "{{ имя }}", "{имья}", "{phone|нет, и ладно}",
    "{__class__}", "{телефон}", "{имя_отчество}", "{имя }", "{Ф.И.О}", "{имя клиента}", "{{имя}",
])
def test_braces_that_were_meant_as_a_field_and_are_none_are_told(typed):
    assert unknown_in(f"а {typed} б {typed}") == [typed]
    with pytest.raises(ValidationError, match="."):
        check_fields(typed)


@pytest.mark.parametrize("text, told", [
    ("{имя!}, привет", "{имя!}"), ("Привет, {имя, вот письмо", "{имя, вот письмо"),
    ("{имя\u200b}", "{имя\u200b}"), ("{имя|дорогой {фамилия} клиент}", "{имя|дорогой "),
    ("{имя\n}", "{имя"), ("{Имя отчество", "{Имя отчество"), ("{имя/фамилия}", "{имя/фамилия}"),
])
def test_a_field_that_was_begun_and_not_ended_well_is_told(text, told):
    assert unknown_in(text) == [told]


@pytest.mark.parametrize("text", [
    '{"email": "a@b.c"}', "{email: 1}", "{имя: Анна}",
    "p { color: red }", '{"a": 1}', "{}", "{ }", ":{ и :-}", "{% load static %}", "{{ 7*7 }}",
    "{name!r}", "{5}", "{...}", "{и так далее, и так далее}", "{" + "я" * 41 + "}", "{имяя, ты}",
    "цена {5 руб", "{",
])
def test_other_braces_are_text(text):
    assert unknown_in(text) == [] and letter(text) == text


@pytest.mark.parametrize("typed, near", [
    ("{ full_name }", "{full_name}"), ("{full-name}", "{full_name}"),
    ("{{full_name}}", "{full_name}"),
    ("{имья}", "{имя}"), ("{имя_отчество}", "{имя отчество}"), ("{Фамилиа|x}", "{фамилия}"),
    ("{name}", "{first_name}"), ("{отчество}", "{имя отчество}"), ("{телефон}", ""),
])
def test_the_nearest_right_word_is_offered(typed, near):
    assert nearest(typed) == near


def test_an_error_names_the_word_and_what_to_write():
    with pytest.raises(ValidationError) as error:
        check_fields("{имья} {телефон}")
    first, second = error.value.messages
    assert "{имья}" in first and "{имя}" in first
    assert "{телефон}" in second and "{имя отчество}" in second and "{full_name}" not in second


def test_of_a_stored_message_the_unknown_fields_are_told_and_it_is_sent_as_typed():
    message = MessageFactory.build(subject="{ имя }", body="{телефон}, {имя}, {телефон}")
    assert unknown_fields(message) == ["{ имя }", "{телефон}"]
    assert letter(message.body) == "{телефон}, Анна, {телефон}"


OWN = {"город": "Город", "дата рождения": "День рождения", "черный чай": "Чёрный чай"}


@pytest.mark.parametrize("text, said", [
    ("{город}", "Казань"), ("{ГОРОД}", "Казань"), ("{Чёрный  чай}", "улун"),
    ("{город|у вас}", "Казань"), ("{дата рождения|скоро}", "скоро"), ("{дата рождения}", ""),
    ("{имя}, {город}", "Анна, Казань"),
])
def test_an_own_field_says_what_is_known_or_the_fallback_or_nothing(text, said):
    assert not unknown_in(text, OWN)
    values = values_of("anna@example.com", "Анна Смирнова")
    values |= {"город": "Казань", "дата рождения": "", "черный чай": "улун"}
    assert filled(split(text, OWN), values) == said


@pytest.mark.parametrize("typed", [
    "{город}", "{Чёрный чай|x}", "{{город}}", "{город }", "{город!}"])
def test_an_own_field_is_told_where_it_is_none_or_not_written_well(typed):
    own = OWN if typed not in ("{город}", "{Чёрный чай|x}") else {}
    assert unknown_in(typed, own) == [typed]


@pytest.mark.parametrize("typed, near", [
    ("{горд}", "{город}"), ("{День рождения}", "{дата рождения}"), ("{город }", "{город}"),
    ("{имья}", "{имя}"),
])
def test_the_nearest_own_field_is_offered_by_its_key_or_label(typed, near):
    assert nearest(typed, OWN) == near


def test_of_very_many_fields_some_are_named():
    many = {f"поле {n}": f"Поле {n}" for n in range(50)}
    with pytest.raises(ValidationError) as error:
        check_fields("{телефон}", many)
    assert "{поле 5}" in error.value.messages[0] and "{поле 40}" not in error.value.messages[0]


@pytest.mark.parametrize("piece", ["{", "{{", "{а", "{имя", "{имя|", "}", "{ "])
def test_many_braces_take_no_more_time(piece):
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    unknown_in(text)
    assert time.process_time() - began < 1
