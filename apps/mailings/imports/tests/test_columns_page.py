"""The second step: how the file is read, what its columns become, what holds for all rows."""
import pytest
from bs4 import BeautifulSoup
from django.utils import translation

from ...models import Field, Ground, Import, Recipient, Tag
from ...sheets.reading import Reading
from .. import services
from ..reading_form import in_words
from ..reasons import refusal_words
from .conftest import checked, finish, landed, opened, table

pytestmark = pytest.mark.django_db
ROWS = ("Анна;anna@example.com;Казань;5", "Борис;boris@example.com;Омск;7")
HEADER = "Имя;E-mail;Район;Заказов"
COLUMNS = {"column-0": "full_name", "column-1": "email", "known": "update",
           "ground-purpose": "advertising"}


@pytest.fixture
def of(owner):
    return opened(owner, table(*ROWS, header=HEADER))


def page_of(answer):
    return BeautifulSoup(answer.text, "html.parser")


def mapped(client, of, **fields):
    answer = client.post(f"{of.get_absolute_url()}map/", {**COLUMNS, **fields})
    of.refresh_from_db()
    return answer


def test_the_page_shows_the_first_rows_and_the_guesses(as_owner, of):
    page = page_of(as_owner.get(of.get_absolute_url()))
    assert "UTF-8, точка с запятой, заголовок в строке 1" in page.get_text()
    chosen = [option["value"] for option in page.select("#import-columns th option[selected]")]
    assert chosen[:2] == ["full_name", "email"]
    assert page.select("#import-columns tbody tr")[1].get_text(" ", strip=True).startswith("Борис")
    assert page.select_one("[aria-current=step]").get_text(" ", strip=True) == "2 Столбцы"


def test_a_row_that_ends_early_has_a_cell_under_each_column(as_owner, owner):
    of = opened(owner, table("Анна;anna@example.com;Казань;5", "Вера;vera@example.com",
                             header=HEADER))
    rows = page_of(as_owner.get(of.get_absolute_url())).select("#import-columns tbody tr")
    assert [len(row.select("td")) for row in rows] == [4, 4]


def test_the_likely_kind_of_a_new_field_is_offered_first(as_owner, of):
    select = page_of(as_owner.get(of.get_absolute_url())).select_one("[name=column-3]")
    new = [option["value"] for option in select.select("option") if "new:" in option["value"]]
    assert new == ["new:number", "new:text", "new:date"]


def test_what_is_chosen_starts_the_check(as_owner, owner, of):
    answer = mapped(as_owner, of, tags="Опт, Казань", **{
        "column-2": "new:text", "label-2": "Район доставки", "column-3": "new:number",
        "label-3": "Заказов", "ground-text": "Покупатели лавки", "ground-version": "2",
        "ground-agreed_on": "2026-01-31", "ground-proof": "Папка в шкафу"})
    assert answer.status_code == 302 and of.stage == Import.Stage.CHECKING
    assert list(Field.objects.filter(owner=owner).values_list("label", "kind")) == [
        ("Район доставки", "text"), ("Заказов", "number")]
    assert sorted(tag.name for tag in of.tags.all()) == ["Казань", "Опт"]
    ground = of.ground
    assert (ground.owner, ground.text, ground.version) == (owner, "Покупатели лавки", "2")
    finish(services.import_land(of=finish(of)))
    anna = Recipient.objects.get(email="anna@example.com")
    assert sorted(anna.fields.values(), key=str) == [5, "Казань"] and anna.ground == ground


def test_without_a_ground_none_is_kept(as_owner, of):
    mapped(as_owner, of)
    assert of.ground is None and not Ground.objects.exists()


@pytest.mark.parametrize("fields, name, words", [
    ({"column-1": ""}, None, "где адреса"),
    ({"column-2": "full_name"}, "column-2", "Имя"),
    ({"column-2": "field:nobody"}, "column-2", "Выберите заново"),
    ({"column-2": "new:text", "label-2": " "}, "label-2", "Назовите"),
    ({"column-2": "new:text", "label-2": "ГОРОД"}, "label-2", "уже есть"),
    ({"tags": "м" * 70}, "tags", "ммм"),
    ({"known": "all"}, "known", ""),
    ({"ground-proof": "Папка"}, "ground-text", "откуда адреса"),
    ({"ground-text": "Лавка", "ground-agreed_on": "31.31.2026"}, "ground-agreed_on", ""),
    ({"ground-text": "Лавка", "ground-purpose": "all"}, "ground-purpose", ""),
])
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(
        as_owner, owner, of, fields, name, words):
    Field.objects.create(owner=owner, key="город", label="Город")
    answer = mapped(as_owner, of, **{"tags": "Опт", "ground-version": "", **fields})
    assert answer.status_code == 422 and of.stage == Import.Stage.MAPPING
    page = page_of(answer)
    errors = page.select_one(f"#id_{name}_error") if name else page.select_one("[role=alert]")
    assert words in errors.get_text()
    assert fields.get("tags", "Опт") in page.select_one("#id_tags")["value"]
    assert not Tag.objects.exists() and Field.objects.count() == 1


