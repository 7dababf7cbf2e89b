"""Files of recipients: the page that asks, what stands in them, and who gets whose."""
import csv
import io

import openpyxl
import pytest
from django.utils import timezone

from apps.audit.models import Entry
from apps.mailings.exports import rows as export_rows
from apps.mailings.exports.columns import columns_of
from apps.mailings.exports.services import recipients_export
from apps.mailings.models import Delivery, Field, Ground, Recipient, Suppression, Tag, Tagging
from tests.factories import FieldFactory, RecipientFactory, TagFactory

URL = "/recipients/export/"
ALL = ["email", "full_name", "comment", "tags", "added", "source", "ground", "last_letter",
       "last_fate", "suppressed"]


def octets_of(client, columns, kind="csv", query=""):
    response = client.post(URL + query, {"columns": columns, "kind": kind})
    assert response.status_code == 200
    return response.getvalue()


def table_of(client, columns, query=""):
    text = octets_of(client, columns, query=query).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_page_asks_for_columns_and_says_how_many_there_are(as_owner, owner, other):
    RecipientFactory.create_batch(2, owner=owner)
    RecipientFactory(owner=other)
    FieldFactory(owner=owner, label="Телефон")
    page = as_owner.get(URL).text
    assert "2 получателя" in page and "вся книга" in page
    assert "Телефон" in page
    assert page.count("checked") == 6  # address, name, comment, tags, the own field; the workbook


def test_a_csv_has_what_excel_opens_with_a_double_click(as_owner, owner):
    RecipientFactory(owner=owner, email="anna@example.com", full_name="Анна", comment="Опт")
    octets = octets_of(as_owner, ["email", "full_name", "comment"])
    assert octets == (
        '\ufeff"E-mail";"Ф. И. О.";"Комментарий"\r\n"anna@example.com";"Анна";"Опт"\r\n'.encode())


def test_every_column_says_what_the_book_knows(as_owner, owner):
    person = RecipientFactory(
        owner=owner, email="ivan@xn--e1afmkfd.xn--p1ai", full_name="Иван", comment="два\r\nряда",
        source=Recipient.Source.IMPORT, ground=Ground.objects.create(owner=owner, text="Анкета"),
        last_letter_at=timezone.now(), last_fate=Delivery.State.SENT)
    for name in "Опт", "Казань":
        Tagging.objects.create(tag=TagFactory(owner=owner, name=name), recipient=person)
    Suppression.objects.create(owner=owner, email=person.email)
    now = timezone.localtime()
    assert table_of(as_owner, ALL)[1] == [
        "ivan@пример.рф", "Иван", "два\r\nряда", "Казань, Опт", f"{now:%Y-%m-%d}", "Загрузка",
        "Анкета", f"{timezone.localtime(person.last_letter_at):%Y-%m-%d %H:%M}", "Успешно", "да"]


def test_own_fields_are_written_as_they_are_read_back(as_owner, owner):
    FieldFactory(owner=owner, key="скидка", label="Скидка", kind=Field.Kind.NUMBER)
    FieldFactory(owner=owner, key="день", label="День", kind=Field.Kind.DATE)
    RecipientFactory(owner=owner, fields={"скидка": 12.5, "день": "2026-03-08"})
    RecipientFactory(owner=owner)
    table = table_of(as_owner, ["field:день", "field:скидка"])
    assert table[0] == ["Скидка", "День"]
    assert sorted(table[1:]) == [["", ""], ["12.5", "2026-03-08"]]


def test_a_manager_gets_own_recipients_alone(as_manager, manager, owner):
    RecipientFactory(owner=owner)
    RecipientFactory(owner=manager, email="own@example.com")
    assert table_of(as_manager, ["email"])[1:] == [["own@example.com"]]


