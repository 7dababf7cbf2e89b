"""An import's page: its steps follow its jobs, its rows are corrected in their place."""
import pytest

from apps.core import keyset
from apps.mailings.imports import services
from apps.mailings.imports.tests.conftest import checked, finish, landed, opened, table
from apps.mailings.models import Import, ImportRow

from .inventory import swaps

FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def of(owner):
    """A checked import with two rows to correct, and one to look at."""
    return checked(owner, table(
        "anna@example.com;Анна;", "bad;Борис;", "worse;Вера;", "gleb@gmial.com;Глеб;"))


def row(of, number):
    return f"#import-row-{ImportRow.objects.get(of_import=of, number=number).pk}"


@swaps("here")
def test_a_stage_that_takes_time_is_followed_to_its_end(open_page, owner):
    of = services.import_begin(owner=owner, name="a.csv", content=[table("a@x.org;;").encode()])
    page = open_page(of.get_absolute_url())
    page.send("#import")
    page.check_fresh()
    finish(of)
    page.send("#import")
    assert page.one("#mapping")
    page.check_fresh()


@swaps("mailings:import_read")
def test_a_file_is_read_anew_from_its_form(open_page, owner):
    of = opened(owner, table("anna@example.com;Анна;", "boris@example.com;Борис;"))
    page = open_page(of.get_absolute_url())
    page.fill("#id_tags", "Опт")
    page.fill("#id_reading-skip", "x")
    page.send("#read-anew", status=422)
    assert page.one("#id_tags")["value"] == "Опт" and page.one("#id_reading-skip_error")
    page.fill("#id_reading-skip", "1")
    page.send("#read-anew")
    page.check_fresh()
    finish(of)
    page.send("#import")
    assert page.one("#id_tags")["value"] == "Опт"
    page.check_fresh()


@swaps("list_query rows=kind.fate")
def test_each_kind_of_rows_is_what_its_address_shows(open_page, of):
    page = open_page(of.get_absolute_url())
    page.send('.app-pills [href="?rows=doubtful"]')
    assert "gleb@gmail.com" in page.one("#import-rows").get_text()
    page.check_fresh()


@swaps("mailings:import_row?edit=1", "mailings:import_row", "mailings:import_row", "here")
def test_a_row_is_corrected_in_its_place_and_the_figures_follow(open_page, of):
    page = open_page(of.get_absolute_url())
    bad = row(of, 3)
    page.send(f"{bad}-edit")
    page.send(f"{bad} [data-cancel]")
    page.check_fresh()
    page.send(f"{bad}-edit")
    page.check_fresh(but=bad)
    page.fill(f"{bad} [name=cell-0]", "boris@")
    page.send(f"{bad} form", status=422)
    assert page.one(f"{bad} [name=cell-0]")["aria-invalid"] == "true"
    page.fill(f"{bad} [name=cell-0]", "boris@example.com")
    page.send(f"{bad} form", status=204)
    assert not page.tree.select(bad)
    assert page.one("#import form .btn-primary").get_text().strip() == "Добавить 3 получателей"
    page.check_fresh()


@swaps("mailings:import_row", "here")
def test_an_offered_domain_is_taken_in_the_row(open_page, of):
    page = open_page(f"{of.get_absolute_url()}?rows=doubtful")
    page.send(f"{row(of, 5)} form", f"{row(of, 5)} [name=accept]", status=204)
    assert len(page.toasts) == 1
    page.check_fresh()


@swaps("mailings:import_drop", "request.get_full_path")
def test_an_import_is_cancelled_in_the_modal(open_page, as_owner, of):
    page = open_page(of.get_absolute_url())
    page.send("[hx-get$='/drop/']")
    page.check_modal(as_owner.get(f"{of.get_absolute_url()}drop/"))
    page.send(FORM, status=204)
    assert page.address == "/recipients/import/"


@swaps("mailings:import_undo", "request.get_full_path")
def test_an_import_is_taken_back_in_the_modal(open_page, as_owner, owner):
    of = landed(owner, table("anna@example.com;Анна;"))
    page = open_page(of.get_absolute_url())
    page.send("[hx-get$='/undo/']")
    page.check_modal(as_owner.get(f"{of.get_absolute_url()}undo/"))
    page.send(FORM, status=204)
    of.refresh_from_db()
    assert of.stage == Import.Stage.UNDOING and page.address == of.get_absolute_url()


def test_pages_of_rows_and_of_imports_are_what_their_addresses_show(
        open_page, owner, monkeypatch):
    monkeypatch.setattr(keyset, "PER_PAGE", 2)
    of = checked(owner, table("anna@example.com;;", *(f"bad{n};;" for n in range(5))))
    page = open_page(of.get_absolute_url())
    page.send("[rel=next]")
    page.check_fresh()
    for _number in range(4):
        Import.objects.create(owner=owner, stage=Import.Stage.DROPPED)
    page = open_page("/recipients/import/")
    page.send("[rel=next]")
    page.check_fresh()
