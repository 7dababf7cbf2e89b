"""The steps of an import, what each refuses, and what follows when a job is stopped."""
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.jobs.services import job_cancel
from apps.jobs.tests.conftest import work
from tests.factories import RecipientFactory

from ...models import Field, Import, ImportRow, Recipient, Tag
from ...sheets.reading import Reading
from .. import content, leftovers, services
from ..mending import offered_cells
from ..reasons import refusal_words, words
from ..services import ImportRefused
from .conftest import book, checked, counts, finish, landed, opened, table

pytestmark = pytest.mark.django_db
Stage = Import.Stage


def test_an_opened_file_shows_its_first_rows_and_guesses(owner):
    of = opened(owner, table("anna@example.com;Анна;опт"), name="C:\\дом\\клиенты.csv")
    assert of.stage == Stage.MAPPING
    assert str(of) == "клиенты.csv"
    assert of.columns == ["email", "full_name", "comment"]
    assert of.sample == {"header": ["E-mail", "Имя", "Примечание"],
                         "rows": [[2, ["anna@example.com", "Анна", "опт"]]]}


def test_what_is_pasted_is_read_too(owner):
    of = finish(services.import_paste(owner=owner, text="Анна <anna@example.com>"))
    assert (of.stage, of.columns) == (Stage.MAPPING, ["email"])


def test_columns_are_remembered_by_their_header(owner, other):
    text = table("anna@example.com;Анна;опт")
    landed(owner, text, columns=["email", "comment", "tags"])
    assert opened(owner, text).columns == ["email", "comment", "tags"]
    assert opened(other, text).columns == ["email", "full_name", "comment"]


def test_a_file_is_read_anew_as_a_person_says(owner):
    of = opened(owner, table("anna@example.com;Анна;опт"))
    reading = Reading.of_json({**of.reading, "header": False})
    of = finish(services.import_read(of=of, reading=reading))
    assert of.sample["rows"][0] == [1, ["E-mail", "Имя", "Примечание"]]


@pytest.mark.parametrize("data", [
    b"\x89PNG\r\n\x1a\n" + bytes(100), b"%PDF-1.4 nothing", b" \n \n", b"E-mail;Name\n"])
def test_what_is_no_table_is_refused_in_words(owner, data):
    of = opened(owner, data)
    assert of.stage == Stage.REFUSED
    assert refusal_words(of)
    assert of.job.state == "failed"
    assert of.job.reason


def test_an_empty_file_is_refused(owner):
    with pytest.raises(ImportRefused):
        services.import_begin(owner=owner, name="a.csv", content=[b""])


def test_a_file_over_the_limit_is_refused_and_not_kept(owner, settings):
    settings.UPLOAD_LIMIT = 1_000_000
    with pytest.raises(ImportRefused, match="1"):
        services.import_begin(owner=owner, name="a.csv", content=ContentFile(bytes(1_000_001)))
    assert not Import.objects.exists()


