"""Pictures: described and deleted in the modal."""
import pytest

from tests.factories import PictureFactory

from .inventory import swaps

LIST = "/messages/pictures/"
FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def picture(owner):
    return PictureFactory(owner=owner)


@swaps("mailings:picture_edit", "request.get_full_path")
def test_a_picture_is_described_in_the_modal(open_page, as_owner, picture):
    page = open_page(LIST)
    page.send(f"#picture-{picture.pk}-edit")
    page.check_modal(as_owner.get(f"{LIST}{picture.pk}/edit/"))
    page.fill(f"{FORM} [name=alt]", "Чайник")
    page.send(FORM, status=204)
    assert "Чайник" in page.one("#picture-table").get_text()
    page.check_fresh()


@swaps("mailings:picture_delete")
def test_a_deleted_picture_is_gone_and_back_as_a_load_shows(open_page, as_owner, picture):
    page = open_page(LIST)
    page.send(f"#picture-{picture.pk}-delete")
    page.check_modal(as_owner.get(f"{LIST}{picture.pk}/delete/"))
    page.send(FORM, status=204)
    assert not page.tree.select(f"#picture-{picture.pk}-row")
    page.send("#toasts form", status=204)
    page.check_fresh()


@swaps("mailings:picture_delete")
def test_the_page_of_a_picture_asks_in_the_modal(open_page, as_owner, picture):
    page = open_page(f"{LIST}{picture.pk}/")
    page.send(f'[hx-get="{LIST}{picture.pk}/delete/"]')
    page.check_modal(as_owner.get(f"{LIST}{picture.pk}/delete/"))
    page.check_fresh(but=OUTSIDE)
