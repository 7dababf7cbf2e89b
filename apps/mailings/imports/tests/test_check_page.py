"""The third step: what would become of the rows, corrected in place or given back as a file."""
import csv
import io

import pytest
from bs4 import BeautifulSoup
from django.utils.translation import override

from apps.core import keyset
from tests.factories import RecipientFactory

from ...models import Import, ImportRow, Recipient, Suppression
from ..context import told
from .conftest import checked, counts, finish, table

pytestmark = pytest.mark.django_db


def page_of(answer):
    return BeautifulSoup(answer.text, "html.parser")


def text_of(answer):
    return " ".join(page_of(answer).main.get_text(" ").split())


def row_of(of, number, fate="rejected"):
    return ImportRow.objects.get(of_import=of, number=number, fate=fate)


def address(of, row, end=""):
    return f"{of.get_absolute_url()}rows/{row.pk}/{end}"


@pytest.fixture
def of(owner):
    """Two new ones, one to change, one unchanged, two with an error."""
    RecipientFactory(owner=owner, email="old@example.com", full_name="Старая")
    RecipientFactory(owner=owner, email="same@example.com", full_name="Та же")
    return checked(owner, table(
        "anna@example.com;Анна;", "old@example.com;Новая;", "same@example.com;Та же;",
        "плохо;Борис;", "anna@example.com;Анна снова;", "info@gmial.com;Вера;"))


@pytest.mark.parametrize("row, words", [
    ("same@example.com;Та же;", "Добавлять нечего: всё это уже есть"),
    ("плохо;Борис;", "Добавлять пока нечего: исправьте строки")])
def test_with_nothing_to_add_the_page_says_so(as_owner, owner, row, words):
    RecipientFactory(owner=owner, email="same@example.com", full_name="Та же")
    answer = as_owner.get(checked(owner, table(row)).get_absolute_url())
    assert words in text_of(answer)
    assert not page_of(answer).select("form[action$='/land/']")


def test_the_figures_and_the_button_say_what_would_come(as_owner, of):
    answer = as_owner.get(of.get_absolute_url())
    assert counts(of) == (6, 2, 1, 1, 2)
    for words in "Новых 2", "Изменятся 1", "Без изменений 1", "С ошибкой 2":
        assert words in text_of(answer)
    button = page_of(answer).select_one("#import form .btn-primary")
    assert button.get_text(strip=True) == "Добавить 2 получателей, изменить\u00a01"


def test_who_is_not_written_to_and_who_was_deleted_are_named(as_owner, owner):
    Suppression.objects.create(owner=owner, email="left@example.com")
    gone = RecipientFactory(owner=owner, email="gone@example.com")
    Recipient.all_objects.filter(pk=gone.pk).update(deleted_at=gone.created_at)
    of = checked(owner, table("left@example.com;Ушла;", "gone@example.com;Вернулась;"))
    url = of.get_absolute_url()
    words = text_of(as_owner.get(url))
    assert "1 вы раньше удалили" in words
    with override("en"):
        line = told(of)[0]
    assert line == "1 of them is on your list “Not written to”, and stays there."
    assert "left@example.com" in text_of(as_owner.get(f"{url}?rows=suppressed"))
    assert "gone@example.com" in text_of(as_owner.get(f"{url}?rows=returning"))


def test_bad_rows_are_told_with_number_and_reason(as_owner, of):
    rows = page_of(as_owner.get(of.get_absolute_url())).select("#import-rows tbody tr")
    bad, again = [" ".join(row.get_text(" ").split()) for row in rows]
    assert bad.startswith("5 плохо Борис")
    assert again.startswith("6 anna@example.com") and "2" in again


def test_the_column_and_the_value_of_another_trouble_are_told(as_owner, owner):
    of = checked(owner, table(f"anna@example.com;{'я' * 200};"))
    words = text_of(as_owner.get(of.get_absolute_url()))
    assert "Имя: яяя" in words and "я" * 130 not in words


def test_an_update_shows_before_and_after(as_owner, of):
    words = text_of(as_owner.get(f"{of.get_absolute_url()}?rows=updated"))
    assert "Старая → станет Новая" in words


def test_a_kind_that_is_not_there_shows_the_first(as_owner, of):
    for kind in "nobody", "returning", "'", "\x00":
        page = page_of(as_owner.get(of.get_absolute_url(), {"rows": kind}))
        assert "С ошибкой" in page.select_one(".app-pills [aria-current=true]").get_text()


