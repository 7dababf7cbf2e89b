"""What a forecast is reckoned from, and how it is said."""
from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.delivery.models import Throttle, Worker
from apps.delivery.services import run_start
from apps.mailings.models import Run
from tests.factories import MailingFactory, RecipientFactory, SenderFactory

from ..forecast import Forecast
from ..forecast_facts import left_by_provider, limits_of, run_forecast, start_forecast
from ..forecast_words import shown, words_of

pytestmark = pytest.mark.django_db
NOON = timezone.make_aware(datetime(2026, 11, 26, 12, 0))  # Thursday
HOUR = timedelta(hours=1)


@pytest.fixture
def sender(owner):
    return SenderFactory(owner=owner)


@pytest.fixture
def mailing(owner, sender):
    addresses = [f"a{n}@mail.ru" for n in range(6)] + [f"b{n}@gmail.com" for n in range(3)]
    return MailingFactory(owner=owner, sender=sender, recipients=[
        RecipientFactory(owner=owner, email=address) for address in [*addresses, "c@shop.example"]])


def hold_back(sender, **columns):
    Throttle.objects.create(
        sender=sender, provider="mailru", free_at=timezone.now(), **columns)


def started(mailing):
    return run_start(mailing=mailing, trigger=Run.Trigger.PAGE)


def seconds(said):
    return (said.ends_at - timezone.now()).total_seconds()


def test_letters_are_counted_by_provider(mailing):
    assert left_by_provider(started(mailing)) == {"mailru": 6, "gmail": 3, "other": 1}


def test_between_two_counts_letters_shrink_with_the_runs_figure(mailing, django_assert_num_queries):
    run = started(mailing)
    left_by_provider(run)
    run.sent = 5
    with django_assert_num_queries(0):
        assert left_by_provider(run) == {"mailru": 3, "gmail": 1.5, "other": 0.5}


def test_before_the_start_letters_are_counted_by_provider_too(mailing, sender):
    hold_back(sender, per_minute=1)
    said = start_forecast(mailing, 10, timezone.now(), again=False)
    assert said.slowest == "mailru" and 350 < seconds(said) < 370


def test_a_sender_that_is_being_warmed_up_takes_days(mailing, sender):
    sender.warm_since = timezone.now().date()
    sender.save()
    limits = limits_of(sender, timezone.now())
    assert limits.days["mailru"][:3] == [50, 100, 200] and limits.days["mailru"][-1] is None
    assert limits.midnight > timezone.now().timestamp()


def test_what_a_provider_has_taught_holds_where_it_is_slower(mailing, sender):
    hold_back(sender, per_minute=60, slow_rate=2)
    assert limits_of(sender, timezone.now()).providers == {"mailru": 2 / 60}


def test_a_run_without_limits_goes_on_as_quickly_as_it_goes_now(mailing):
    run = started(mailing)
    assert run_forecast(run, 0, timezone.now()) is None
    assert 95 < seconds(run_forecast(run, 0.1, timezone.now())) < 105


def test_another_run_of_the_sender_counts(mailing, sender, owner):
    sender.per_minute = 1
    sender.save()
    started(MailingFactory(owner=owner, sender=sender, recipients=[
        RecipientFactory(owner=owner) for _ in range(10)]))
    run = Run.objects.get(pk=started(mailing).pk)
    assert 19 < seconds(run_forecast(run, 0, timezone.now())) / 60 < 21


def test_the_hours_of_the_mailing_count(mailing, sender):
    sender.per_minute = 1
    mailing.hours_from = time(9)
    mailing.hours_to = time(12, 5)
    mailing.ends_at = NOON + timedelta(days=9)
    said = start_forecast(mailing, 10, NOON, again=False)
    assert NOON + 21 * HOUR < said.ends_at < NOON + 21.2 * HOUR


@pytest.mark.parametrize("said, words", [
    (Forecast(10_000, 10_000, NOON - HOUR / 3, "mailru"),
     "10\xa0000 писем: закончится примерно 11:40; дольше всех Mail.ru."),
    (Forecast(21, 21, NOON + timedelta(days=1)), "21 письмо: закончится примерно пт 12:00."),
    (Forecast(10_000, 4186, None), "До конца отправки уйдёт около 4\xa0200 из 10\xa0000."),
    (Forecast(3, 3, NOON + timedelta(days=2000), "other"),
     "С такими лимитами письма уйдут за годы."),
])
def test_a_forecast_is_told_in_plain_words(said, words):
    assert words_of(said, NOON) == words


@pytest.mark.parametrize("number, text", [
    (999, "999"), (4186, "4\xa0200"), (1234567, "1\xa0200\xa0000")])
def test_of_many_letters_two_digits_are_told(number, text):
    assert shown(number) == text


def test_the_panel_of_a_run_tells_when_it_ends(htmx, mailing, sender):
    Worker.objects.create(token="t", host="h", pid=1, seen_at=timezone.now())
    hold_back(sender, per_minute=1)
    started(mailing)
    page = htmx.get(reverse("delivery:progress", args=[mailing.pk])).text
    assert "дольше всех Mail.ru" in page
