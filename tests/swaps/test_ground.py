"""A recipient's ground is written down, and a recipient is wiped."""
import pytest

from apps.mailings.models import Ground, Recipient
from tests.factories import RecipientFactory

from .inventory import swaps

FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, full_name="Анна", email="anna@example.com")


@swaps("mailings:recipient_ground", "request.get_full_path")
def test_a_ground_that_is_written_down_stands_on_the_page(open_page, as_owner, anna):
    page = open_page(anna.get_absolute_url())
    page.send('#ground [hx-get$="/ground/"]')
    page.check_modal(as_owner.get(f"/recipients/{anna.pk}/ground/"))
    page.fill(f"{FORM} [name=proof]", "Папка 7")
    page.send(FORM, status=422)
    page.check_modal(as_owner.post(f"/recipients/{anna.pk}/ground/", page.fields))
    page.fill(f"{FORM} [name=text]", "Анкета в лавке")
    page.send(FORM, status=204)
    assert "Анкета в лавке" in page.one("#ground").get_text()
    assert Ground.objects.get().proof == "Папка 7"
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:recipient_wipe")
def test_the_question_whether_to_wipe_is_asked_until_it_is_answered(open_page, as_owner, anna):
    page = open_page(anna.get_absolute_url())
    page.send('[hx-get$="/wipe/"]')
    page.check_modal(as_owner.get(f"/recipients/{anna.pk}/wipe/"))
    page.send(FORM, status=422)
    page.check_modal(as_owner.post(f"/recipients/{anna.pk}/wipe/"))
    page.check_fresh(but=OUTSIDE)
    assert Recipient.objects.exists()
