"""The page before a send: what it says is what happens."""
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.delivery import audience
from apps.delivery.models import Worker
from apps.mailings.models import Delivery, Ground, Mailing, Message, Recipient, Run
from apps.mailings.messages.services import message_save
from apps.users.models import User
from tests.factories import BounceMailboxFactory, RecipientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(mailing):
    return reverse("delivery:start", args=[mailing.pk])


@pytest.fixture
def bounced(mailing):
    """One of the mailing's three has no mailbox."""
    Recipient.objects.filter(email="boris@example.com").update(bounced_at=timezone.now())


def words(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def number(page):
    """Return the number on the button that sends; None without one."""
    found = re.search(r"Отправить (\d+) получател", words(page))
    return int(found[1]) if found else None


def shown(page):
    """Return what the page's form would post."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page.content.decode()))


def test_the_number_on_the_button_is_the_number_that_goes(as_owner, url, mailing, bounced):
    page = as_owner.get(url)
    assert number(page) == 2 and "Пропустим 1" in words(page)
    assert "boris@example.com" in words(page)
    told = as_owner.post(url, shown(page), follow=True)
    assert "Отправляем 2 получателям" in words(told)
    run = Run.objects.get()
    assert run.total == 3 and run.deliveries.filter(recipient__bounced_at=None).count() == 2


@pytest.mark.parametrize("again, going", [("", 1), ("1", 2)])
def test_the_rest_and_everybody_are_counted_as_a_start_takes_them(
        as_owner, url, mailing, bounced, again, going):
    run = Run.objects.create(mailing=mailing, owner=mailing.owner, state=Run.State.FINISHED)
    anna = Recipient.objects.get(email="anna@example.com")
    Delivery.objects.create(run=run, recipient=anna, email=anna.email, state="sent")
    page = as_owner.get(url, {"again": again})
    assert number(page) == going
    as_owner.post(url, shown(page))
    started = Run.objects.latest("pk")
    assert started != run and audience.going_in(started) == going


def test_when_the_number_has_changed_nothing_is_sent_and_the_page_is_shown_anew(
        htmx, url, mailing):
    page = htmx.get(url)
    mailing.recipients.add(RecipientFactory(owner=mailing.owner))
    again = htmx.post(url, shown(page))
    assert again.status_code == 409 and not Run.objects.exists()
    assert "Число получателей изменилось" in words(again) and number(again) == 4
    htmx.post(url, shown(again))
    assert Run.objects.get().total == 4


def test_a_letter_that_was_edited_after_it_was_checked_is_shown_anew_before_it_goes(
        htmx, url, mailing):
    page = htmx.get(url)
    message_save(message=Message(pk=mailing.message_id, owner=mailing.owner, subject="Другая",
                                 body="Другое"), fields=["subject", "body"])
    again = htmx.post(url, shown(page))
    assert again.status_code == 409 and not Run.objects.exists()
    assert "письмо изменили" in words(again) and "Другая" in words(again)
    htmx.post(url, shown(again))
    assert Run.objects.get().subject == "Другая"


def test_two_windows_send_to_everybody_again_once(htmx, url, mailing):
    Run.objects.create(mailing=mailing, owner=mailing.owner, state=Run.State.FINISHED)
    page = htmx.get(url, {"again": "1"})
    htmx.post(url, shown(page))
    Run.objects.update(state=Run.State.FINISHED)
    assert htmx.post(url, shown(page)).status_code == 409
    assert Run.objects.count() == 2


def test_who_is_left_out_is_named_with_the_reason(as_owner, url, mailing, bounced):
    Recipient.objects.filter(email="vera@example.com").update(deleted_at=timezone.now())
    page = as_owner.get(url)
    assert page.context["audience"] == audience.Audience(going=1, bounced=1, deleted=1)
    assert "Пропустим 2" in words(page)


def test_the_letter_is_shown_as_the_first_recipient_gets_it(as_owner, url, mailing):
    Message.objects.update(subject="Для {full_name}", body="На {email}")
    page = as_owner.get(url)
    assert "Для Анна Ли" in words(page) and "На anna@example.com" in words(page)


def test_what_needs_a_look_is_amber(as_owner, url, mailing, settings):
    Worker.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())
    settings.EMAIL_URL = "smtp://mail.example"
    settings.BASE_URL = "https://vestnik.example"
    mailbox = BounceMailboxFactory(sender__owner=mailing.owner)
    Mailing.objects.update(sender=mailbox.sender)
    Recipient.objects.update(ground=Ground.objects.create(owner=mailing.owner, text="Форма"))
    assert as_owner.get(url).text.count("app-mark-amber") == 1  # no test of the letter yet
    Mailing.objects.update(sender=None)
    settings.DEFAULT_FROM_EMAIL = "Вестник <vestnik@localhost.localdomain>"
    settings.EMAIL_URL = ""
    settings.CATCHER = False
    Worker.objects.all().delete()
    Message.objects.update(body="Привет, {name}")
    Mailing.objects.update(starts_at=timezone.now() + timedelta(hours=1))
    page = as_owner.get(url)
    assert page.content.decode().count("app-mark-amber") == 5
    assert "Свой адрес задаёт администратор сервиса" in words(page)
    assert "manage.py sender" in words(page) and page.context["unknown_fields"] == ["{name}"]


def test_only_who_runs_the_service_reads_the_names_of_settings(as_owner, url, mailing, settings):
    settings.DEFAULT_FROM_EMAIL = "Вестник <vestnik@localhost.localdomain>"
    settings.EMAIL_URL = ""
    settings.CATCHER = False
    page = words(as_owner.get(url))
    assert "DEFAULT_FROM_EMAIL" not in page and "EMAIL_URL" not in page
    User.objects.update(is_superuser=True)
    page = words(as_owner.get(url))
    assert "DEFAULT_FROM_EMAIL" in page and "EMAIL_URL" in page


def test_a_dear_count_comes_after_the_page_and_the_button_waits(
        as_owner, htmx, url, mailing, monkeypatch):
    monkeypatch.setattr(audience, "DEAR", 2)
    page = as_owner.get(url)
    assert number(page) is None and "Считаем…" in words(page)
    assert "audience" not in page.context and "disabled" in page.content.decode()
    fragment = re.search(r'hx-get="([^"]+)" hx-trigger="load"', page.content.decode())[1]
    assert number(htmx.get(fragment)) == 3
    scriptless = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.content.decode())
    assert number(as_owner.get(url + scriptless[1])) == 3


@pytest.mark.parametrize("changes, reason", [
    ({"disabled_at": timezone.now()}, "отключил"),
    ({"ends_at": timezone.now(), "starts_at": timezone.now() - timedelta(days=1)}, "закончилось"),
])
def test_what_can_not_be_sent_has_no_button_and_says_why(as_owner, url, changes, reason):
    Mailing.objects.update(**changes)
    page = as_owner.get(url)
    assert number(page) is None and reason in words(page)
    assert as_owner.post(url, {"confirm": "1"}).status_code == 409


def test_with_nobody_left_there_is_no_button(as_owner, url, mailing):
    Recipient.objects.update(bounced_at=timezone.now())
    page = as_owner.get(url)
    assert number(page) is None and "expected" not in shown(page)


def test_the_page_is_the_owners(as_other, as_manager, url):
    assert as_other.get(url).status_code == 404
    assert as_manager.get(url).status_code == 403


@pytest.mark.parametrize("people", [1, 50])
def test_the_page_costs_as_many_queries_for_one_as_for_many(
        as_owner, url, mailing, people, django_assert_max_num_queries):
    mailing.recipients.set(RecipientFactory.create_batch(
        people, owner=mailing.owner, bounced_at=timezone.now()))
    with django_assert_max_num_queries(23):  # two ask for machines
        as_owner.get(url)
