"""The first page of an import: a file or pasted rows, and the imports so far."""
import errno
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from ...models import Import
from .conftest import checked, finish, landed, table

pytestmark = pytest.mark.django_db
PAGE = "/recipients/import/"


def send(client, content=b"E-mail\r\nanna@example.com\r\n", name="clients.csv", **fields):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), **fields})


def error_of(answer, field):
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one(f"#id_{field}")["aria-invalid"] == "true"
    return page.select_one(f"#{field}-error").get_text()


def test_a_file_begins_an_import(as_owner, owner):
    answer = send(as_owner)
    of = Import.objects.get(owner=owner)
    assert answer.status_code == 302 and answer.url == of.get_absolute_url()
    assert (of.stage, of.name) == (Import.Stage.OPENING, "clients.csv")
    assert finish(of).columns == ["email"]


def test_pasted_rows_begin_an_import(as_owner, owner):
    answer = as_owner.post(PAGE, {"text": "Анна <anna@example.com>\nБорис <boris@example.com>"})
    of = Import.objects.get(owner=owner)
    assert answer.url == of.get_absolute_url() and of.name == ""
    assert finish(of).stage == Import.Stage.MAPPING


def test_without_either_both_are_offered(as_owner):
    answer = as_owner.post(PAGE, {"text": " \n"})
    assert answer.status_code == 422 and "Выберите файл" in error_of(answer, "file")


def test_of_a_file_and_pasted_rows_one_has_to_go(as_owner):
    answer = send(as_owner, text="anna@example.com")
    assert answer.status_code == 422 and "Оставьте что-то одно" in error_of(answer, "text")
    assert "anna@example.com" in answer.text  # what was pasted is there yet
    assert "придётся выбрать заново" in answer.text
    assert not Import.objects.exists()


def test_an_empty_file_is_refused(as_owner):
    assert "Файл пуст" in error_of(send(as_owner, b""), "file")


def test_a_nul_in_what_is_pasted_is_no_error_of_ours(as_owner):
    assert as_owner.post(PAGE, {"text": "anna@example.com\x00"}).status_code == 422


def test_a_file_over_the_limit_is_refused_in_words(as_owner, settings):
    settings.UPLOAD_LIMIT = 1_000_000
    answer = send(as_owner, b"x" * 1_000_001)
    assert answer.status_code == 422 and "больше 1 МБ" in error_of(answer, "file")


@pytest.mark.parametrize("megabytes", [3, 6])
def test_a_request_far_over_the_limit_is_not_kept_on_the_way(
        as_owner, settings, monkeypatch, megabytes):
    settings.UPLOAD_LIMIT = 1_000_000
    monkeypatch.setattr(TemporaryUploadedFile, "write", None)
    answer = send(as_owner, b"x" * megabytes * 1_000_000)
    assert answer.status_code == 422 and "больше 1 МБ" in error_of(answer, "file")


def test_a_full_disk_is_told_of(as_owner, monkeypatch):
    def no_room(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryUploadedFile, "write", no_room)
    answer = send(as_owner)
    assert answer.status_code == 422 and "нет места" in error_of(answer, "file")


def test_other_forms_take_their_files_as_before(as_owner, settings):
    settings.UPLOAD_LIMIT = 1
    picture = SimpleUploadedFile("me.png", b"no picture")
    assert as_owner.post("/profile/edit/", {"avatar": picture}).status_code == 422


@pytest.mark.parametrize("name", ["../../x", "a\x00.csv", "я" * 300 + ".csv", "\u202egnp.csv"])
def test_odd_names_of_files_do_no_harm(as_owner, owner, name):
    send(as_owner, name=name)
    of = Import.objects.get(owner=owner)
    assert as_owner.get(of.get_absolute_url()).status_code == 200 and "/" not in of.name


def test_the_list_tells_each_stage_and_its_figures(as_owner, owner):
    checked(owner, table("anna@example.com;Анна;", "bad;Борис;"))
    landed(owner, table("vera@example.com;Вера;"))
    rows = BeautifulSoup(as_owner.get(PAGE).text, "html.parser").select("#import-table tbody tr")
    last, first = [" ".join(row.get_text().split()) for row in rows]
    assert "Добавлено 1" in last
    assert "Новых 1" in first and "С ошибкой 1" in first


def test_an_empty_list_is_not_shown(as_owner):
    page = BeautifulSoup(as_owner.get(PAGE).text, "html.parser")
    assert not page.select("#import-table table") and len(page.select("main .btn-primary")) == 1


def test_nobody_sees_another_persons_imports(as_other, as_manager, owner):
    of = checked(owner, table("anna@example.com;Анна;"))
    for client in as_other, as_manager:
        assert "clients.csv" not in client.get(PAGE).text
        for end in "", "rejected/", "drop/", "undo/", f"rows/{of.pk}/":
            assert client.get(f"{of.get_absolute_url()}{end}").status_code == 404
        for end in "read/", "map/", "land/", "drop/", "undo/":
            assert client.post(f"{of.get_absolute_url()}{end}").status_code == 404
    of.refresh_from_db()
    assert of.stage == Import.Stage.CHECKED


def test_a_visitor_is_sent_to_log_in(client):
    assert urlsplit(send(client).url).path == "/accounts/login/"
