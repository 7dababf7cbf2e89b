"""Attachments of a message: what may go with it, who may do what, what follows."""
import json
from email.message import EmailMessage

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.mailings.media import attachments
from apps.mailings.media.attachments import attachment_add, attachment_delete, size_hint, type_of
from apps.mailings.media.content import ATTACHMENTS, read
from apps.mailings.messages.services import message_copy
from apps.mailings.models import Attachment
from tests.factories import AttachmentFactory, MessageFactory

pytestmark = pytest.mark.django_db
MB = 1_000_000


def file(name="price.pdf", content=b"%PDF-1.4"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def message(owner):
    return MessageFactory(owner=owner)


def page_of(message):
    return reverse("mailings:message_attachments", args=[message.pk])


def read_whole(answer):
    assert answer.status_code == 200
    return b"".join(answer)


def refusal_of(message, upload):
    with pytest.raises(ValidationError) as refused:
        attachment_add(message, upload)
    return " ".join(refused.value.messages)


def test_a_file_is_kept_as_it_is_and_the_message_is_changed(message):
    before = message.updated_at
    attachment = attachment_add(message, file("../Прайс на чай.pdf", b"%PDF-1.4 tea"))
    assert read(ATTACHMENTS, attachment.digest) == b"%PDF-1.4 tea"
    assert (attachment.name, attachment.size) == ("Прайс на чай.pdf", 12)
    message.refresh_from_db()
    assert message.updated_at > before


def test_the_same_file_twice_is_one(message):
    attachment_add(message, file())
    attachment_add(message, file())
    attachment_add(message, file("other.pdf"))
    assert message.attachments.count() == 2


def test_an_empty_file_is_refused(message):
    assert "пуст" in refusal_of(message, file(content=b""))


def test_what_servers_refuse_is_refused_and_nothing_is_kept(message, own_storage):
    assert ".exe" in refusal_of(message, file("a.exe"))
    assert not list(own_storage.iterdir()) and not message.attachments.exists()


def test_together_they_have_ten_megabytes(message):
    AttachmentFactory(message=message, size=9 * MB)
    said = refusal_of(message, file(content=bytes(MB + 1)))
    assert said.startswith("Вместе больше 10 МБ") and "9,0" in said and "1,0" in said
    assert attachment_add(message, file(content=bytes(MB)))
    assert "ссылку" in refusal_of(MessageFactory(), file(content=bytes(10 * MB + 1)))


def test_they_are_not_too_many(message, monkeypatch):
    monkeypatch.setattr(attachments, "MOST", 1)
    attachment_add(message, file())
    assert "1" in refusal_of(message, file("b.pdf"))


def test_a_storage_that_is_full_leaves_the_message_as_it_was(message, monkeypatch):
    def full(name, content):
        raise OSError(28, "full")

    monkeypatch.setattr("django.core.files.storage.default_storage.save", full)
    before = message.updated_at
    assert "места" in refusal_of(message, file())
    message.refresh_from_db()
    assert message.updated_at == before and not message.attachments.exists()


def test_large_ones_are_better_a_link(message):
    assert size_hint([AttachmentFactory(message=message, size=2 * MB)]) == ""
    assert size_hint(message.attachments.all()) == ""
    AttachmentFactory(message=message, size=1)
    assert size_hint(message.attachments.all()).startswith("Лучше ссылкой")


@pytest.mark.parametrize("name, kind", [
    ("a.pdf", "application/pdf"), ("page.html", "text/html"), ("a.PNG", "image/png"),
    ("прайс.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a.tar.gz", "application/gzip"), ("a.bz2", "application/octet-stream"),
    ("a.eml", "application/octet-stream"), ("a.mht", "application/octet-stream"),
    ("a", "application/octet-stream"), ("http://x/y", "application/octet-stream"),
    ("data:text/html,x.pdf", "application/pdf"), ("x" * 250 + ".docx", type_of("a.docx"))])
def test_the_type_is_by_the_name(name, kind):
    assert type_of(name) == kind


def test_a_copy_of_the_message_has_them_too(message):
    attachment_add(message, file())
    assert message_copy(message=message).attachments.get().name == "price.pdf"


def test_deleting_one_changes_the_message_and_the_content_stays(message):
    attachment = attachment_add(message, file())
    before = message.updated_at
    attachment_delete(attachment=attachment)
    message.refresh_from_db()
    assert message.updated_at > before and not message.attachments.exists()
    assert read(ATTACHMENTS, attachment.digest)


@pytest.mark.parametrize("name", ["page.html", "logo.svg", "Прайс, «новый»; \"a\".pdf", "x.js.txt"])
def test_a_download_is_saved_and_never_shown(as_owner, message, name):
    attachment = attachment_add(message, file(name, b"<script>alert(1)</script>"))
    answer = as_owner.get(reverse("mailings:attachment_detail", args=[attachment.pk]))
    assert b"".join(answer) == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    header = EmailMessage()
    header["Content-Disposition"] = answer["Content-Disposition"]
    assert header.get_filename() == attachment.name


def test_managers_may_read_and_nobody_else(as_manager, as_other, message):
    attachment = attachment_add(message, file())
    address = reverse("mailings:attachment_detail", args=[attachment.pk])
    assert read_whole(as_manager.get(address)) == b"%PDF-1.4"
    assert as_other.get(address).status_code == 404
    assert "price.pdf" in as_manager.get(page_of(message)).text
    assert as_manager.post(page_of(message), {"files": file()}).status_code == 403


def test_those_of_a_deleted_message_are_not_there(as_owner, message):
    attachment = attachment_add(message, file())
    message.deleted_at = message.created_at
    message.save()
    address = reverse("mailings:attachment_detail", args=[attachment.pk])
    assert as_owner.get(address).status_code == 404


def test_content_that_is_gone_is_not_found(as_owner, message):
    attachment = AttachmentFactory(message=message)
    address = reverse("mailings:attachment_detail", args=[attachment.pk])
    assert as_owner.get(address).status_code == 404


def test_several_are_added_at_once_and_the_list_is_there(htmx, message):
    answer = htmx.post(page_of(message), {"files": [file("a.pdf"), file("b.pdf", b"b")]})
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "a.pdf" in answer.text and "b.pdf" in answer.text


def test_of_several_the_good_are_added_and_the_others_told_of(htmx, message):
    answer = htmx.post(page_of(message), {"files": [file("a.pdf"), file("b.exe", b"b")]})
    assert answer.status_code == 422 and "b.exe: " in answer.text
    assert [one.name for one in message.attachments.all()] == ["a.pdf"]


def test_nothing_chosen_is_told_so(htmx, message):
    answer = htmx.post(page_of(message))
    assert answer.status_code == 422 and "Выберите файл" in answer.text


def test_without_a_script_the_messages_page_follows(as_owner, message):
    answer = as_owner.post(page_of(message), {"files": file()}, follow=True)
    assert answer.redirect_chain == [(message.get_absolute_url(), 302)]
    assert "price.pdf" in answer.text and "Приложен 1 файл" in answer.text


def test_an_editor_beside_is_told_that_it_was_this_page(htmx, message):
    answer = htmx.post(page_of(message), {"files": file()})
    told = json.loads(answer["HX-Trigger"])["message:touched"]
    assert told["before"] == message.updated_at.isoformat()
    message.refresh_from_db()
    assert told["now"] == message.updated_at.isoformat()


def test_deleting_asks_first_and_the_list_follows(htmx, message):
    attachment = attachment_add(message, file())
    address = reverse("mailings:attachment_delete", args=[attachment.pk])
    assert "price.pdf" in htmx.get(address).text
    answer = htmx.post(address)
    assert answer.status_code == 204 and "attachments:changed" in answer["HX-Trigger"]
    assert not Attachment.objects.filter(pk=attachment.pk).exists()
