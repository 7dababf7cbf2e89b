"""The form's hours and weekdays: what is stored, what is refused, and how it is said."""
from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.delivery.may_start import mailing_refusal
from apps.delivery.waits import hours_wait_words
from apps.mailings.hours.words import hours_words, moment_words
from apps.mailings.models import Mailing
from apps.mailings.services import mailing_copy
from tests.factories import MailingFactory, MessageFactory, RecipientFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # Thursday in Moscow
DAY = timedelta(days=1)


def posted(owner, **more):
    starts = timezone.localtime() + DAY
    message = MessageFactory(owner=owner)
    RecipientFactory(owner=owner)
    return {"message": message.pk, "when": "planned", "who": "everyone", "name": "Чай",
            "starts_at": f"{starts:%Y-%m-%dT%H:%M}",
            "ends_at": f"{starts + 7 * DAY:%Y-%m-%dT%H:%M}", **more}


def create(client, fields):
    return client.post(reverse("mailings:mailing_create"), fields)


def working(**hours):
    hours = {"hours_from": time(9), "hours_to": time(18), "weekdays": "12345", **hours}
    return Mailing(starts_at=NOON, ends_at=NOON + 7 * DAY, **hours)


def test_hours_and_weekdays_are_stored_with_their_opening(as_owner, owner):
    fields = posted(owner, hours_from="09:00", hours_to="18:00", weekdays=["5", "1", "3"])
    assert create(as_owner, fields).status_code == 302
    mailing = Mailing.objects.get()
    assert (mailing.hours_from, mailing.hours_to) == (time(9), time(18))
    assert mailing.weekdays == "135" and mailing.opens_at < mailing.closes_at
    page = as_owner.get(mailing.get_absolute_url()).text
    assert "09:00" in page and "18:00" in page


def test_all_seven_weekdays_are_no_limit(as_owner, owner):
    create(as_owner, posted(owner, weekdays=list("1234567")))
    mailing = Mailing.objects.get()
    assert (mailing.weekdays, mailing.closes_at) == ("", None)


@pytest.mark.parametrize("fields, name", [
    ({"hours_from": "09:00", "hours_to": "09:00"}, "hours_to"),
    ({"hours_from": "25:00"}, "hours_from"),
    ({"weekdays": ["8"]}, "weekdays"),
    ({"weekdays": ["1; DROP"]}, "weekdays"),
])
def test_bad_hours_are_told_beside_their_field(as_owner, owner, fields, name):
    response = create(as_owner, posted(owner, **fields))
    assert response.status_code == 422
    assert response.context["form"].has_error(name)
    assert not Mailing.objects.exists()


def test_a_window_without_one_allowed_hour_is_refused_unless_it_is_a_draft(as_owner, owner):
    starts = timezone.localtime() + DAY
    never = str((starts + 4 * DAY).isoweekday())
    fields = posted(owner, weekdays=[never], ends_at=f"{starts + 2 * DAY:%Y-%m-%dT%H:%M}")
    response = create(as_owner, fields)
    assert response.status_code == 422 and response.context["form"].has_error("hours_from")
    assert create(as_owner, {**fields, "when": "draft"}).status_code == 302


def test_a_preset_fills_the_hours_and_saves_nothing(as_owner, owner):
    response = create(as_owner, posted(owner, _hours="workdays"))
    form = response.context["form"]
    assert form["hours_from"].value() == "09:00" and form["weekdays"].value() == list("12345")
    assert form["name"].value() == "Чай" and not Mailing.objects.exists()
    assert 'id="hours" open' in response.text
    response = create(as_owner, posted(owner, _hours="always", hours_from="10:00"))
    assert not response.context["form"]["hours_from"].value()


def test_an_edit_shows_the_hours_and_may_take_them_away(as_owner, owner):
    create(as_owner, posted(owner, hours_from="22:00", hours_to="06:00"))
    mailing = Mailing.objects.get()
    form = as_owner.get(reverse("mailings:mailing_edit", args=[mailing.pk]))
    assert 'value="22:00"' in form.text
    as_owner.post(reverse("mailings:mailing_edit", args=[mailing.pk]), posted(owner))
    mailing.refresh_from_db()
    assert (mailing.hours_from, mailing.closes_at) == (None, None)


def test_a_copy_has_the_same_hours(owner):
    mailing = MailingFactory(owner=owner, hours_from=time(9), weekdays="12")
    copy = mailing_copy(mailing=mailing)
    assert (copy.hours_from, copy.hours_to, copy.weekdays) == (time(9), None, "12")
    assert copy.closes_at


def test_a_manager_reads_the_hours_of_another_zone_with_its_name(as_manager, owner):
    owner.time_zone = "Asia/Vladivostok"
    owner.save()
    mailing = MailingFactory(owner=owner, hours_from=time(9), hours_to=time(18))
    assert "(Asia/Vladivostok)" in as_manager.get(mailing.get_absolute_url()).text


@pytest.mark.parametrize("hours, words", [
    ({}, "по будням с 09:00 до 18:00"),
    ({"weekdays": ""}, "каждый день с 09:00 до 18:00"),
    ({"weekdays": "67", "hours_from": None, "hours_to": None}, "по выходным"),
    ({"weekdays": "13"}, "пн, ср с 09:00 до 18:00"),
    ({"weekdays": "", "hours_from": None, "hours_to": None}, ""),
])
def test_hours_are_told_as_people_say_them(owner, hours, words):
    mailing = working(**hours)
    mailing.owner = owner
    assert hours_words(mailing) == words


def test_what_waits_says_until_when_and_why(owner):
    mailing = working()
    mailing.owner = owner
    assert hours_wait_words(mailing, NOON) == ""
    late = NOON + timedelta(hours=8)
    assert hours_wait_words(mailing, late) == (
        "Ждём до пт 09:00: письма уходят по будням с 09:00 до 18:00.")
    mailing.ends_at = late + timedelta(hours=1)
    assert "больше ни одно письмо не уйдёт" in hours_wait_words(mailing, late).lower()
    assert mailing_refusal(mailing, late)


@pytest.mark.parametrize("ahead, words", [
    (timedelta(hours=1), "13:00"), (DAY, "пт 12:00"), (6 * DAY, "ср 12:00"),
    (7 * DAY, "3 декабря, 12:00"), (60 * DAY, "25 января 2027, 12:00")])
def test_a_moment_is_told_by_its_weekday_while_that_is_clear(ahead, words):
    assert moment_words(NOON + ahead, NOON) == words
