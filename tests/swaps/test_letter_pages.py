"""A message's page: the letter in its frame, the last test, a test in the modal."""
import pytest

from apps.mailings.models import Message
from tests.factories import MessageFactory, RecipientFactory

from .inventory import swaps

FRAME = "#letter-frame"
OUTSIDE = "#modal-content > *"


@pytest.fixture
def message(owner):
    for name in ("Анна", "Вера"):
        RecipientFactory(owner=owner, full_name=name)
    return MessageFactory(owner=owner, body="{имя}")


@swaps("beside?to=to&amp;view=preview.view")
def test_a_letter_that_is_saved_is_in_its_frame_as_after_a_load(open_page, message):
    page = open_page(f"/messages/{message.pk}/")
    Message.objects.update(body="{фамилия}")
    page.fire("letter:changed", {})
    page.check_fresh()


@swaps("beside?to=recipient.pk&amp;view=preview.view&amp;kind=message.kindalso")
def test_a_letter_goes_to_the_next_recipient_and_back(open_page, message):
    page = open_page(f"/messages/{message.pk}/")
    first = page.one(".app-letter-to").get_text()
    page.send(".app-letter-turn a")
    assert page.one(".app-letter-to").get_text() != first
    page.send(".app-letter-turn a")
    page.check_fresh()


@swaps("beside?to=to&amp;view=name&amp;kind=message.kindalso")
def test_a_letter_is_shown_in_another_way_and_back(open_page, message):
    page = open_page(f"/messages/{message.pk}/")
    page.send(f"{FRAME} .app-views a:last-child")
    page.check_fresh(but=FRAME)
    page.send(f"{FRAME} .app-views a:first-child")
    page.check_fresh()


@swaps("delivery:test_letter_last")
def test_the_last_test_is_told_of_as_after_a_load(open_page, message):
    page = open_page(f"/messages/{message.pk}/")
    page.fire("tests:changed", {})
    page.check_fresh()


@swaps("test_urlif to?to=toendif")
def test_a_test_is_asked_for_in_the_modal(open_page, as_owner, message):
    page = open_page(f"/messages/{message.pk}/")
    page.send('[hx-get$="/test/"]')
    page.check_modal(as_owner.get(f"/messages/{message.pk}/test/"))
    page.check_fresh(but=OUTSIDE)
