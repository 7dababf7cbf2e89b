import re

import pytest
from django.urls import reverse

from apps.mailings.models import Message
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

CREATE = "/messages/create/"


def fields(**changes):
    return {"subject": "Новости", "body": "Здравствуйте, {full_name|друг}!", **changes}


def test_a_person_writes_a_message(as_owner, owner):
    response = as_owner.post(CREATE, fields())
    message = Message.objects.get()
    assert message.owner == owner and response.url == message.get_absolute_url()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x1c", "\x85", "\u2028"])
def test_a_subject_that_would_break_a_header_is_refused_at_the_field(as_owner, end):
    response = as_owner.post(CREATE, fields(subject=f"Привет{end}Bcc: a@b.c"))
    assert response.status_code == 422 and "subject" in response.context["form"].errors
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["{name}", "{full_name} {phone|x}", "{__class__}"])
@pytest.mark.parametrize("field", ["subject", "body"])
def test_an_unknown_personal_field_is_an_error_at_the_field(as_owner, field, text):
    response = as_owner.post(CREATE, fields(**{field: text}))
    assert response.status_code == 422 and field in response.context["form"].errors


@pytest.mark.parametrize("text", [
    "{{ 7*7 }}", "{% load static %}", "p { a: b }", "{}", "{имя}", "{name!r.__class__}",
    "цена {5 руб", "строка\n.\nстрока", "<img src=x onerror=alert(1)>", "</textarea><script>",
])
def test_any_other_text_goes_through_as_it_is(as_owner, text):
    as_owner.post(CREATE, fields(body=text))
    assert Message.objects.get().body == text
    page = as_owner.get(Message.objects.get().get_absolute_url()).content.decode()
    assert "<img src=x" not in page and "<script>" not in page


def test_line_ends_are_kept_as_line_feeds(as_owner):
    as_owner.post(CREATE, fields(body="a\r\nb\rc\x0bd"))
    assert Message.objects.get().body == "a\nb\nc\nd"


@pytest.mark.parametrize("body", ["\x00", "a\x07b"])
def test_characters_that_no_letter_carries_are_refused(as_owner, body):
    assert as_owner.post(CREATE, fields(body=f"текст {body}")).status_code == 422


def test_the_preview_shows_the_first_recipients_letter_escaped(htmx, owner):
    RecipientFactory(owner=owner, full_name="Анна <b>Ли</b>")
    page = htmx.post("/messages/preview/", fields(subject="Для {full_name}")).content.decode()
    assert "Для Анна &lt;b&gt;Ли&lt;/b&gt;" in page and "<b>" not in page


def test_a_message_in_use_is_not_deleted_and_the_reason_is_said(as_owner, htmx, owner):
    message = MailingFactory(owner=owner).message
    url = reverse("mailings:message_delete", args=[message.pk])
    assert htmx.post(url).status_code == 409
    assert "1 рассылка" in as_owner.get(url).content.decode()
    assert Message.objects.count() == 1


def test_a_message_that_nothing_uses_is_deleted(as_owner, owner):
    message = MessageFactory(owner=owner)
    as_owner.post(reverse("mailings:message_delete", args=[message.pk]))
    assert not Message.objects.exists() and Message.all_objects.exists()


def test_lists_cost_the_same_for_one_row_as_for_twenty(
        as_owner, owner, django_assert_max_num_queries):
    MessageFactory.create_batch(20, owner=owner)
    with django_assert_max_num_queries(8):
        as_owner.get("/messages/")


def test_from_a_message_the_next_step_is_a_mailing_of_it(as_owner, owner):
    message = MessageFactory(owner=owner)
    address = f"/mailings/create/?message={message.pk}"
    assert f'href="{address}"' in as_owner.get(message.get_absolute_url()).content.decode()
    page = as_owner.get(address).content.decode()
    assert f'<option value="{message.pk}" selected' in page


@pytest.mark.parametrize("address", ["/messages/", "/mailings/", "/"])
def test_messages_and_mailings_are_written_on_pages_never_in_the_modal(as_owner, owner, address):
    MailingFactory(owner=owner)
    page = as_owner.get(address).content.decode()
    assert not re.search(r'hx-get="/(messages|mailings)/(create|\d+/edit)/', page)
    assert "/create/" in page


@pytest.mark.parametrize("changes, words", [
    ({"body": "Открыть в браузере ({ссылка на письмо})\n\nСвежий хлеб"}, ">Свежий хлеб<"),
    ({"body": "Open in a browser ({web_version})\nFresh bread"}, ">Fresh bread<"),
    ({"body": "Fresh bread ({name})"}, ">Fresh bread ({name})<"),
    ({"body": "Fresh bread", "preheader": "From our oven"}, ">From our oven<"),
])
def test_the_list_shows_how_a_message_begins(as_owner, owner, changes, words):
    MessageFactory(owner=owner, **changes)
    assert words in as_owner.get("/messages/").text


@pytest.mark.parametrize("kind", Message.Kind)
def test_files_are_attached_beside_each_editor(as_owner, owner, kind):
    message = MessageFactory(owner=owner, kind=kind, source="<p>a</p>")
    page = as_owner.get(reverse("mailings:message_edit", args=[message.pk])).text
    assert f'action="/messages/{message.pk}/attachments/"' in page


@pytest.mark.parametrize("kind", ["text", "html", "mjml"])
def test_files_are_attached_once_there_is_a_message(as_owner, kind):
    page = as_owner.get(f"{CREATE}?kind={kind}").text
    assert "когда сообщение сохранено" in page and "attachment-files" not in page


def test_from_the_list_one_comes_to_the_branding_and_the_pictures(as_owner):
    page = as_owner.get("/messages/").text
    for address in ("branding", "pictures"):
        assert f'href="/messages/{address}/"' in page


@pytest.mark.parametrize("kind", ["text", "html", "mjml"])
def test_htmx_gets_the_form_of_each_editor_with_what_is_wrong(htmx, kind):
    response = htmx.post(f"{CREATE}?kind={kind}", {"subject": "", "kind": kind})
    assert response.status_code == 422
    assert "<html" not in response.text and 'name="subject"' in response.text
