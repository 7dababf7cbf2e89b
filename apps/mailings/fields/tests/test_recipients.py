"""Own fields of recipients: in their forms, in the list, on their page."""
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.mailings.models import Recipient
from tests.factories import FieldFactory, RecipientFactory

from ..inputs import name_of

pytestmark = pytest.mark.django_db
ANNA = {"email": "anna@example.com", "full_name": "Анна", "comment": ""}


@pytest.fixture
def fields(owner):
    return {kind: FieldFactory(owner=owner, key=key, label=key.title(), kind=kind, choices=choices)
            for key, kind, choices in [
                ("город", "text", []), ("сумма", "number", []), ("с нами с", "date", []),
                ("чай", "choice", ["Улун", "Пуэр"])]}


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, **ANNA, fields={
        "город": "Казань", "сумма": 12.5, "с нами с": "2026-03-08", "чай": "Бывший",
        "забытое": 1})


def names(fields, **values):
    return {name_of(fields[kind]): value for kind, value in values.items()}


def stored(**about):
    return Recipient.objects.get(**about).fields


def test_values_are_stored_as_they_are_meant_and_blank_ones_not_at_all(as_owner, fields):
    sent = ANNA | names(fields, text=" Казань ", number="1 234,50", date="2026-03-08", choice="")
    assert as_owner.post("/recipients/create/", sent).status_code == 302
    assert stored() == {"город": "Казань", "сумма": 1234.5, "с нами с": "2026-03-08"}


@pytest.mark.parametrize("wrong", [
    {"text": "a\nb"}, {"text": "x" * 501}, {"number": "много"}, {"number": "9" * 400},
    {"date": "2027-02-29"}, {"date": "завтра"}, {"choice": "Кофе"}])
def test_a_wrong_value_is_told_beside_its_input_and_nothing_is_lost(as_owner, fields, anna, wrong):
    sent = ANNA | names(fields, text="Омск") | names(fields, **wrong)
    answer = as_owner.post(f"/recipients/{anna.pk}/edit/", sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(names(fields, **wrong))
    page = BeautifulSoup(answer.text, "html.parser")
    if "text" not in wrong:
        assert page.find(attrs={"name": name_of(fields["text"])})["value"] == "Омск"
    assert stored() == anna.fields


def test_the_form_shows_what_is_stored_and_saving_it_changes_nothing(as_owner, fields, anna):
    page = BeautifulSoup(as_owner.get(f"/recipients/{anna.pk}/edit/").text, "html.parser")
    shown = {field.key: page.find(attrs={"name": name_of(field)}) for field in fields.values()}
    assert shown["город"]["value"] == "Казань"
    assert (shown["сумма"]["value"], shown["сумма"]["inputmode"]) == ("12,5", "decimal")
    assert (shown["с нами с"]["value"], shown["с нами с"]["type"]) == ("2026-03-08", "date")
    assert shown["чай"].find("option", selected=True)["value"] == "Бывший"
    sent = ANNA | names(fields, text="Казань", number="12,5", date="2026-03-08", choice="Бывший")
    before = anna.updated_at
    assert as_owner.post(f"/recipients/{anna.pk}/edit/", sent).status_code == 302
    anna.refresh_from_db()
    assert anna.updated_at == before and anna.fields["чай"] == "Бывший"


def test_a_value_is_taken_away_by_a_blank_and_others_stay(as_owner, fields, anna):
    as_owner.post(f"/recipients/{anna.pk}/edit/", ANNA | names(fields, text="", choice="Улун"))
    assert stored() == {"сумма": 12.5, "с нами с": "2026-03-08", "чай": "Улун", "забытое": 1}


def test_somebody_elses_fields_are_not_asked_for_nor_written(as_owner, other, anna):
    theirs = FieldFactory(owner=other, key="их", label="Их поле")
    assert "Их поле" not in as_owner.get(f"/recipients/{anna.pk}/edit/").text
    as_owner.post(f"/recipients/{anna.pk}/edit/", ANNA | {name_of(theirs): "x"})
    assert "их" not in stored()


def test_the_list_has_three_columns_and_the_page_all_that_is_known(as_owner, fields, anna):
    fields["text"].in_list = False
    fields["text"].save()
    row = BeautifulSoup(as_owner.get("/recipients/").text, "html.parser")
    heads = [head.get_text(strip=True) for head in row.select("th")]
    assert [head for head in heads if head in ("Город", "Сумма", "С Нами С", "Чай")] == [
        "Сумма", "С Нами С", "Чай"]
    cells = {cell.get("data-label"): cell.get_text(strip=True) for cell in row.select("td")}
    assert (cells["Сумма"], cells["С Нами С"], cells["Чай"]) == ("12,5", "08.03.2026", "Бывший")
    page = as_owner.get(f"/recipients/{anna.pk}/").text
    assert "<dt>Город</dt><dd>Казань</dd>" in page


def test_of_more_rows_the_columns_take_no_more_queries(as_owner, owner, fields, anna):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            as_owner.get("/recipients/")
        return len(captured)

    few = queries()
    RecipientFactory.create_batch(5, owner=owner, fields={"город": "Омск"})
    assert queries() == few


def test_a_manager_sees_nobody_elses_values(as_manager, manager, fields, anna):
    FieldFactory(owner=manager, key="город", label="Город менеджера")
    assert "Казань" not in as_manager.get("/recipients/").text
    assert "Казань" not in as_manager.get(f"/recipients/{anna.pk}/").text


def test_the_row_asks_for_what_the_list_shows_and_keeps_the_rest(htmx, fields, anna):
    row = htmx.get(f"/recipients/{anna.pk}/row/?edit=1")
    tree = BeautifulSoup(row.text, "html.parser")
    assert tree.find("input", type="date")["value"] == "2026-03-08"
    assert not tree.find(attrs={"name": name_of(fields["choice"])})
    wrong = htmx.post(f"/recipients/{anna.pk}/row/", ANNA | names(fields, number="много"))
    assert wrong.status_code == 422 and "Это не число" in wrong.text
    right = htmx.post(f"/recipients/{anna.pk}/row/", ANNA | names(fields, number="3"))
    assert right.status_code == 200 and ">3<" in right.text
    assert stored() == anna.fields | {"сумма": 3}
