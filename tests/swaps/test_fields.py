"""Own fields: added, changed, deleted, brought back, beside what shows them."""
import pytest

from apps.mailings.models import Field
from tests.factories import FieldFactory, RecipientFactory

from .inventory import swaps

LIST = "/recipients/fields/"
FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def city(owner):
    return FieldFactory(owner=owner, key="город", label="Город")


@swaps("mailings:field_create", "request.get_full_path")
def test_a_field_that_is_added_is_in_the_list_at_once(open_page, as_owner, city):
    page = open_page(LIST)
    page.send('.app-title [hx-get$="/create/"]')
    page.check_modal(as_owner.get(f"{LIST}create/"))
    page.fill(f"{FORM} [name=label]", "Имя")
    page.send(FORM, status=422)
    page.check_modal(as_owner.post(f"{LIST}create/", page.fields))
    page.fill(f"{FORM} [name=label]", "Улица")
    page.send(FORM, status=204)
    assert "{улица}" in page.one("#field-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:field_create")
def test_an_empty_list_offers_the_same_form(open_page, as_owner):
    page = open_page(LIST)
    page.send(".app-empty [hx-get]")
    page.check_modal(as_owner.get(f"{LIST}create/"))
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:field_edit")
def test_a_label_that_is_changed_stands_in_the_list(open_page, as_owner, city):
    page = open_page(LIST)
    page.send(f"#field-{city.pk}-edit")
    page.check_modal(as_owner.get(f"{LIST}{city.pk}/edit/"))
    page.fill(f"{FORM} [name=label]", "Город доставки")
    page.send(FORM, status=204)
    assert "Город доставки" in page.one("#field-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:field_delete")
def test_a_field_that_is_deleted_leaves_the_list_and_comes_back_when_undone(
        open_page, as_owner, city):
    page = open_page(LIST)
    page.send(f"#field-{city.pk}-delete")
    page.check_modal(as_owner.get(f"{LIST}{city.pk}/delete/"))
    page.send(FORM, status=204)
    assert not Field.objects.exists() and not page.tree.select("#field-table tbody")
    page.check_fresh(but=OUTSIDE)
    page.send("#toasts form", status=204)
    assert "{город}" in page.one("#field-table").get_text()
    page.check_fresh(but=OUTSIDE)


def test_a_value_that_is_changed_in_the_row_stands_in_its_column(open_page, owner, city):
    anna = RecipientFactory(owner=owner, email="anna@example.com", fields={"город": "Омск"})
    page = open_page("/recipients/")
    page.send(f"#recipient-{anna.pk}-edit")
    page.fill(f"tr[data-inline] [name=field_{city.pk}]", "Казань")
    page.send("tr[data-inline] form")
    assert "Казань" in page.one(f"#recipient-{anna.pk}-row").get_text()
    page.check_fresh()
