from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.delivery.services import run_start
from apps.mailings.models import Mailing, Recipient, Run
from apps.mailings.services import mailing_disable
from apps.users.models import User
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

from ..mailings.forms import MailingForm

CREATE = "/mailings/create/"
Status = Mailing.Status
pytestmark = pytest.mark.django_db


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def fields(owner):
    now = timezone.now()
    recipients = RecipientFactory.create_batch(2, owner=owner)
    return {"message": MessageFactory(owner=owner).pk, "starts_at": local(now),
            "ends_at": local(now + timedelta(days=1)),
            "recipients": [row.pk for row in recipients]}


def errors(response):
    assert response.status_code == 422
    return set(response.context["form"].errors)


def test_a_person_makes_a_mailing(as_owner, owner, fields):
    response = as_owner.post(CREATE, fields)
    mailing = Mailing.objects.get()
    assert (mailing.owner, mailing.status) == (owner, Status.CREATED)
    assert mailing.recipients.count() == 2 and response.url == mailing.get_absolute_url()


def test_thousands_of_recipients_go_through_one_form(as_owner, owner, fields):
    Recipient.objects.bulk_create(
        Recipient(owner=owner, email=f"c{n}@example.org", full_name="К") for n in range(3000))
    pks = list(Recipient.objects.values_list("pk", flat=True))
    as_owner.post(CREATE, {**fields, "recipients": pks})
    as_owner.post(CREATE, {**fields, "recipients": ",".join(map(str, pks))})
    as_owner.post(CREATE, {**fields, "recipients": [], "everyone": "on"})
    assert [mailing.recipients.count() for mailing in Mailing.objects.all()] == [0, 3002, 3002]
    assert Mailing.objects.first().everyone


def test_finding_and_adding_without_javascript_keeps_what_was_typed(as_owner, owner, fields):
    RecipientFactory(owner=owner, full_name="Ёлкина Вера")
    form = {**fields, "find": "ёлкина"}
    page = as_owner.post(CREATE, {**form, "_find": "1"})
    assert page.status_code == 200 and page.context["found_number"].counted == 1
    assert page.context["picked"].count == 2
    page = as_owner.post(CREATE, {**form, "_add": "1"})
    assert page.context["picked"].count == 3
    assert f'value="{fields["ends_at"]}"' in page.content.decode()
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("changes, field", [
    ({"ends_at": "2020-01-01T10:00"}, "ends_at"),
    ({"starts_at": "2020-01-01T10:00", "ends_at": "2020-01-02T10:00"}, "ends_at"),
    ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
    ({"ends_at": "9999-12-31T23:59"}, "ends_at"),
    ({"starts_at": "вчера"}, "starts_at"), ({"starts_at": ""}, "starts_at"),
    ({"recipients": []}, "recipients"), ({"recipients": ["1" * 20]}, "recipients"),
    ({"recipients": ["9" * 5000]}, "recipients"), ({"recipients": ["x"]}, "recipients"),
    ({"recipients": [str(2 ** 63)]}, "recipients"), ({"message": "9" * 20}, "message"),
    ({"message": ""}, "message"),
])
def test_bad_input_is_an_error_at_its_field(as_owner, fields, changes, field):
    assert field in errors(as_owner.post(CREATE, {**fields, **changes}))
    assert not Mailing.objects.exists()


def test_somebody_elses_message_and_recipients_can_not_be_taken(as_owner, other, fields):
    theirs = {"message": MessageFactory(owner=other).pk,
              "recipients": [RecipientFactory(owner=other).pk]}
    assert errors(as_owner.post(CREATE, {**fields, **theirs})) == {"message", "recipients"}


def test_a_time_that_the_clocks_skip_names_the_nearest_ones(as_owner, fields):
    User.objects.update(time_zone="Europe/Berlin")
    response = as_owner.post(CREATE, {**fields, "starts_at": "2027-03-28T02:30"})
    assert "01:30" in str(response.context["form"].errors["starts_at"])
    assert "03:30" in str(response.context["form"].errors["starts_at"])