def test_a_full_disk_is_said_in_words(owner, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(content.default_storage, "save", full, raising=False)
    with pytest.raises(ImportRefused):
        services.import_begin(owner=owner, name="a.csv", content=[b"a@example.com"])


@pytest.mark.parametrize("columns", [
    ["", "full_name", ""], ["email", "field:others", ""], ["email", "password", ""],
    ["email", "full_name", "full_name"]])
def test_columns_that_can_not_be_are_refused(owner, other, columns):
    Field.objects.create(owner=other, key="others", label="Чужое")
    of = opened(owner, table("anna@example.com;Анна;опт"))
    with pytest.raises(ImportRefused):
        services.import_map(of=of, columns=columns, known="update")
    of.refresh_from_db()
    assert of.stage == Stage.MAPPING


def test_a_step_that_was_made_is_not_made_again(owner):
    of = checked(owner, table("anna@example.com;Анна;"))
    services.import_land(of=Import.objects.get(pk=of.pk))
    with pytest.raises(ImportRefused):
        services.import_land(of=of)
    with pytest.raises(ImportRefused):
        services.import_drop(of=of)


def test_a_mended_row_is_counted_and_lands(owner):
    RecipientFactory(owner=owner, email="vera@example.com", full_name="В")
    of = checked(owner, table("anna@example.com;Анна;", "boris.example.com;Борис;", "v;Вера;"))
    boris, vera = of.rows.filter(fate=ImportRow.Fate.REJECTED)
    assert words(boris)
    boris = services.import_row_mend(of=of, row=boris, cells=["boris@example.com", "Борис", ""])
    assert words(boris) == ""
    services.import_row_mend(of=of, row=vera, cells=["vera@example.com", "Вера", ""])
    of.refresh_from_db()
    assert counts(of) == (3, 2, 1, 0, 0)
    of = finish(services.import_land(of=of))
    assert counts(of) == (3, 2, 1, 0, 0)
    assert {person[:2] for person in book(owner)} == {
        ("anna@example.com", "Анна"), ("boris@example.com", "Борис"),
        ("vera@example.com", "Вера")}


@pytest.mark.parametrize("cell, reason", [
    ("no", "address"), ("", "no_address"), ("a@x.org, b@x.org", "several"),
    ("anna@example.com", "repeat")])
def test_a_row_that_is_mended_badly_stays_rejected(owner, cell, reason):
    of = checked(owner, table("anna@example.com;Анна;", "boris;Борис;"))
    row = services.import_row_mend(of=of, row=of.rows.get(), cells=[cell, "Борис", ""])
    assert row.reason == reason
    assert words(row)
    of.refresh_from_db()
    assert counts(of) == (2, 1, 0, 0, 1)
    assert counts(finish(services.import_land(of=of))) == (2, 1, 0, 0, 1)


def test_an_offered_domain_is_taken(owner):
    of = checked(owner, table("anna@gmial.com;Анна;"))
    row = of.rows.get()
    row = services.import_row_mend(of=of, row=row, cells=offered_cells(row))
    assert row.cells[0] == "anna@gmial.com"
    of = finish(services.import_land(of=of))
    assert counts(of) == (1, 1, 0, 0, 0)
    assert book(owner)[0][0] == "anna@gmail.com"
    assert of.rows.get().fate == ImportRow.Fate.DOUBTFUL


def test_a_dropped_import_takes_its_file_tags_and_fields_with_it(
        owner, django_capture_on_commit_callbacks):
    of = checked(owner, table("anna@example.com;Анна;"), columns=["email", "full_name", ""],
                 tags=["Опт"], new_fields={2: ("Город", "text")})
    assert default_storage.exists(of.file)
    file = of.file
    with django_capture_on_commit_callbacks(execute=True):
        services.import_drop(of=of)
    assert not default_storage.exists(file)
    assert not Tag.objects.exists()
    assert not Field.objects.exists()
    assert Import.objects.get().stage == Stage.DROPPED


def test_a_landing_that_is_cancelled_can_be_taken_back(owner, monkeypatch):
    from .. import landing
    monkeypatch.setattr(landing.KIND.pace, "rows", 2)
    of = checked(owner, table(*(f"p{n}@example.com;;" for n in range(5))))
    of = services.import_land(of=of)
    work(of.job)
    of.job.refresh_from_db()
    assert job_cancel(job=of.job, by=owner)
    of.refresh_from_db()
    assert (of.stage, of.added) == (Stage.LANDED, 2)
    counts(of)
    finish(services.import_undo(of=of))
    assert book(owner) == []


def test_a_check_that_is_cancelled_waits_for_its_columns(owner):
    of = opened(owner, table("anna@example.com;Анна;"))
    of = services.import_map(of=of, columns=of.columns, known="update")
    job_cancel(job=of.job, by=owner)
    of.refresh_from_db()
    assert of.stage == Stage.MAPPING


def test_a_file_that_is_gone_is_said_in_words(owner):
    of = checked(owner, table("anna@example.com;Анна;"))
    default_storage.delete(of.file)
    of = finish(services.import_land(of=of))
    assert refusal_words(of)
    assert of.added == 0


def test_what_is_of_no_more_use_is_deleted_after_30_days(
        owner, django_capture_on_commit_callbacks):
    of = landed(owner, table("anna@example.com;Анна;", "no;;"))
    waits = checked(owner, table("boris@example.com;;"))
    assert not leftovers.clear_one()
    Import.objects.update(landed_at=timezone.now() - timedelta(days=31))
    Import.objects.filter(pk=waits.pk).update(
        landed_at=None, created_at=timezone.now() - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        while leftovers.clear_one():
            pass
    waits.refresh_from_db()
    assert waits.stage == Stage.DROPPED
    assert not of.changes.exists()
    assert not of.rows.exists()
    assert not default_storage.exists(of.file)
    assert Recipient.objects.exists()


def test_two_imports_at_once_do_not_disturb_each_other(owner):
    text = table(*(f"p{n}@example.com;Имя {n};" for n in range(10)))
    both = [checked(owner, text), checked(owner, text)]
    for of in both:
        services.import_land(of=of)
    while work(both[0].job):
        pass
    for of in both:
        of.refresh_from_db()
    assert sorted(counts(of) for of in both) == [(10, 0, 0, 10, 0), (10, 10, 0, 0, 0)]