def test_the_filters_of_the_list_hold(as_owner, owner):
    people = [RecipientFactory(owner=owner, email=f"{name}@example.com", full_name="")
              for name in "abc"]
    tag = TagFactory(owner=owner, name="Опт")
    Tagging.objects.create(tag=tag, recipient=people[1])
    page = as_owner.get(f"{URL}?tag={tag.pk}").text
    assert "1 получатель" in page and "Опт" in page
    assert f'action="{URL}?tag={tag.pk}"' in page
    assert table_of(as_owner, ["email"], f"?tag={tag.pk}")[1:] == [["b@example.com"]]
    ids = f"?ids={people[0].pk},{people[2].pk}"
    assert table_of(as_owner, ["email"], ids)[1:] == [["a@example.com"], ["c@example.com"]]


def test_somebody_elses_tag_and_ids_find_nobody(as_other, owner):
    person = RecipientFactory(owner=owner)
    tag = Tag.objects.create(owner=owner, name="Опт")
    Tagging.objects.create(tag=tag, recipient=person)
    for query in f"?tag={tag.pk}", f"?ids={person.pk}":
        assert table_of(as_other, ["email"], query)[1:] == []


def test_all_come_once_in_order_however_many_a_batch_has(as_owner, owner, monkeypatch):
    monkeypatch.setattr(export_rows, "BATCH", 3)
    for number in range(10):
        RecipientFactory(owner=owner, full_name="Анна" * (number % 2))
    found = [row[0] for row in table_of(as_owner, ["email"])[1:]]
    stored = Recipient.objects.order_by("sort_name", "pk").values_list("email", flat=True)
    assert found == list(stored)


def test_a_batch_costs_the_same_queries_whatever_it_has(
        as_owner, owner, django_assert_max_num_queries):
    RecipientFactory.create_batch(20, owner=owner)
    with django_assert_max_num_queries(12):
        octets_of(as_owner, ALL)


def test_a_workbook_has_texts_and_no_formulas(as_owner, owner):
    RecipientFactory(owner=owner, full_name="=1+1", comment="+7 900 123-45-67")
    octets = octets_of(as_owner, ["full_name", "comment"], kind="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(octets)).active
    assert sheet.title == "Получатели"
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Ф. И. О.", "Комментарий"], ["=1+1", "+7 900 123-45-67"]]
    assert {cell.data_type for row in sheet.rows for cell in row} == {"s"}


def test_the_trail_tells_how_many_left(as_owner, owner):
    RecipientFactory.create_batch(2, owner=owner)
    octets_of(as_owner, ["email"])
    entry = Entry.objects.get(action=Entry.Action.EXPORT)
    assert (entry.who_id, entry.details) == (owner.pk, "2")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_trail_tells_of_a_file_that_was_broken_off(owner, monkeypatch, form):
    monkeypatch.setattr(export_rows, "BATCH", 1)
    RecipientFactory.create_batch(3, owner=owner)
    octets = recipients_export(rows=Recipient.objects.owned_by(owner), form=form, owner=owner,
                               columns=columns_of(owner)[:1], by=owner)
    next(octets)  # the header
    next(octets)  # the first batch
    octets.close()
    assert Entry.objects.get(action=Entry.Action.EXPORT).details == "1"


@pytest.mark.parametrize("data, words", [
    ({"kind": "csv"}, "Выберите хотя бы один столбец"),
    ({"kind": "exe", "columns": ["email"]}, "exe"),
    ({"kind": "csv", "columns": ["password"]}, "password"),
    ({}, "Выберите хотя бы один столбец"),
])
def test_what_is_no_choice_is_told_beside_it(as_owner, data, words):
    response = as_owner.post(URL, data)
    assert response.status_code == 422
    assert words in response.text


def test_an_empty_book_gives_a_header_alone(as_owner):
    assert table_of(as_owner, ["email"]) == [["E-mail"]]


@pytest.mark.parametrize("query", ["?q=%00", "?tag=x", "?ids=9" * 400, "?segment=-1", "?fate=?"])
def test_nonsense_in_the_address_does_no_harm(as_owner, query):
    assert as_owner.get(URL + query).status_code == 200
