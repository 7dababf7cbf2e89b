"""Why a run is slow, as its panel tells it while it is under way."""
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from apps.mailings.models import Delivery, Run
from tests.factories import MailingFactory, RecipientFactory, SenderFactory

from ..engine import slowing
from ..models import Throttle
from ..progress import progress_context

WORDS = "451 4.7.1 Slow down, please"


@pytest.fixture
def run(owner):
    """A run with three letters to Mail.ru and two to Gmail."""
    sender = SenderFactory(owner=owner)
    return run_of(owner, sender)


def run_of(owner, sender):
    mailing = MailingFactory(owner=owner, sender=sender)
    run = Run.objects.create(
        mailing=mailing, owner=owner, trigger=Run.Trigger.PAGE, sender=sender, total=5,
        subject="Новости", body="…", prepared_at=timezone.now())
    for number, provider in enumerate(["mailru"] * 3 + ["gmail"] * 2):
        Delivery.objects.create(
            run=run, email=f"client{number}@x.example", provider=provider,
            recipient=RecipientFactory(owner=owner))
    return run


def why(run):
    return progress_context(run.mailing, run.owner)["why_slow"]


def slow(run, provider="mailru", rate=24, **columns):
    slowing.slow_down(run.sender_id, provider, WORDS, rate)
    rows = Throttle.objects.filter(sender=run.sender_id, provider=provider)
    rows.update(**{"used_up": "", "free_at": Now(), **columns})


def test_nothing_is_told_where_nothing_holds(run):
    assert why(run) is None


def test_where_no_provider_is_limited_no_query_is_added(run, django_assert_num_queries):
    from ..why_slow import why_slow
    with django_assert_num_queries(0):
        why_slow(run, timezone.now(), is_held=False)


def test_a_provider_that_asked_is_told_with_its_pace_its_letters_and_its_words(run, as_owner):
    slow(run)
    told = why(run)
    assert told.line == "Mail.ru просит не спешить: 12 писем в минуту." and told.is_asked
    assert [(held.pace.key, held.left) for held in told.providers] == [("mailru", 3)]
    page = as_owner.get(run.mailing.get_absolute_url()).content.decode()
    assert "Slow down, please" in page and "осталось 3 письма" in page


def test_who_gets_no_letters_at_all_comes_first(run):
    slow(run, "gmail")
    slow(run, used_up="slowed", free_at=timezone.now() + timedelta(hours=1))
    told = why(run)
    assert told.line.startswith("Mail.ru просит подождать.")
    assert [held.pace.key for held in told.providers] == ["mailru", "gmail"]


def test_a_limit_of_the_owners_is_told_as_theirs(run):
    Throttle.objects.create(
        sender=run.sender, provider="gmail", free_at=Now(), per_minute=60, connections=2)
    told = why(run)
    assert told.line == "Gmail: 60 писем в минуту, 2 соединения сразу, как вы указали."
    assert not told.is_asked


def test_a_provider_without_letters_in_the_run_is_not_told(run):
    slow(run, "yahoo")
    assert why(run) is None


def test_what_a_provider_said_once_and_says_no_more_is_not_told(run):
    slow(run)
    Throttle.objects.update(slow_rate=None)
    assert why(run) is None


def test_the_day_of_a_warm_up_is_told_and_when_it_is_used_up(run):
    run.sender.warm_since = timezone.now().date()
    run.sender.save()
    assert why(run).line == "Mail.ru: сегодня не больше 50 писем, отправитель прогревается."
    Throttle.objects.create(
        sender=run.sender, provider="gmail", free_at=timezone.now() + timedelta(hours=3),
        booked_at=timezone.now() + timedelta(minutes=1), used_up="per_day")
    held = why(run).providers[0]
    assert held.warm.startswith("Прогрев: сегодня до 25 писем. Они ушли; продолжим сами")


def test_letters_of_no_sender_are_held_by_rows_of_no_sender(run, owner):
    slow(run)
    service = run_of(owner, None)
    assert why(service) is None
    slowing.slow_down(None, "gmail", WORDS, 24)
    assert [held.pace.key for held in why(service).providers] == ["gmail"]


def test_a_pace_over_all_providers_is_told_too(run):
    run.sender.per_minute = 30
    run.sender.save()
    assert why(run).line == "С этого отправителя: 30 писем в минуту."


def test_a_manager_sees_it_and_no_way_to_change_it(run, as_manager):
    slow(run)
    page = as_manager.get(run.mailing.get_absolute_url()).content.decode()
    assert "Slow down, please" in page and "/providers/" not in page
