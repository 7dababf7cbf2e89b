"""The admin goes by the rules of the forms and writes by the services of the pages."""
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.delivery.services import run_start
from apps.mailings.admin import MailingAdminForm
from apps.mailings.models import Attempt, Mailing, Message, Recipient, Run
from apps.mailings.services import TAKEN, mailing_disable, recipients_bounce_mark
from tests.conftest import client_of
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

from ..recipients.forms import RecipientForm

pytestmark = pytest.mark.django_db
Status = Mailing.Status


@pytest.fixture
def admins(superuser):
    return client_of(superuser)


def url(noun, page, *rows):
    return reverse(f"admin:mailings_{noun}_{page}", args=[row.pk for row in rows])


def person(**changes):
    return {"email": "anna@example.com", "full_name": "Анна Ли", "comment": "", **changes}


def errors(response):
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def window(**changes):
    now = timezone.now()
    times = {"starts_at": now, "ends_at": now + timedelta(days=1), **changes}
    texts = {name: timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") for name, at in times.items()}
    return {"when": "draft", **texts}


def test_what_is_added_is_ones_own(admins, superuser):
    admins.post(url("recipient", "add"), person())
    admins.post(url("message", "add"), {"subject": "Новости", "body": "Тело"})
    assert Recipient.objects.get().owner == Message.objects.get().owner == superuser


@pytest.mark.parametrize("email", ["anna@example.com", "ANNA@example.com"])
def test_an_address_that_the_owner_has_already_is_an_error_at_the_field(
        admins, superuser, email):
    RecipientFactory(owner=superuser, email="anna@example.com")
    assert errors(admins.post(url("recipient", "add"), person(email=email))) == {"email": [TAKEN]}
    assert Recipient.objects.count() == 1


def test_an_edit_is_held_against_the_book_of_its_owner(admins, superuser, owner):
    RecipientFactory(owner=superuser, email="anna@example.com")
    RecipientFactory(owner=owner, email="vera@example.com")
    recipient = RecipientFactory(owner=owner)
    page = url("recipient", "change", recipient)
    assert "email" in errors(admins.post(page, person(email="vera@example.com")))
    assert admins.post(page, person(email="anna@example.com")).status_code == 302
    recipient.refresh_from_db()
    assert (recipient.email, recipient.owner) == ("anna@example.com", owner)


def test_a_lost_race_for_an_address_is_an_error_at_the_field(admins, superuser, monkeypatch):
    RecipientFactory(owner=superuser, email="anna@example.com")
    clean = RecipientForm.clean_email

    def clean_too_early(form):
        """Look before the other one comes; the next look is later."""
        monkeypatch.setattr(RecipientForm, "clean_email", clean)
        return form.cleaned_data["email"]

    monkeypatch.setattr(RecipientForm, "clean_email", clean_too_early)
    assert errors(admins.post(url("recipient", "add"), person())) == {"email": [TAKEN]}


def test_an_address_is_kept_in_a_labels_and_has_no_twin(admins):
    assert admins.post(url("recipient", "add"), person(email="ivan@Пример.рф")).status_code == 302
    assert Recipient.objects.get().email == "ivan@xn--e1afmkfd.xn--p1ai"
    for twin in ("ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"):
        assert "email" in errors(admins.post(url("recipient", "add"), person(email=twin)))


@pytest.mark.parametrize("name", ["Анна\nBcc: a@b.c", "Анна\x85Ли", "Анна\u2028Ли", "А\x07нна"])
def test_control_characters_in_a_name_are_an_error_at_the_field(admins, name):
    assert "full_name" in errors(admins.post(url("recipient", "add"), person(full_name=name)))


def test_another_address_loses_the_mark_that_the_old_one_bounced(admins, owner):
    recipient = RecipientFactory(owner=owner)
    recipients_bounce_mark(replies={recipient.pk: (recipient.email, "550 5.1.1 no such user")})
    admins.post(url("recipient", "change", recipient), person())
    assert Recipient.objects.get().bounced_at is None


def test_the_text_part_that_is_written_here_is_not_made_of_the_html_again(admins, owner):
    message = MessageFactory(owner=owner, kind="html", source="<p>Of the HTML</p>", body="Old")
    admins.post(url("message", "change", message), {"subject": "Новости", "body": "Своё"})
    message.refresh_from_db()
    assert (message.body, message.own_text) == ("Своё", True)


@pytest.mark.parametrize("field, text", [
    ("subject", "Привет\u2028Bcc: a@b.c"), ("subject", "{phone}"), ("body", "{phone}"),
    ("body", "a\x07b")])
def test_a_message_that_no_letter_can_be_is_an_error_at_the_field(admins, owner, field, text):
    message = MessageFactory(owner=owner)
    sent = {"subject": "Новости", "body": "Тело", field: text}
    assert field in errors(admins.post(url("message", "change", message), sent))
    assert field in errors(admins.post(url("message", "add"), sent))


@pytest.fixture
def mailing(owner):
    return MailingFactory(owner=owner, recipients=RecipientFactory.create_batch(2, owner=owner))


def test_a_mailing_takes_what_is_its_owners_alone(admins, superuser, owner, mailing):
    ids = ",".join(str(row.pk) for row in mailing.recipients.all())
    for message, recipients, wrong in [
            (mailing.message, ids, set()),
            (MessageFactory(owner=superuser), ids, {"message"}),
            (mailing.message, str(RecipientFactory(owner=superuser).pk), {"recipients"}),
            (mailing.message, "x", {"recipients"}), (mailing.message, "", {"recipients"})]:
        fields = {**window(), "message": message.pk, "recipients": recipients}
        response = admins.post(url("mailing", "change", mailing), fields)
        assert response.status_code == 302 if not wrong else set(errors(response)) == wrong
    mailing.refresh_from_db()
    assert mailing.owner == owner and mailing.recipients.count() == 2


def test_a_mailing_offers_its_owners_messages_and_recipients_alone(admins, superuser, mailing):
    stranger = MessageFactory(owner=superuser, subject="Чужое")
    page = admins.get(url("mailing", "change", mailing)).content.decode()
    assert mailing.message.subject in page and stranger.subject not in page
    assert f"owner__id__exact={mailing.owner.pk}" in page
    book = admins.get(url("recipient", "changelist"), {"owner__id__exact": superuser.pk})
    assert book.status_code == 200 and book.context["cl"].result_count == 0


@pytest.mark.parametrize("times", [
    {"ends_at": timezone.now() - timedelta(days=1)},
    {"starts_at": timezone.now() + timedelta(days=2)}])
def test_a_mailings_window_is_checked_at_the_field(admins, superuser, times):
    fields = {**window(**times), "message": MessageFactory(owner=superuser).pk,
              "recipients": RecipientFactory(owner=superuser).pk}
    assert "ends_at" in errors(admins.post(url("mailing", "add"), fields))


def test_a_mailing_for_everyone_is_made(admins, superuser):
    RecipientFactory.create_batch(2, owner=superuser)
    message = MessageFactory(owner=superuser)
    admins.post(url("mailing", "add"), {**window(), "message": message.pk, "everyone": "on"})
    assert Mailing.objects.get().everyone and not Mailing.objects.get().recipients.exists()


def test_statuses_are_right_wherever_they_are_read_and_written(admins, mailing):
    Mailing.objects.update(ends_at=timezone.now() - timedelta(minutes=1), status=Status.RUNNING)
    for page in (url("mailing", "changelist"), url("mailing", "change", mailing)):
        Mailing.objects.update(status=Status.RUNNING)
        assert "Завершена" in admins.get(page).content.decode().partition("<h1>")[2]
        assert Mailing.objects.get().status == Status.COMPLETED
    fields = {**window(), "message": mailing.message.pk, "everyone": "on"}
    admins.post(url("mailing", "change", mailing), fields)
    assert Mailing.objects.get().status == Status.CREATED


def test_a_save_undoes_nothing_that_happened_meanwhile(admins, manager, mailing, monkeypatch):
    clean = MailingAdminForm.clean

    def clean_late(form):
        mailing_disable(mailing=mailing, by=manager, disabled=True)
        return clean(form)

    monkeypatch.setattr(MailingAdminForm, "clean", clean_late)
    fields = {**window(), "message": mailing.message.pk, "everyone": "on"}
    assert admins.post(url("mailing", "change", mailing), fields).status_code == 302
    assert Mailing.objects.get().disabled_at


@pytest.mark.parametrize("bulk", [False, True])
def test_what_is_deleted_goes_softly_and_is_recorded(admins, superuser, mailing, bulk):
    recipient = mailing.recipients.first()
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    if bulk:
        admins.post(url("recipient", "changelist"), {
            "action": "delete_selected", "post": "yes", "_selected_action": [recipient.pk]})
    else:
        page = admins.get(url("recipient", "delete", recipient))
        assert page.status_code == 200 and not page.context["protected"]
        admins.post(url("recipient", "delete", recipient), {"post": "yes"})
    assert not Recipient.objects.filter(pk=recipient.pk).exists()
    assert Recipient.all_objects.get(pk=recipient.pk).deleted_at
    assert mailing.runs.get().deliveries.filter(recipient=recipient).exists()
    entry = Entry.objects.get(action="delete")
    assert (entry.who, entry.object_id) == (superuser, recipient.pk)


@pytest.mark.parametrize("bulk", [False, True])
def test_what_is_in_use_stays_and_the_reason_is_said(admins, mailing, bulk):
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    for noun, row, reason in (("message", mailing.message, "1 рассылка"),
                              ("mailing", mailing, "остановите")):
        page, body = url(noun, "delete", row), {"post": "yes"}
        if bulk:
            page = url(noun, "changelist")
            body |= {"action": "delete_selected", "_selected_action": [row.pk]}
        response = admins.post(page, body, follow=True)
        assert reason in response.content.decode().lower()
    assert Message.objects.exists() and Mailing.objects.exists()


def test_a_deleted_one_is_not_found(admins, owner):
    recipient = RecipientFactory(owner=owner, deleted_at=timezone.now())
    assert admins.get(url("recipient", "change", recipient)).status_code == 302
    assert recipient.email not in admins.get(url("recipient", "changelist")).content.decode()


def test_a_runs_letter_is_not_shown(admins, mailing):
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    Run.objects.update(body="Только для вас")
    for page in (url("run", "change", run), url("run", "changelist")):
        assert "Только для вас" not in admins.get(page).content.decode()


@pytest.mark.parametrize("noun", [
    "recipient", "message", "mailing", "run", "delivery", "attempt"])
def test_a_list_costs_the_same_for_one_row_as_for_ten(
        admins, noun, django_assert_max_num_queries):
    for _ in range(10):
        recipient = RecipientFactory()
        mailing = MailingFactory(owner=recipient.owner, recipients=[recipient])
        run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
        Attempt.objects.create(mailing=mailing, owner=mailing.owner, run=run, email="a@example.com",
                               attempted_at=timezone.now(), status=Attempt.Status.SUCCESS)
    with django_assert_max_num_queries(7):
        page = admins.get(url(noun, "changelist"))
    assert page.context["cl"].result_count == 10
