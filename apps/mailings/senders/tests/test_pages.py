"""A sender's pages: list, what the check says, confirmation, who sees what."""
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.utils import timezone

from apps.audit.models import Entry
from apps.jobs.models import Job
from apps.mailings.models import Run, Sender
from apps.mailings.senders.confirming import token_of
from tests.factories import MailingFactory, SenderFactory

pytestmark = pytest.mark.django_db
LIST = "/senders/"


def post(client, address, sent, status=302):
    answer = client.post(address, sent)
    assert answer.status_code == status
    return answer


def test_an_empty_list_says_what_a_sender_is(as_owner):
    page = as_owner.get(LIST).text
    assert "app-first" in page and f"{LIST}create/" in page


def test_another_sender_becomes_the_default(as_owner, owner, lavka):
    other = SenderFactory(owner=owner)
    for _click in range(2):
        post(as_owner, f"{LIST}{other.pk}/default/", {})
    assert list(Sender.objects.filter(is_default=True)) == [other]
    assert Entry.objects.filter(action="account").count() == 1


def test_the_page_asks_for_itself_while_the_check_is_made(as_owner, htmx, lavka, checks):
    address = f"{LIST}{lavka.pk}/"
    assert "every 1s" not in as_owner.get(address).text
    for _click in range(2):
        part = htmx.post(f"{address}check/").text
    assert "every 1s" in part and "Проверяем" in part and checks.count() == 1
    assert htmx.get(address).text.strip() == part.strip()
    checks.update(state=Job.State.DONE)
    assert "every 1s" not in htmx.get(address).text


def test_a_check_that_nobody_makes_is_said_to_wait(as_owner, htmx, lavka, checks):
    address = f"{LIST}{lavka.pk}/"
    assert "фоновые задачи" not in htmx.post(f"{address}check/").text
    checks.update(created_at=timezone.now() - timedelta(seconds=31))
    part = htmx.get(address).text
    assert "фоновые задачи" in part and "every 15s" in part and "every 1s" not in part
    checks.update(state=Job.State.DONE)
    assert "фоновые задачи" not in htmx.get(address).text


@pytest.mark.parametrize(("trouble", "is_asked"), [
    ("login", True), ("app_password", True), ("silent", False), ("", False)])
def test_where_a_password_is_wrong_its_field_is_a_click_away(as_owner, lavka, trouble, is_asked):
    Sender.objects.update(trouble=trouble)
    page = as_owner.get(f"{LIST}{lavka.pk}/").text
    assert (f"{LIST}{lavka.pk}/edit/#id_new_password" in page) is is_asked


def test_what_is_wrong_stands_there_with_the_servers_words(as_owner, lavka):
    Sender.objects.update(trouble="login", server_words="535 5.7.8 nope", verified_at=None)
    page = as_owner.get(f"{LIST}{lavka.pk}/").text
    assert "535 5.7.8 nope" in page and "app-red" in page
    assert "app-red" in as_owner.get(LIST).text


def test_a_good_account_says_when_it_was_checked(as_owner, lavka):
    Sender.objects.update(verified_at=datetime(2026, 11, 28, 11, 20, tzinfo=UTC))
    assert "Проверен 28 ноября в 14:20" in as_owner.get(LIST).text


@pytest.mark.parametrize(("name", "hinted"), [
    ("Лавка чая", False), ("Ольга, «Лавка»", False), ("olga@gmail.com", True), ("Лавка 🍵", True)])
def test_a_name_that_mail_services_distrust_is_taken_with_a_hint(as_owner, lavka, name, hinted):
    Sender.objects.update(name=name)
    page = as_owner.get(f"{LIST}{lavka.pk}/").text
    assert ("доверия" in page) is hinted


def test_stopped_runs_may_go_on_once_the_account_is_good(as_owner, owner, lavka):
    mailing = MailingFactory(owner=owner, sender=lavka)
    Run.objects.create(mailing=mailing, owner=owner, sender=lavka, trigger="page", subject="x",
                       body="x", state="paused", reason="sender")
    answer = as_owner.get(f"{LIST}{lavka.pk}/")
    assert "/resume/" in answer.text


def test_the_link_of_the_letter_confirms_by_a_button(as_owner, as_other, as_manager, lavka):
    Sender.objects.update(confirmed_at=None)
    lavka.refresh_from_db()
    link = f"{LIST}{lavka.pk}/confirm/{token_of(lavka)}/"
    assert as_other.get(link).status_code == as_manager.post(link).status_code == 404
    assert "Подтвердить" in as_owner.get(link).text
    assert not Sender.objects.get().confirmed_at
    post(as_owner, link, {})
    assert Sender.objects.get().confirmed_at
    assert as_owner.get(link).status_code == 302


def test_a_link_of_an_older_address_confirms_nothing(as_owner, lavka):
    link = f"{LIST}{lavka.pk}/confirm/{token_of(lavka)}/"
    Sender.objects.update(confirmed_at=None, address="anna@lavka.example")
    post(as_owner, link, {})
    assert not Sender.objects.get().confirmed_at


def test_another_letter_is_sent_once_a_minute(as_owner, lavka):
    Sender.objects.update(confirmed_at=None)
    for _click in range(2):
        post(as_owner, f"{LIST}{lavka.pk}/letter/", {})
    assert len(mail.outbox) == 1


def test_a_manager_sees_name_and_address_and_no_account(as_manager, lavka):
    Sender.objects.update(reply_to="info@lavka.example", server_words="535 olga", trouble="login")
    for address in (LIST, f"{LIST}{lavka.pk}/"):
        page = BeautifulSoup(as_manager.get(address).text, "html.parser").main.get_text(" ")
        assert "Лавка чая" in page and "olga@lavka.example" in page and "info@lavka" in page
        assert "mx.example.com" not in page and "535" not in page
    forms = BeautifulSoup(as_manager.get(f"{LIST}{lavka.pk}/").text, "html.parser").main
    assert not forms.select("form, .app-title .btn")


def test_a_stranger_finds_nothing(as_other, lavka):
    assert "Лавка чая" not in as_other.get(LIST).text
    assert as_other.get(f"{LIST}{lavka.pk}/").status_code == 404
