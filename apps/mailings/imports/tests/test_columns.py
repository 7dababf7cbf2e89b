"""What columns become by themselves: by words of headers, and by what is in them."""
import pytest

from apps.mailings.fields.services import field_save
from apps.mailings.models import Field

from ..columns import guess, guess_kind
from ..header_words import target_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("header, target", [
    ("Контрагент", "full_name"), ("Частный e-mail", "email"), ("E-mail 2 Address", "email"),
    ("Secondary Email", "email"), ("E-mail 1 - Value", "email"), ("email2", "email"),
    ("Эл. почта покупателя", "email"), ("Электронная почта (e-mail)", "email"),
    ("user_email", "email"), ("Ваш e-mail*", "email"), ("Контактный email:", "email"),
    ("Полное имя контакта", "full_name"), ("Покупатель (ФИО)", "full_name"),
    ("Ф.И.О. держателя", "full_name"), ("billing_name", "full_name"),
    ("Person - Name", "full_name"),
    ("What is your name?", "full_name"), ("Ваше имя", "first_name"), ("Имя клиента", "first_name"),
    ("Фамилия клиента", "last_name"), ("Contact: Last Name", "last_name"),
    ("contact_first_name", "first_name"), ("Прізвище", "last_name"), ("Ім'я", "first_name"),
    ("E-mail Type", ""), ("E-mail 1 - Label", ""), ("email_status", ""), ("Email менеджера", ""),
    ("Account Name", ""), ("Business Name", ""),
    ("User Name", ""), ("Имя менеджера", ""), ("Company Name", ""),
    ("Телефон (рабочий)", ""), ("Клиентский код", ""), ("", ""), ("Адрес клиента", "")])
def test_words_beside_what_a_column_is_do_not_matter(header, target):
    assert target_of(header) == target


def test_a_clients_name_and_surname_make_one_name(owner):
    assert guess(["Код", "Имя клиента", "Фамилия клиента", "Email клиента"], [], owner) == [
        "", "first_name", "last_name", "email"]


def test_a_word_far_from_the_names_is_no_surname(owner):
    rows = [["s1@example.com", "1", "Глеб", "2023-01-01", "Активный"],
            ["s2@example.com", "", "Ада", "2023-01-01", "Отписан"]]
    assert guess([], rows, owner) == ["email", "", "full_name", "", ""]


def test_a_sentence_is_no_surname(owner):
    rows = [["a@example.com", "Чай,зелёный"], ["b@example.com", "3-й"]]
    assert guess([], rows, owner) == ["email", ""]


def test_a_name_with_an_address_in_it_is_neither_a_name_nor_an_address(owner):
    rows = [["Ирина", "i@example.com", "SMTP", "Ирина Лис (i@example.com)"]]
    assert guess([], rows, owner) == ["full_name", "email", "", ""]


def test_a_second_column_of_the_same_addresses_is_left_out(owner):
    header = ["user_email", "billing_email", "Имя"]
    rows = [["a@example.com", "A@example.com", "Ася"], ["b@example.com", "", "Ян"]]
    assert guess(header, rows, owner) == ["email", "", "full_name"]


def test_a_name_beside_a_last_name_is_a_first_name(owner):
    assert guess(["Subscriber", "Name", "Last name"], [], owner) == [
        "email", "first_name", "last_name"]
    assert guess(["Display name", "Last name", "E-mail"], [], owner) == [
        "full_name", "last_name", "email"]


def test_the_address_of_a_manager_is_nobodys_own(owner):
    rows = [["o@example.com", "i@shop.example"], ["a@example.com", "i@shop.example"],
            ["k@example.com", "i@shop.example"]]
    assert guess([], rows, owner) == ["email", ""]


def test_several_addresses_in_a_cell_make_a_column_of_addresses(owner):
    rows = [["r@example.com", "a@example.com ::: b@example.com"]]
    assert guess([], rows, owner) == ["email", "email"]


def test_of_two_columns_with_a_fields_name_the_second_is_the_fields(owner):
    key = field_save(field=Field(owner=owner, label="Comment", kind=Field.Kind.TEXT)).key
    assert guess(["E-mail", "Comment", "Comment"], [], owner) == [
        "email", "comment", f"field:{key}"]
    assert guess(["E-mail", "Comment"], [], owner) == ["email", f"field:{key}"]


@pytest.mark.parametrize("cells, kind", [
    (["11/20/2026", "1/2/2026"], "text"), (["20.11.2026", "1.2.26"], "date"),
    (["2026-02-29"], "text"), (["0.12345"], "text"), (["1 250,50", "-3"], "number"),
    (["", ""], "text"), (["007"], "text"), (["79001112233"], "text"), (["x" * 9999], "text")])
def test_a_new_field_is_offered_a_kind_that_takes_what_is_there(cells, kind):
    assert guess_kind(cells) == kind
