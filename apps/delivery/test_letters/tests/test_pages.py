"""The page of a test, its progress, and what other pages tell of it."""
import pytest
from django.urls import reverse
from django.utils import timezone

from apps.mailings.messages.services import message_save
from apps.mailings.models import Delivery, Message, Run
from tests.conftest import client_of
from tests.factories import (
    MailingFactory, MessageFactory, RecipientFactory, SenderFactory, UserFactory)

from ...models import Throttle, Worker
from ..services import test_start as start
from ..shown import last_test

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def url(message):
    return reverse("delivery:test_letter", args=[message.pk])


@pytest.fixture
def run(message, owner, client_of_shop):
    return start(message=message, by=owner, emails=[owner.email], sender=None,
                 recipient=client_of_shop)


@pytest.fixture
def progress(message, run):
    return reverse("delivery:test_letter_run", args=[message.pk, run.pk])


def answered(run, answer="250 2.0.0 Ok: queued as 7"):
    run.deliveries.update(state=State.SENT, answer=answer)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FINISHED, sent=1)


def post(browser, url, **fields):
    return browser.post(url, {"emails": ["owner@example.com"], "whom": "", **fields})


def test_a_test_is_sent_without_a_script(as_owner, url, owner):
    page = as_owner.get(url)
    assert 'value="owner@example.com"' in page.text and "checked" in page.text
    answer = post(as_owner, url)
    run = Run.objects.get()
    assert answer.url == reverse("delivery:test_letter_run", args=[run.message_id, run.pk])
    assert "owner@example.com" in as_owner.get(answer.url).text
    assert (run.test, run.mailing, run.total, run.owner) == (True, None, 1, owner)


def test_in_a_modal_the_progress_takes_the_place_of_the_form(htmx, url):
    answer = post(htmx, url)
    assert answer.status_code == 200 and 'hx-trigger="every 2s"' in answer.text
    assert "<html" not in answer.text and "tests:changed" in answer.headers["HX-Trigger"]


def test_the_letter_is_as_the_named_client_gets_it(as_owner, url, owner):
    RecipientFactory(owner=owner, email="boris@example.com", full_name="Борис Годунов")
    post(as_owner, url, whom="борис")
    assert Delivery.objects.get().full_name == "Борис Годунов"
    assert Delivery.objects.get().recipient is None


def test_a_client_may_be_named_as_the_page_offers_them(as_owner, url, client_of_shop):
    assert "Анна Ли &lt;anna@example.com&gt;" in as_owner.get(url).text
    post(as_owner, url, whom="Анна Ли <anna@example.com>")
    assert Delivery.objects.get().full_name == "Анна Ли"


def test_the_preview_hands_its_client_over(as_owner, url, owner):
    boris = RecipientFactory(owner=owner, email="boris@example.com", full_name="Яна")
    assert "boris@example.com" in str(as_owner.get(f"{url}?to={boris.pk}").context["form"]["whom"])


@pytest.mark.parametrize("to", ["0", "x", "9" * 40, "-1"])
def test_another_number_is_the_first_client(as_owner, url, to):
    assert "anna@example.com" in as_owner.get(f"{url}?to={to}").text


def test_anothers_client_fills_no_letter(as_owner, url):
    stranger = RecipientFactory(full_name="Чужой Человек")
    answer = post(as_owner, url, whom="Чужой")
    assert answer.status_code == 422 and not Run.objects.exists()
    assert "Чужой Человек" not in as_owner.get(f"{url}?to={stranger.pk}").text


def test_an_owner_without_clients_gets_a_sample(owner, as_owner):
    message = MessageFactory(owner=owner)
    post(as_owner, reverse("delivery:test_letter", args=[message.pk]))
    assert Delivery.objects.get().full_name == "Анна Смирнова"


@pytest.mark.parametrize("emails", [
    [], ["stranger@example.com"], ["owner@example.com", "stranger@example.com"]])
def test_a_tampered_form_reaches_no_stranger(as_owner, url, emails):
    assert post(as_owner, url, emails=emails).status_code == 422
    assert not Run.objects.exists()


def test_an_address_that_is_sent_twice_gets_one_letter(as_owner, url):
    post(as_owner, url, emails=["owner@example.com"] * 7)
    assert Delivery.objects.count() == Run.objects.get().total == 1


def test_anothers_sender_is_not_taken(as_owner, url, owner):
    SenderFactory(owner=owner)
    answer = post(as_owner, url, sender=SenderFactory().pk)
    assert answer.status_code == 422 and not Run.objects.exists()


def test_the_default_sender_is_chosen_and_told_what_is_wrong_with_it(as_owner, url, owner):
    SenderFactory(owner=owner, name="Первый")
    chosen = SenderFactory(owner=owner, name="Главный", is_default=True, confirmed_at=None)
    page = as_owner.get(url)
    assert page.context["sender"] == chosen and page.context["sender_reason"] in page.text
    answer = post(as_owner, url, sender=chosen.pk)
    assert answer.status_code == 422 and not Run.objects.exists()


