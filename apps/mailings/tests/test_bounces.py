"""An address whose mailbox is not there."""
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import RecipientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bounced(owner):
    return RecipientFactory(owner=owner, email="gone@example.com", bounced_at=timezone.now())


def edit(client, recipient, **changes):
    data = {"email": recipient.email, "full_name": recipient.full_name, "comment": ""} | changes
    client.post(reverse("mailings:recipient_edit", args=[recipient.pk]), data)
    recipient.refresh_from_db()


def test_the_list_and_the_page_say_that_the_mailbox_is_not_there(as_owner, bounced):
    for url in (reverse("mailings:recipient_list"), bounced.get_absolute_url()):
        assert "Такого ящика нет" in as_owner.get(url).text


@pytest.mark.parametrize(("reply", "times"), [
    ("550 5.1.1 User unknown", 1), ("550 5.1.2 Host unknown", 0)])
def test_what_the_server_said_is_not_told_twice(as_owner, bounced, reply, times):
    bounced.bounced_reply = reply
    bounced.save()
    page = as_owner.get(bounced.get_absolute_url()).text
    assert page.count("Такого ящика нет") == 1 and reply in page
    assert page.count("<summary>Ответ сервера</summary>") == times


def test_the_owner_writes_to_the_address_again(as_owner, bounced):
    as_owner.post(reverse("mailings:recipient_clear", args=[bounced.pk]))
    bounced.refresh_from_db()
    assert bounced.bounced_at is None


def test_an_address_that_is_not_marked_has_nothing_to_clear(htmx, owner):
    recipient = RecipientFactory(owner=owner)
    url = reverse("mailings:recipient_clear", args=[recipient.pk])
    assert htmx.post(url).status_code == 409


def test_another_address_is_not_marked_and_another_name_changes_nothing(as_owner, bounced):
    edit(as_owner, bounced, full_name="Другое Имя")
    assert bounced.bounced_at
    edit(as_owner, bounced, email="there@example.com")
    assert bounced.bounced_at is None
