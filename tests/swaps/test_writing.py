"""The page of a message: the letter beside the editor, what is wrong in it, kept drafts."""
import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mailings.models import Draft, Message
from tests.factories import MessageFactory, RecipientFactory

from .inventory import swaps


@pytest.fixture
def message(owner):
    for name in ("Анна", "Борис", "Вера"):
        RecipientFactory(owner=owner, full_name=name)
    return MessageFactory(owner=owner)


@pytest.fixture
def editor(open_page, message):
    return open_page(reverse("mailings:message_edit", args=[message.pk]))


@swaps("mailings:message_preview")
def test_the_letter_beside_the_editor_is_that_of_a_saved_one(editor):
    editor.fill("[name=subject]", "Для {имя}, {фамилиа}")
    editor.fill("[name=body]", "Пишем на {email}, {{имя}}")
    editor.send(".app-preview")
    assert "Для Анна" in editor.one(".app-preview").get_text()
    assert "{фамилия}" in editor.one("#unknown-subject").get_text()
    assert "{{имя}}" in editor.one("#unknown-body").get_text()
    Message.objects.update(subject="Для {имя}, {фамилиа}", body="Пишем на {email}, {{имя}}")
    editor.check_fresh(but="h1, title, .app-crumb, [name=_version]")


@swaps("mailings:message_preview", "mailings:message_preview")
def test_the_letter_to_another_recipient_is_the_same_with_a_script_and_without(
        editor, as_owner, message):
    editor.fill("[name=subject]", "Для {имя}")
    editor.send("#letter-after")
    assert "Для Борис" in editor.one("#letter").get_text()
    editor.send(".app-preview")
    assert "Для Борис" in editor.one("#letter").get_text()
    editor.send("#letter-before")
    editor.send("#letter-before")
    assert "Для Вера" in editor.one("#letter").get_text()
    editor.check_shows(as_owner.post(editor.address, {
        "subject": "Для {имя}", "body": message.body, "_for": "2",
        "_version": message.updated_at.isoformat()}))
    assert not Message.objects.filter(subject="Для {имя}").exists()


@swaps("mailings:draft_drop")
def test_a_draft_that_is_thrown_away_is_gone_and_the_others_stay(open_page, owner):
    for key in ("a" * 8, "b" * 8):
        Draft.objects.create(owner=owner, place="message:new", key=key, data={},
                             updated_at=timezone.now())
    page = open_page("/messages/create/")
    page.send(f"[data-draft-key={'a' * 8}] form")
    assert page.one("[data-draft-key]")["data-draft-key"] == "b" * 8
    page.check_fresh()