def test_a_used_up_limit_is_told_before_and_after(as_owner, url, owner):
    sender = SenderFactory(owner=owner, per_day=5)
    sender.refresh_from_db()
    now = timezone.now()
    Throttle.objects.create(sender=sender, free_at=now + timezone.timedelta(hours=3),
                            booked_at=now, used_up="per_day")
    assert "5 писем в сутки" in as_owner.get(url).text.replace("\xa0", " ")
    Worker.objects.create(token="w", host="h", pid=1, seen_at=now)
    progress = post(as_owner, url, sender=sender.pk).url
    page = as_owner.get(progress).text.replace("\xa0", " ")
    assert "5 писем в сутки" in page and 'hx-trigger="every 15s"' in page


def test_unknown_fields_are_told(as_owner, url, message):
    Message.objects.update(body="{имечко}")
    assert "{имечко}" in as_owner.get(url).text
    answer = post(as_owner, url)
    assert answer.status_code == 422 and "{имечко}" in answer.text


def test_without_a_worker_the_page_says_that_letters_wait(as_owner, url, progress):
    assert "manage.py sender" in as_owner.get(url).text
    assert "manage.py sender" in as_owner.get(progress).text
    Worker.objects.create(token="w", host="h", pid=1, seen_at=timezone.now())
    assert "manage.py sender" not in as_owner.get(progress).text


def test_progress_ends_with_the_servers_own_words(htmx, run, progress):
    assert "every 2s" in htmx.get(progress).text
    answered(run)
    page = htmx.get(progress)
    assert "250 2.0.0 Ok: queued as 7" in page.text and "hx-trigger" not in page.text
    assert "tests:changed" in page.headers["HX-Trigger"]


def test_a_test_that_was_called_off_tells_why(as_owner, run, progress):
    run.deliveries.update(state=State.CANCELLED)
    Run.objects.update(state=Run.State.STOPPED, reason="server", skipped=1,
                       server_words="535 5.7.8 Wrong password")
    assert "535 5.7.8 Wrong password" in as_owner.get(progress).text


def test_the_test_of_a_deleted_message_stays_told(as_owner, run, progress, url):
    answered(run)
    Message.objects.update(deleted_at=timezone.now())
    assert "250 2.0.0 Ok" in as_owner.get(progress).text
    assert as_owner.get(url).status_code == 404


def test_the_address_of_a_test_is_its_messages(as_owner, owner, run):
    another = MessageFactory(owner=owner)
    url = reverse("delivery:test_letter_run", args=[another.pk, run.pk])
    assert as_owner.get(url).status_code == 404


def test_no_mailings_run_is_shown_as_a_test(as_owner, owner, message):
    mailing = MailingFactory(owner=owner, message=message)
    run = Run.objects.create(mailing=mailing, owner=owner, trigger="page")
    url = reverse("delivery:test_letter_run", args=[message.pk, run.pk])
    assert as_owner.get(url).status_code == 404


def test_others_see_no_test(as_other, as_manager, url, progress):
    for address in (url, progress, f"{url}last/"):
        assert as_other.get(address).status_code == 404
        assert as_manager.get(address).status_code == 403
    assert post(as_manager, url).status_code == 403


def test_the_check_page_asks_for_a_test_and_takes_one_of_this_very_letter(
        as_owner, owner, message, run, client_of_shop):
    mailing = MailingFactory(owner=owner, message=message, recipients=[client_of_shop])
    check = reverse("delivery:start", args=[mailing.pk])
    Run.objects.all().update(message=MessageFactory(owner=owner))
    assert "Вы ещё не присылали это письмо себе" in as_owner.get(check).text
    Run.objects.all().update(message=message)
    answered(run)
    assert "принял пробу именно этого письма" in as_owner.get(check).text
    message.body = "Иначе"
    message_save(message=message)
    page = as_owner.get(check).text
    assert "После последней пробы письмо изменилось" in page and "Отправить" in page


def test_a_test_tells_whether_it_says_what_the_message_does(run, message):
    assert last_test(message).is_same
    message.subject = "Другое"
    assert not last_test(message).is_same


def test_the_last_test_tells_first_of_the_letter_that_failed(owner, message, run):
    answered(run)
    bad = Delivery.objects.create(run=run, email="other@example.com", full_name="",
                                  state=State.FAILED, answer="550 5.1.1 User unknown")
    test = last_test(message)
    assert (test.worst, test.more, test.is_fine) == (bad, 1, False)
    assert "User unknown" in test.words


def test_the_part_of_a_page_follows_the_test(htmx, as_owner, url, run):
    assert "every 2s" in htmx.get(f"{url}last/").text
    answered(run)
    part = htmx.get(f"{url}last/?check=1").text
    assert "250 2.0.0 Ok" in part and "every 2s" not in part and part.strip().startswith("<li")
    assert as_owner.get(f"{url}last/").url == url


def test_an_owner_without_a_confirmed_address_is_led_to_one(message):
    user = UserFactory()
    browser = client_of(user)
    url = reverse("delivery:test_letter", args=[MessageFactory(owner=user).pk])
    assert "/test-addresses/" in browser.get(url).text
    assert post(browser, url).status_code == 422
