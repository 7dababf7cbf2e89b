"""Grounds on their own page: added, corrected, deleted, brought back."""
import pytest

from apps.mailings.models import Ground
from tests.factories import RecipientFactory

from .inventory import swaps

LIST = "/recipients/grounds/"
FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def ground(owner):
    return Ground.objects.create(owner=owner, text="Анкета")


@swaps("mailings:ground_create", "request.get_full_path")
def test_a_ground_that_is_added_is_in_the_list_at_once(open_page, as_owner, ground):
    page = open_page(LIST)
    page.send('.app-title [hx-get$="/create/"]')
    page.check_modal(as_owner.get(f"{LIST}create/"))
    page.fill(f"{FORM} [name=proof]", "Папка 7")
    page.send(FORM, status=422)
    page.check_modal(as_owner.post(f"{LIST}create/", page.fields))
    page.fill(f"{FORM} [name=text]", "Договор")
    page.send(FORM, status=204)
    assert "Договор" in page.one("#ground-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:ground_create")
def test_an_empty_list_offers_the_same_form(open_page, as_owner):
    page = open_page(LIST)
    page.send(".app-empty [hx-get]")
    page.check_modal(as_owner.get(f"{LIST}create/"))
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:ground_edit")
def test_where_the_proof_lies_is_corrected_beside_people(open_page, as_owner, owner, ground):
    RecipientFactory(owner=owner, ground=ground)
    page = open_page(LIST)
    page.send(f"#ground-{ground.pk}-edit")
    page.check_modal(as_owner.get(f"{LIST}{ground.pk}/edit/"))
    page.fill(f"{FORM} [name=proof]", "Папка 8")
    page.send(FORM, status=204)
    assert "Папка 8" in page.one("#ground-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:ground_delete")
def test_a_ground_that_is_deleted_leaves_the_list_and_comes_back_when_undone(
        open_page, as_owner, ground):
    page = open_page(LIST)
    page.send(f"#ground-{ground.pk}-delete")
    page.check_modal(as_owner.get(f"{LIST}{ground.pk}/delete/"))
    page.send(FORM, status=204)
    assert not Ground.objects.exists() and not page.tree.select("#ground-table tbody")
    page.check_fresh(but=OUTSIDE)
    page.send("#toasts form", status=204)
    assert "Анкета" in page.one("#ground-table").get_text()
    page.check_fresh(but=OUTSIDE)
