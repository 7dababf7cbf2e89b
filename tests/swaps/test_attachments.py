"""The attachments of a message: added in their place, deleted in the modal."""
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.mailings.media.models import Attachment
from tests.factories import AttachmentFactory, MessageFactory

from .inventory import swaps

PANEL = "#attachments"
FIELD = f"{PANEL} [name=files]"
CHANGED = ".app-facts time"  # when the message was last changed
FORM = "#modal-content form"


@pytest.fixture
def message(owner):
    return MessageFactory(owner=owner)


@pytest.fixture
def shown(open_page, message):
    return open_page(f"/messages/{message.pk}/")


def file(name="prices.txt", content=b"Tea 100"):
    return SimpleUploadedFile(name, content)


@swaps("mailings:message_attachments")
def test_files_that_are_attached_are_listed_as_after_a_load(shown, message):
    shown.attach(FIELD, file(), file("больше.txt"))
    shown.send(f"{PANEL} form")
    assert message.attachments.count() == 2
    shown.check_fresh(but=CHANGED)


def test_what_is_refused_is_told_in_the_place_of_the_list(shown, message):
    shown.attach(FIELD, file("virus.exe", b"MZ"))
    shown.send(f"{PANEL} form", status=422)
    assert shown.one(f"{PANEL} [role=alert]") and not message.attachments.exists()
    shown.check_fresh(but=f"{PANEL} [role=alert]")


@swaps("mailings:attachment_delete", "mailings:message_attachments")
def test_a_deleted_attachment_is_gone_from_the_list(open_page, as_owner, message):
    kept, gone = [AttachmentFactory(message=message) for _number in range(2)]
    page = open_page(f"/messages/{message.pk}/")
    address = f"/attachments/{gone.pk}/delete/"
    page.send(f'[hx-get="{address}"]')
    page.check_modal(as_owner.get(address))
    page.send(FORM, status=204)
    assert list(Attachment.objects.all()) == [kept]
    page.check_fresh(but=CHANGED)
