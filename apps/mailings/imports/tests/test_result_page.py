"""Stages that take time, what an import has done, and its being taken back."""
import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.services import job_cancel
from tests.factories import RecipientFactory

from ...models import Ground, Import, Recipient
from .. import services
from ..models import UNDO_FOR
from .conftest import checked, finish, landed, table, undone

pytestmark = pytest.mark.django_db
ROW = "anna@example.com;Анна;"


def text_of(answer):
    return " ".join(BeautifulSoup(answer.text, "html.parser").main.get_text(" ").split())


def section(client, of):
    answer = client.get(of.get_absolute_url())
    return BeautifulSoup(answer.text, "html.parser").select_one("#import")


def test_a_persons_page_says_to_its_owner_where_the_address_comes_from(
        as_owner, as_manager, owner):
    of = landed(owner, table(ROW), ground=Ground.objects.create(
        owner=owner, text="Покупатели лавки", version="2", proof="Папка в шкафу"))
    person = Recipient.objects.get(email="anna@example.com")
    words = text_of(as_owner.get(person.get_absolute_url()))
    assert f"Загрузка {of}" in words and "Покупатели лавки" in words
    assert "Реклама · версия текста 2 · Папка в шкафу" in words
    assert "Покупатели лавки" not in text_of(as_manager.get(person.get_absolute_url()))


def test_a_stage_that_takes_time_asks_for_itself_until_it_is_done(as_owner, owner):
    of = services.import_begin(owner=owner, name="a.csv", content=[table(ROW).encode()])
    part = section(as_owner, of)
    assert part["hx-trigger"] == "every 1s" and "Страницу можно закрыть" in part.get_text()
    finish(of)
    assert section(as_owner, of)["hx-trigger"] != "every 1s"


def test_a_long_one_shows_how_far_it_is(as_owner, owner):
    of = checked(owner, table(ROW))
    services.import_land(of=of)
    Job.objects.filter(pk=of.job_id).update(done=1200, total=5000)
    part = section(as_owner, of)
    assert part.progress["value"] == "1200" and part.progress["max"] == "5000"


def test_the_result_leads_to_the_people_of_the_import(as_owner, owner):
    of = landed(owner, table(ROW, "bad;;"))
    page = section(as_owner, of)
    assert page.select_one(".btn-primary")["href"] == f"/recipients/?import={of.pk}"
    words = " ".join(page.get_text(" ").split())
    assert "Добавлено 1" in words and "С ошибкой 1" in words
    assert "Отменить загрузку можно до" in words


def test_rows_are_not_corrected_once_the_rest_is_added(as_owner, owner):
    of = landed(owner, table(ROW, "bad;;"))
    page = section(as_owner, of)
    assert "bad" in page.get_text() and not page.select("[id$=-edit]")
    row = of.rows.get(fate="rejected")
    answer = as_owner.post(f"{of.get_absolute_url()}rows/{row.pk}/", {"cell-0": "b@example.com"})
    assert answer.status_code == 302
    assert Recipient.objects.filter(owner=owner).count() == 1


def test_taking_back_asks_first_and_says_what_goes(as_owner, owner):
    RecipientFactory(owner=owner, email="old@example.com", full_name="Старая")
    of = landed(owner, table(ROW, "old@example.com;Новая;"))
    url = f"{of.get_absolute_url()}undo/"
    words = text_of(as_owner.get(url))
    assert "1 добавленный получатель будет удалён" in words
    assert "1 изменённый получатель станет прежним" in words and "Отменить можно до" in words
    assert as_owner.post(url).url == of.get_absolute_url()
    finish(of)
    assert [one.full_name for one in Recipient.objects.filter(owner=owner)] == ["Старая"]
    words = text_of(as_owner.get(of.get_absolute_url()))
    assert "Удалён 1 добавленный" in words and "Прежние данные возвращены 1 получателю" in words


def test_what_was_left_is_listed_with_the_reason(as_owner, owner):
    RecipientFactory(owner=owner, email="old@example.com", full_name="Старая")
    of = landed(owner, table(ROW, "old@example.com;Новая;"))
    Recipient.objects.filter(email="anna@example.com").update(comment="Звонила")
    Recipient.objects.filter(email="old@example.com").update(full_name="Другая")
    undone(of)
    words = text_of(as_owner.get(of.get_absolute_url()))
    assert "anna@example.com С тех пор изменён, поэтому остался." in words
    assert "с тех пор изменено и осталось «Другая»" in words


def test_when_it_is_too_late_the_page_says_why(as_owner, owner):
    of = landed(owner, table(ROW))
    Import.objects.filter(pk=of.pk).update(landed_at=timezone.now() - UNDO_FOR)
    page = section(as_owner, of)
    assert not page.select("[href$='/undo/']")
    answer = as_owner.get(f"{of.get_absolute_url()}undo/")
    assert "btn-danger" not in answer.text
    assert as_owner.post(f"{of.get_absolute_url()}undo/").status_code == 302
    assert Recipient.objects.filter(email="anna@example.com").exists()


def test_an_import_is_cancelled_after_a_question(as_owner, owner):
    of = checked(owner, table(ROW))
    url = f"{of.get_absolute_url()}drop/"
    assert "ничего не запишется" in as_owner.get(url).text
    assert as_owner.post(url).url == "/recipients/import/"
    of.refresh_from_db()
    assert of.stage == Import.Stage.DROPPED
    assert "Загрузка отменена" in as_owner.get(of.get_absolute_url()).text


def test_what_is_added_can_not_be_cancelled(as_owner, owner):
    of = landed(owner, table(ROW))
    assert as_owner.post(f"{of.get_absolute_url()}drop/").status_code == 302
    of.refresh_from_db()
    assert of.stage == Import.Stage.LANDED


def test_a_job_that_was_stopped_is_told_of_with_what_to_do(as_owner, owner):
    of = checked(owner, table(ROW))
    services.import_map(of=of, columns=of.columns, known=of.known)
    job_cancel(job=of.job, by=owner)
    words = text_of(as_owner.get(of.get_absolute_url()))
    assert "Проверка остановилась. В книгу ничего не записано" in words


@pytest.mark.parametrize("query", [
    {"step": "columns"}, {"step": "x"}, {"rows": "rejected", "after": "5~5"}, {"page": "9" * 400},
    {"before": "\x00"}, {"last": "1"}])
def test_odd_addresses_show_the_import(as_owner, owner, query):
    for of in landed(owner, table(ROW, "bad;;")), checked(owner, table(ROW, "bad;;")):
        assert as_owner.get(of.get_absolute_url(), query).status_code == 200


def test_a_page_asks_few_questions(as_owner, owner, django_assert_max_num_queries):
    of = checked(owner, table(ROW, *(f"bad{n};;" for n in range(30))))
    with django_assert_max_num_queries(24):
        as_owner.get(of.get_absolute_url())
