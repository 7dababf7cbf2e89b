import pytest

from tests.factories import MessageFactory

from ...services import message_save

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def message(owner):
    return message_save(message=MessageFactory.build(
        owner=owner, kind="html", subject="Чай",
        source='<p>Сегодня привезли новый чай, и он уже стоит на полках.\n<a href="">x</a>'))


def page(client, message, user, **headers):
    client.force_login(user)
    return client.get(f"/messages/{message.pk}/lint/", headers=headers).content.decode()


def test_htmx_gets_the_remarks_alone_and_others_a_page(client, message, owner):
    assert "<html" in page(client, message, owner)
    fragment = page(client, message, owner, **HTMX)
    assert "<html" not in fragment
    assert "Ссылка никуда не ведёт" in fragment


def test_a_line_leads_to_the_source_of_its_owner_alone(client, message, owner, manager):
    link = f'href="/messages/{message.pk}/edit/#line-2"'
    assert link in page(client, message, owner)
    assert link not in page(client, message, manager)


def test_a_letter_without_remarks_says_so(client, owner):
    message = MessageFactory(owner=owner, subject="Чай")
    assert "Замечаний нет." in page(client, message, owner)


def test_words_of_the_letter_are_escaped(client, owner):
    message = message_save(message=MessageFactory.build(
        owner=owner, kind="html", preheader="a", subject="<script>alert(1)</script>",
        source='<p>a</p><p style="display:none">&lt;script&gt;x()</p>'))
    text = page(client, message, owner)
    assert "<script>alert" not in text
    assert "<script>x()" not in text
    assert "&lt;script&gt;x()" in text


def test_notes_on_mail_programs_are_in_the_reader_s_language(client, owner):
    message = message_save(message=MessageFactory.build(
        owner=owner, kind="html", source='<p style="margin:-4px">a'))
    assert "Отрицательные значения не поддерживаются." in page(client, message, owner)
