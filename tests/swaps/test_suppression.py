"""Addresses that are not written to: added, lifted, brought back, beside what shows them."""
import pytest

from apps.core import keyset
from apps.mailings.models import Suppression
from tests.factories import MailingFactory, RecipientFactory

from .inventory import swaps

LIST = "/recipients/suppressed/"
FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def anna(owner):
    return RecipientFactory(owner=owner, full_name="Анна", email="anna@example.com")


@pytest.fixture
def suppression(owner, anna):
    return Suppression.objects.create(owner=owner, email=anna.email, note="По телефону")


@swaps("mailings:suppression_create", "request.get_full_path")
def test_addresses_that_are_added_are_on_the_list_at_once(open_page, as_owner, suppression):
    page = open_page(LIST)
    page.send('.app-title [hx-get$="/create/"]')
    page.check_modal(as_owner.get(f"{LIST}create/"))
    page.fill(f"{FORM} [name=emails]", "wrong")
    page.send(FORM, status=422)
    page.check_modal(as_owner.post(f"{LIST}create/", page.fields))
    page.fill(f"{FORM} [name=emails]", "boris@example.com\nvera@example.com")
    page.send(FORM, status=204)
    assert "boris@example.com" in page.one("#suppression-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:suppression_create")
def test_an_empty_list_offers_the_same_form(open_page, as_owner):
    page = open_page(LIST)
    page.send(".app-empty [hx-get]")
    page.check_modal(as_owner.get(f"{LIST}create/"))
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:suppression_lift")
def test_what_is_lifted_leaves_the_list_and_comes_back_when_undone(
        open_page, as_owner, suppression):
    page = open_page(LIST)
    page.send(f"#suppression-{suppression.pk}-lift")
    page.check_modal(as_owner.get(f"{LIST}{suppression.pk}/lift/"))
    page.send(FORM, status=204)
    assert not page.tree.select("#suppression-table tbody")
    page.check_fresh(but=OUTSIDE)
    page.send("#toasts form", status=204)
    assert "По телефону" in page.one("#suppression-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:recipient_suppress", "request.get_full_path")
def test_in_the_list_of_recipients_a_row_shows_it(open_page, as_owner, anna):
    page = open_page("/recipients/")
    page.send(f"#recipient-{anna.pk}-suppress")
    page.check_modal(as_owner.get(f"/recipients/{anna.pk}/suppress/"))
    page.fill(f"{FORM} [name=note]", "По телефону")
    page.send(FORM, status=204)
    assert "По телефону" in page.one(f"#recipient-{anna.pk}-row").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:recipient_suppress", "mailings:suppression_lift")
def test_a_recipients_page_shows_it_and_its_lifting(open_page, as_owner, anna):
    page = open_page(anna.get_absolute_url())
    page.send('.app-title [hx-get$="/suppress/"]')
    page.send(FORM, status=204)
    page.check_fresh(but=OUTSIDE)
    page.send("[id^=suppression-][id$=-lift]")
    page.send(FORM, status=204)
    assert not Suppression.objects.exists()
    page.check_fresh(but=OUTSIDE)


@swaps("mailings:suppression_lift", "request.get_full_path", "delivery:progress")
def test_in_a_mailing_the_tab_and_the_panel_follow(open_page, owner, anna, suppression):
    mailing = MailingFactory(owner=owner, recipients=[anna])
    page = open_page(mailing.get_absolute_url())
    page.send(f"#suppression-{suppression.pk}-lift")
    page.send(FORM, status=204)
    page.check_fresh(but=OUTSIDE)


def test_pages_of_the_list_are_what_their_addresses_show(open_page, owner, monkeypatch):
    monkeypatch.setattr(keyset, "PER_PAGE", 2)
    for number in range(5):
        Suppression.objects.create(owner=owner, email=f"{number}@example.com")
    page = open_page(LIST)
    page.send("[rel=next]")
    page.check_fresh()
    page.send("[rel=next]")
    page.check_fresh()
    page.send("[rel=prev]")
    page.check_fresh()