def test_a_time_that_comes_twice_is_the_first_of_them(as_owner, fields):
    User.objects.update(time_zone="Europe/Berlin")
    as_owner.post(CREATE, {**fields, "starts_at": "2027-10-31T02:30",
                           "ends_at": "2027-11-01T00:00"})
    assert Mailing.objects.get().starts_at.isoformat().startswith("2027-10-31T00:30")


def test_times_are_entered_and_shown_in_the_persons_zone(as_owner, owner, fields):
    User.objects.update(time_zone="Asia/Tokyo")
    as_owner.post(CREATE, {**fields, "starts_at": "2027-01-01T09:00",
                           "ends_at": "2027-01-02T09:00"})
    mailing = Mailing.objects.get()
    assert mailing.starts_at.isoformat().startswith("2027-01-01T00:00")
    page = as_owner.get(reverse("mailings:mailing_edit", args=[mailing.pk])).content.decode()
    assert 'value="2027-01-01T09:00"' in page


def test_the_status_is_right_whenever_it_is_read(as_owner, owner):
    mailing = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    Mailing.objects.update(ends_at=timezone.now())
    assert "Завершена" in as_owner.get(mailing.get_absolute_url()).content.decode()
    Mailing.objects.update(ends_at=timezone.now() + timedelta(days=1))
    assert "Запущена" in as_owner.get("/mailings/").content.decode()
    mailing.refresh_from_db()
    assert mailing.status == Status.RUNNING


def test_a_completed_mailing_that_was_never_sent_is_created_again_when_its_end_moves(owner):
    now = timezone.now()
    mailing = MailingFactory(owner=owner, ends_at=now + timedelta(minutes=1))
    Mailing.objects.refresh_statuses(now + timedelta(minutes=2))
    mailing.refresh_from_db()
    assert mailing.status == Status.COMPLETED
    assert Mailing.objects.refresh_statuses(now) == 1 and Mailing.objects.refresh_statuses(now) == 0
    mailing.refresh_from_db()
    assert mailing.status == Status.CREATED


def test_a_mailing_being_sent_is_not_deleted(as_owner, htmx, owner):
    mailing = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    run = run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    url = reverse("mailings:mailing_delete", args=[mailing.pk])
    assert htmx.post(url).status_code == 409
    Run.objects.filter(pk=run.pk).update(state=Run.State.STOPPED)
    assert htmx.post(url).status_code == 204 and not Mailing.objects.exists()


@pytest.mark.parametrize("tab", ["recipients", "runs", "attempts", "letter", "nonsense"])
def test_each_tab_of_a_mailing_is_there_with_and_without_htmx(as_owner, htmx, owner, tab):
    mailing = MailingFactory(owner=owner, recipients=[RecipientFactory(owner=owner)])
    run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    url = f"{mailing.get_absolute_url()}?tab={tab}"
    assert b"<html" in as_owner.get(url).content
    assert b"<html" not in htmx.get(url).content


def test_the_list_costs_the_same_for_one_mailing_as_for_twenty(
        as_owner, owner, django_assert_max_num_queries):
    for mailing in MailingFactory.create_batch(20, owner=owner):
        mailing.recipients.add(RecipientFactory(owner=owner))
        run_start(mailing=mailing, trigger=Run.Trigger.PAGE)
    with django_assert_max_num_queries(12):
        as_owner.get("/mailings/")


def test_saving_a_form_undoes_nothing_that_happened_meanwhile(
        as_owner, owner, manager, fields, monkeypatch):
    mailing = MailingFactory(owner=owner)
    clean = MailingForm.clean

    def clean_late(form):
        mailing_disable(mailing=mailing, by=manager, disabled=True)
        return clean(form)

    monkeypatch.setattr(MailingForm, "clean", clean_late)
    as_owner.post(f"/mailings/{mailing.pk}/edit/", {**fields, "when": "draft"})
    mailing.refresh_from_db()
    assert mailing.message_id == fields["message"] and mailing.disabled_at
