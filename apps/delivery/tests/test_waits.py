"""What waits for a sender's limits and its server: words, and the part of the sender's page."""
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models import Throttle
from apps.mailings.models import Run
from tests.factories import MailingFactory, MessageFactory, SenderFactory

from ..engine.throttle import Bookings
from ..waits import sender_wait, spent_words, wait_words

NOON = timezone.make_aware(datetime(2026, 3, 10, 12, 0))
AGO = timedelta(hours=1)


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner, per_day=500, limits_at=NOON - AGO)


def used_up(sender, until, limit="per_day"):
    return Throttle.objects.create(
        sender=sender, free_at=until, booked_at=NOON - AGO / 2, used_up=limit)


def run_of(sender, subject="Новости чая", **columns):
    mailing = MailingFactory(
        owner=sender.owner, message=MessageFactory(owner=sender.owner, subject=subject))
    return Run.objects.create(
        mailing=mailing, owner=sender.owner, trigger=Run.Trigger.PAGE, sender=sender,
        subject=subject, body="…", **columns)


def page_of(client, sender, **headers):
    return client.get(reverse("delivery:sender_waits", args=[sender.pk]), headers=headers)


def test_a_used_up_day_is_told_with_its_end(sender):
    used_up(sender, NOON + timedelta(hours=2, minutes=20))
    assert wait_words(sender, NOON) == (
        "Не больше 500 писем в сутки с этого отправителя. Продолжим сами в 14:20.")


def test_an_end_tomorrow_is_told_as_such(sender):
    used_up(sender, NOON + timedelta(hours=14))
    assert wait_words(sender, NOON).endswith("Продолжим сами завтра в 02:00.")


def test_a_used_up_hour_is_told(sender):
    sender.per_hour = 21
    used_up(sender, NOON + AGO, "per_hour")
    assert wait_words(sender, NOON).startswith("Не больше 21 письма в час")


@pytest.mark.parametrize("until, limit", [
    (NOON - AGO, "per_day"), (NOON + AGO, ""), (NOON + AGO, "per_hour")])
def test_what_is_over_or_no_limit_any_more_is_not_waited_for(sender, until, limit):
    used_up(sender, until, limit)
    assert sender_wait(sender, NOON) is None


def test_a_limit_that_was_changed_since_is_not_waited_for(sender):
    used_up(sender, NOON + AGO)
    sender.limits_at = NOON
    assert wait_words(sender, NOON) == ""


def test_a_mailing_without_a_sender_waits_for_none(db):
    assert wait_words(None, NOON) == ""


def test_what_has_left_is_told_of_each_limit_that_there_is(sender):
    bookings = Bookings()
    bookings.limit(sender, 312)
    bookings.book(312)
    assert spent_words(sender, timezone.now()) == ["За последние сутки ушло 312 из 500"]


def test_the_part_lists_runs_under_way_with_what_is_left(as_owner, sender):
    run_of(sender, total=10, sent=3)
    run_of(sender, "Законченная", state=Run.State.FINISHED)
    page = page_of(as_owner, sender, hx_request="true").content.decode()
    assert "Новости чая" in page and "осталось 7 писем" in page
    assert "Законченная" not in page
    assert "<html" not in page


def test_without_javascript_it_is_a_page(as_owner, sender):
    assert "<html" in page_of(as_owner, sender).content.decode()


def test_the_part_says_which_limit_is_waited_for(as_owner, sender):
    row = used_up(sender, timezone.now() + AGO)
    row.booked_at = timezone.now()
    row.save()
    assert "Не больше 500 писем в сутки" in page_of(as_owner, sender).content.decode()


def test_a_run_that_rests_says_until_when_and_why(as_owner, sender):
    run_of(sender, total=5, hold_until=timezone.now() + AGO, server_words="421 4.7.0 Try later")
    page = page_of(as_owner, sender).content.decode()
    assert "421 4.7.0 Try later" in page and "Повторим сами" in page


def test_a_manager_sees_the_runs_and_neither_limits_nor_the_servers_words(as_manager, sender):
    used_up(sender, timezone.now() + AGO)
    run_of(sender, total=5, hold_until=timezone.now() + AGO, server_words="421 4.7.0 Try later")
    page = page_of(as_manager, sender).content.decode()
    assert "Новости чая" in page
    assert "500" not in page and "421" not in page


def test_somebody_elses_is_not_there(as_other, sender):
    assert page_of(as_other, sender).status_code == 404
