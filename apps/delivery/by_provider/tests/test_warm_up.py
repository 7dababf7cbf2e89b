"""The warm-up of a new sender: begun and ended by its owner, suggested where it is wanted."""
from datetime import date, timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models import Throttle
from apps.mailings.models import Sender
from apps.mailings.providers.warm_up import most_today, ramp_of
from tests.factories import MailingFactory, RecipientFactory, SenderFactory

from .. import shown
from ..shown import wants_warm_up

FIRST = date(2026, 11, 28)


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner)


def press(client, sender, on):
    return client.post(reverse("delivery:sender_warm_up", args=[sender.pk]), {"on": on})


def since(sender):
    return Sender.objects.get(pk=sender.pk).warm_since


@pytest.mark.parametrize("provider, day, letters", [
    ("mailru", 0, 50), ("mailru", 3, 400), ("gmail", 0, 25), ("gmail", 3, 200),
    ("mailru", 14, None), ("other", 0, None), ("", 0, None), ("mailru", -5, 50)])
def test_each_day_twice_as_many_letters_may_leave(provider, day, letters):
    assert most_today(provider, FIRST, FIRST + timedelta(days=day)) == letters


def test_a_sender_that_is_not_warmed_up_has_no_such_limit():
    assert most_today("gmail", None, FIRST) is None


def test_the_ramp_has_a_line_for_each_day():
    ramp = ramp_of(FIRST)
    assert len(ramp) == 14
    assert (ramp[1].at, ramp[1].letters, ramp[1].fewer) == (date(2026, 11, 29), 100, 50)


def test_it_begins_today_and_ends_when_its_owner_says_so(as_owner, sender):
    before = Sender.objects.get(pk=sender.pk).limits_at
    press(as_owner, sender, 1)
    assert since(sender) == timezone.now().date()
    assert Sender.objects.get(pk=sender.pk).limits_at > before
    assert "День 1 из 14" in as_owner.get(sender.get_absolute_url()).content.decode()
    press(as_owner, sender, 0)
    assert since(sender) is None


def test_to_press_twice_does_not_begin_anew(as_owner, sender):
    yesterday = timezone.now().date() - timedelta(days=1)
    Sender.objects.update(warm_since=yesterday)
    press(as_owner, sender, 1)
    assert since(sender) == yesterday


def test_a_ramp_that_has_ended_may_begin_again(as_owner, sender):
    Sender.objects.update(warm_since=FIRST - timedelta(days=400))
    press(as_owner, sender, 1)
    assert since(sender) == timezone.now().date()


def test_its_end_takes_away_what_only_counted_the_letters_of_a_day(as_owner, sender):
    press(as_owner, sender, 1)
    Throttle.objects.create(sender=sender, provider="gmail", free_at=Now())
    Throttle.objects.create(sender=sender, provider="yandex", free_at=Now(), per_minute=9)
    press(as_owner, sender, 0)
    assert list(Throttle.objects.values_list("provider", flat=True)) == ["yandex"]


def test_the_services_own_address_is_not_warmed_up(htmx, owner):
    sender = SenderFactory(owner=owner, preset="service", host="")
    assert press(htmx, sender, 1).status_code == 409
    assert since(sender) is None


@pytest.mark.parametrize("columns, letters, is_wanted", [
    ({}, 5000, True), ({}, 100, False), ({"preset": "service"}, 5000, False),
    ({"confirmed_at": timezone.now() - timedelta(days=30)}, 5000, False),
    ({"confirmed_at": None}, 5000, False), ({"warm_since": FIRST}, 5000, False)])
def test_a_warm_up_is_suggested_to_new_senders_of_many_letters(columns, letters, is_wanted):
    sender = SenderFactory.build(owner=None, **columns)
    assert wants_warm_up(sender, letters, timezone.now()) is is_wanted


def test_the_page_before_sending_says_so(as_owner, owner, sender, monkeypatch):
    monkeypatch.setattr(shown, "BIG", 1)
    mailing = MailingFactory(
        owner=owner, sender=sender, recipients=[RecipientFactory(owner=owner)])
    page = as_owner.get(reverse("delivery:start", args=[mailing.pk])).content.decode()
    assert f"{sender.get_absolute_url()}#by-provider" in page
