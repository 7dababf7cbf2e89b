"""Letters that came in: put away, brought back, their writers written to no more."""
import pytest

from apps.inbound.models import InboundLetter
from apps.mailings.models import Suppression
from tests.factories import RecipientFactory

from .inventory import swaps

LIST = "/inbound/"
FORM = "#modal-content form"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def letter(owner):
    anna = RecipientFactory(owner=owner, full_name="Анна", email="anna@example.com")
    return InboundLetter.objects.create(
        owner=owner, key="1", kind="asks", recipient=anna, from_address="anna@example.com",
        subject="Re: Новости", text="Отпишите меня")


@swaps("inbound:incoming_done", "request.get_full_path")
def test_what_is_put_away_leaves_the_list_and_comes_back_when_undone(open_page, letter):
    page = open_page(LIST)
    page.send(f"#incoming-{letter.pk}-done", status=204)
    assert not page.tree.select("#incoming-table tbody")
    page.check_fresh(but=OUTSIDE)
    page.send("#toasts form", status=204)
    assert "Отпишите меня" in page.one("#incoming-table").get_text()
    page.check_fresh(but=OUTSIDE)


@swaps("inbound:incoming_back")
def test_what_was_put_away_is_brought_back(open_page, letter):
    page = open_page(LIST)
    page.send(f"#incoming-{letter.pk}-done", status=204)
    page = open_page(f"{LIST}?show=done")
    page.send(f"#incoming-{letter.pk}-back", status=204)
    assert not page.tree.select("#incoming-table tbody")
    page.check_fresh(but=OUTSIDE)


@swaps("inbound:incoming_leave")
def test_who_asks_to_leave_is_written_to_no_more_until_that_is_undone(open_page, letter):
    page = open_page(LIST)
    page.send(f"#incoming-{letter.pk}-leave", status=204)
    assert Suppression.objects.get().email == "anna@example.com"
    assert not page.tree.select(f"#incoming-{letter.pk}-leave")
    page.check_fresh(but=OUTSIDE)
    page.send("#toasts form", status=204)
    assert not Suppression.objects.exists()
    assert page.tree.select(f"#incoming-{letter.pk}-leave")
    page.check_fresh(but=OUTSIDE)


@swaps("list_query show=None", "list_query show='unclear'", "list_query show='done'")
def test_the_kinds_of_letters_are_what_their_addresses_show(open_page, owner, letter):
    InboundLetter.objects.create(owner=owner, key="2", kind="unknown", subject="Delivery Status")
    page = open_page(LIST)
    for number in (1, 2, 0):
        page.send_element(page.tree.select("#incoming-table .app-pills a")[number])
        page.check_fresh()


def test_pages_of_letters_are_what_their_addresses_show(open_page, owner):
    for number in range(5):
        InboundLetter.objects.create(owner=owner, key=str(number), kind="reply", text=str(number))
    page = open_page(LIST)
    page.send("[rel=next]")
    page.check_fresh()
    page.send("[rel=prev]")
    page.check_fresh()