def test_bad_rows_come_page_by_page(as_owner, owner, monkeypatch):
    monkeypatch.setattr(keyset, "PER_PAGE", 2)
    of = checked(owner, table("anna@example.com;;", *(f"bad{n};;" for n in range(5))))
    first = page_of(as_owner.get(of.get_absolute_url()))
    assert len(first.select("#import-rows tbody tr")) == 2
    rest = page_of(as_owner.get(of.get_absolute_url() + first.select_one("[rel=next]")["href"]))
    assert "bad2" in rest.get_text() and "bad1" not in rest.get_text()


def test_a_row_is_corrected_on_a_page_of_its_own(as_owner, of):
    row = row_of(of, 5)
    page = page_of(as_owner.get(address(of, row)))
    assert page.select_one("[name=cell-0]")["value"] == "плохо"
    answer = as_owner.post(address(of, row), {
        "cell-0": "boris@example.com", "cell-1": "Борис", "cell-2": ""})
    assert answer.status_code == 302 and answer.url == of.get_absolute_url()
    of.refresh_from_db()
    assert counts(of) == (6, 3, 1, 1, 1)


def test_a_row_that_is_still_wrong_says_so_beside_the_cell(as_owner, of):
    row = row_of(of, 5)
    answer = as_owner.post(address(of, row), {"cell-0": "old@", "cell-1": "Борис", "cell-2": ""})
    assert answer.status_code == 422 and "old@" in answer.text
    assert page_of(answer).select_one(".invalid-feedback").get_text(strip=True)


def test_what_is_missing_in_a_post_empties_no_other_cell(as_owner, of):
    row = row_of(of, 5)
    as_owner.post(address(of, row), {"cell-0": "boris@example.com"})
    row.refresh_from_db()
    assert row.mended == ["boris@example.com", "Борис", ""]


def test_the_offered_domain_is_taken_by_a_button(as_owner, of):
    row = row_of(of, 7, "doubtful")
    page = page_of(as_owner.get(f"{of.get_absolute_url()}?rows=doubtful"))
    assert "info@gmail.com" in page.select_one("#import-rows tbody").get_text()
    as_owner.post(address(of, row), {"accept": "1"})
    of.refresh_from_db()
    as_owner.post(f"{of.get_absolute_url()}land/")
    finish(of)
    assert Recipient.objects.filter(email="info@gmail.com").exists()
    assert not Recipient.objects.filter(email="info@gmial.com").exists()


def test_rows_that_are_only_told_of_are_not_corrected(as_owner, of):
    row = row_of(of, 3, "updated")
    answer = as_owner.post(address(of, row), {"cell-0": "x@example.com"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.mended is None


@pytest.mark.parametrize("pk", [0, 2 ** 62])
def test_a_row_of_another_import_is_not_there(as_owner, owner, of, pk):
    another = checked(owner, table("bad;;", "anna@example.com;;"))
    row = another.rows.first()
    assert as_owner.get(address(of, row)).status_code == 404
    assert as_owner.post(f"{of.get_absolute_url()}rows/{pk}/").status_code == 404


def test_rows_with_errors_come_as_a_file_that_spreadsheets_do_not_run(as_owner, owner):
    of = checked(owner, table('bad;"=HYPERLINK(""x"")";', "anna@example.com;Анна;", "@;-1;"))
    answer = as_owner.get(f"{of.get_absolute_url()}rejected/")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff") and "attachment" in answer["Content-Disposition"]
    header, first, second = csv.reader(io.StringIO(text[1:]), delimiter=";")
    assert header == ["E-mail", "Имя", "Примечание", "Строка", "Почему"]
    assert first[:2] == ["bad", "'=HYPERLINK(\"x\")"] and first[3] == "2" and first[4]
    assert second[:2] == ["'@", "'-1"] and second[3] == "4"


def test_the_file_of_rows_with_errors_comes_back_as_an_import(as_owner, owner):
    of = checked(owner, table("bad;Борис;опт", "anna@example.com;Анна;"))
    text = b"".join(as_owner.get(f"{of.get_absolute_url()}rejected/").streaming_content)
    again = checked(owner, text.replace(b"bad", b"boris@example.com"))
    assert counts(again) == (1, 1, 0, 0, 0)


def test_adding_starts_and_a_second_click_is_told_kindly(as_owner, of):
    url = f"{of.get_absolute_url()}land/"
    assert as_owner.post(url).status_code == 302
    answer = as_owner.post(url, follow=True)
    assert answer.status_code == 200 and "уже на другом шаге" in answer.text
    assert finish(of).stage == Import.Stage.LANDED


def test_nothing_is_added_where_nobody_is_new(as_owner, owner):
    of = checked(owner, table("bad;;"))
    page = page_of(as_owner.get(of.get_absolute_url()))
    assert not page.select("#import form[action$='/land/']")