def test_a_label_that_the_fields_refuse_is_told_of(as_owner, of):
    answer = mapped(as_owner, of, **{"column-2": "new:text", "label-2": "Имя"})
    assert answer.status_code == 422 and "Имя" in answer.text
    assert not Field.objects.exists()


def test_the_file_is_read_otherwise_and_what_was_typed_stays(as_owner, of):
    url = of.get_absolute_url()
    answer = as_owner.post(f"{url}read/", {
        "reading-encoding": "utf-8", "reading-delimiter": ";", "reading-quote": "",
        "reading-header": "", "reading-skip": "1", "tags": "Опт", "ground-text": "Лавка",
        "known": "leave"})
    assert answer.status_code == 302
    finish(of)
    assert of.reading["header"] is False and of.sample["rows"][0][0] == 2
    page = page_of(as_owner.get(url))
    assert page.select_one("#id_tags")["value"] == "Опт"
    assert page.select_one("[name=ground-text]").get_text(strip=True) == "Лавка"
    assert page.select_one("[name=known][checked]")["value"] == "leave"


@pytest.mark.parametrize("fields", [
    {"reading-encoding": "rot13"}, {"reading-delimiter": "~"}, {"reading-skip": "-1"},
    {"reading-skip": "9" * 30}, {"reading-quote": "x"}])
def test_a_reading_that_can_not_be_is_refused_beside_its_field(as_owner, of, fields):
    data = {"reading-encoding": "utf-8", "reading-delimiter": ";", "reading-quote": "",
            "reading-header": "1", "reading-skip": "0", "tags": "Опт", **fields}
    answer = as_owner.post(f"{of.get_absolute_url()}read/", data)
    assert answer.status_code == 422
    name, = fields
    assert page_of(answer).select_one(f"#id_{name}_error")
    assert page_of(answer).select_one("#id_tags")["value"] == "Опт"


def test_a_file_that_is_read_wrongly_can_be_read_otherwise(as_owner, of):
    url = of.get_absolute_url()
    data = {"reading-encoding": "utf-8", "reading-delimiter": ";", "reading-quote": "",
            "reading-header": "1", "reading-skip": "9"}
    as_owner.post(f"{url}read/", data)
    assert finish(of).stage == Import.Stage.REFUSED
    assert "Прочитать заново" in as_owner.get(url).text
    wrong = page_of(as_owner.post(f"{url}read/", {**data, "reading-skip": "x"}))
    assert wrong.select_one("#id_reading-skip_error") and not wrong.select("#mapping")
    as_owner.post(f"{url}read/", {**data, "reading-skip": "0"})
    assert finish(of).stage == Import.Stage.MAPPING


@translation.override("ru")
def test_what_is_no_table_says_so(as_owner, owner):
    of = opened(owner, b"\x89PNG\r\n\x1a\n" + bytes(100))
    page = page_of(as_owner.get(of.get_absolute_url()))
    assert page.select_one("#import .app-card p").get_text(strip=True) == refusal_words(of)
    assert "Выбрать другой файл" in page.get_text()


def test_remembered_columns_are_told_of(as_owner, owner):
    text = table("anna@example.com;Анна;опт")
    landed(owner, text)
    of = opened(owner, text)
    assert "в прошлый раз" in as_owner.get(of.get_absolute_url()).text


def test_a_checked_import_goes_back_to_its_columns(as_owner, owner):
    of = checked(owner, table(*ROWS, header=HEADER), tags=["Опт"],
                 columns=["full_name", "email", "", ""])
    page = page_of(as_owner.get(f"{of.get_absolute_url()}?step=columns"))
    assert page.select_one("#id_tags")["value"] == "Опт"
    assert mapped(as_owner, of, **{"column-0": ""}).status_code == 302
    assert of.columns == ["", "email", "", ""]


def test_very_many_columns_are_shown_as_far_as_a_page_goes(as_owner, owner):
    header = ";".join(f"Столбец {n}" for n in range(300))
    of = opened(owner, f"E-mail;{header}\r\nanna@example.com{';1' * 300}\r\n")
    page = page_of(as_owner.get(of.get_absolute_url()))
    assert len(page.select("#import-columns th")) == 100 and "Ещё 201 столбец" in page.get_text()
    assert mapped(as_owner, of, **{"column-0": "email", "column-1": ""}).status_code == 302
    assert len(of.columns) == 301


def test_headers_with_marks_of_a_page_stay_texts(as_owner, owner):
    of = opened(owner, "E-mail;<script>alert(1)</script>\r\nanna@example.com;<img src=x>\r\n")
    text = as_owner.get(of.get_absolute_url()).text
    assert "<script>alert" not in text and "<img src=x>" not in text


@pytest.mark.parametrize("reading, words", [
    (Reading(encoding="cp1251", delimiter="\t", skip=2, header=True),
     "CP1251, табуляция, заголовок в строке 3"),
    (Reading(encoding="utf-16-le", delimiter="", skip=4), "строки с 5"),
    (Reading(kind="xlsx", sheet="Клиенты", sheets=("Клиенты", "Склад"), header=True),
     "XLSX, лист «Клиенты», заголовок в строке 1"),
    (Reading(kind="ods", sheet="1", sheets=("1",)), "ODS, без заголовка"),
])
def test_a_reading_is_said_in_words(reading, words):
    with translation.override("ru"):
        assert words in in_words(reading)
