"""Letters to one provider wait, and the letters to all others go on."""
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from apps.delivery.services import run_start
from apps.mailings.models import Attempt, Delivery, MailDomain, Run
from tests.factories import MailingFactory, RecipientFactory, SenderFactory
from tests.sending import send, work
from tests.smtp import sink_server

from ..engine import recovery, slowing
from ..engine.booking import SLOWED
from ..engine.runnable import runs_with_letters
from ..models import Throttle

pytestmark = pytest.mark.django_db(transaction=True)
TOO_FAST = "451 4.7.1 Too fast, slow down"


def mailing_to(owner, *addresses):
    return MailingFactory(owner=owner, recipients=[
        RecipientFactory(owner=owner, email=address) for address in addresses])


def at(domain, number, first=0):
    return [f"client{place}@{domain}" for place in range(first, first + number)]


def states(run):
    return dict(run.deliveries.values_list("email", "state"))


def limit(provider, **limits):
    Throttle.objects.create(provider=provider, free_at=timezone.now(), **limits)


def test_the_ledger_knows_the_provider_of_each_address(owner):
    MailDomain.objects.create(domain="bakery.example", provider="yandex")
    MailDomain.objects.create(domain="new.example")
    run = run_start(trigger=Run.Trigger.COMMAND, mailing=mailing_to(
        owner, "Anna@GMail.com", "b@bk.ru", "c@bakery.example", "d@new.example", "e@x.ru"))
    assert dict(run.deliveries.values_list("email", "provider")) == {
        "Anna@GMail.com": "gmail", "b@bk.ru": "mailru", "c@bakery.example": "yandex",
        "d@new.example": "other", "e@x.ru": "other"}


def test_a_provider_without_its_turn_holds_up_nobody_else(owner, sink):
    Throttle.objects.create(provider="mailru", free_at=Now(), slow_rate=1)
    hour = timezone.now() + timedelta(hours=1)
    Throttle.objects.filter(provider="mailru").update(
        free_at=hour, booked_at=Now(), used_up=SLOWED)
    run = send(mailing_to(owner, *at("mail.ru", 3), *at("gmail.com", 2), *at("shop.example", 2)))
    assert sorted(sink.addresses) == sorted([*at("gmail.com", 2), *at("shop.example", 2)])
    assert (run.sent, run.left, run.state) == (4, 3, Run.State.RUNNING)


def test_a_providers_wish_to_go_slower_stops_its_letters_alone(owner, settings, monkeypatch):
    monkeypatch.setattr(slowing, "FIRST_PAUSE", timedelta(minutes=5))
    people = [*at("mail.ru", 30), *at("gmail.com", 5, 100), *at("shop.example", 5, 200)]
    refusals = {f"client{number}": TOO_FAST for number in range(30)}
    with sink_server(settings, rcpt=refusals) as sink:
        run = send(mailing_to(owner, *people), connections=1)
    assert len(sink.letters) == 10
    assert (run.sent, run.left, run.hold_until) == (10, 30, None)
    assert run.deliveries.filter(state=Delivery.State.PENDING, provider="mailru").count() == 30
    assert Attempt.objects.filter(server_response__contains="Too fast").count() <= 3
    row = Throttle.objects.get(provider="mailru")
    assert (row.slow_words, row.used_up) == (TOO_FAST, SLOWED) and row.slow_rate


def test_who_is_too_fast_for_three_providers_in_a_row_rests(owner, settings):
    people = [*at("mail.ru", 1), *at("gmail.com", 1, 1), *at("ya.ru", 1, 2), *at("x.example", 9, 3)]
    with sink_server(settings, rcpt={f"client{number}": TOO_FAST for number in range(3)}):
        run = send(mailing_to(owner, *people), connections=1)
    assert run.hold_until and "Too fast" in run.server_words


def test_a_word_about_the_letters_of_no_known_provider_rests_the_run_as_ever(owner, settings):
    with sink_server(settings, rcpt={"client0": TOO_FAST}):
        run = send(mailing_to(owner, *at("shop.example", 3)), connections=1)
    assert run.hold_until and not Throttle.objects.exists()


def test_a_connection_carries_no_more_letters_than_the_provider_takes_by_one(
        owner, settings):
    opened = []
    limit("apple", per_connection=2)
    with sink_server(settings) as sink:
        real = sink.handle_EHLO

        async def handle_EHLO(server, session, envelope, hostname, responses):
            opened.append(hostname)
            return await real(server, session, envelope, hostname, responses)

        sink.handle_EHLO = handle_EHLO
        run = send(mailing_to(owner, *at("icloud.com", 5)), connections=1)
    assert run.sent == 5 and len(opened) == 3


def test_letters_to_a_provider_leave_by_no_more_connections_than_it_takes(owner, sink):
    limit("gmail", connections=1)
    run = send(mailing_to(owner, *at("gmail.com", 40), *at("shop.example", 5)), connections=4)
    assert (run.sent, run.state) == (45, Run.State.FINISHED)


@pytest.fixture
def slowed():
    """A provider that found a hundred letters a minute too many."""
    limit("mailru", slow_rate=100)
    slowing.slow_down(None, "mailru", TOO_FAST, 100)
    return Throttle.objects.get(provider="mailru")


def again(words="451 slower"):
    """Have the provider ask anew once the pause is over."""
    Throttle.objects.update(used_up="", free_at=Now())
    slowing.slow_down(None, "mailru", words, 0)
    return Throttle.objects.get()


def test_the_first_wish_halves_the_rate_and_pauses(slowed):
    assert (slowed.slow_rate, slowed.slow_most, slowed.slow_times) == (50, 100, 1)
    assert slowed.free_at - slowed.booked_at == slowing.FIRST_PAUSE


def test_answers_to_letters_that_were_on_their_way_count_once(slowed):
    slowing.slow_down(None, "mailru", TOO_FAST, 100)
    assert Throttle.objects.get().slow_rate == 50


def test_three_wishes_in_a_row_lower_the_rate_to_an_eighth_and_lengthen_the_pause(slowed):
    again()
    row = again()
    assert row.slow_rate == 12.5
    assert row.free_at - row.booked_at == 4 * slowing.FIRST_PAUSE


def test_the_pause_has_an_end_however_often_it_asks(slowed):
    Throttle.objects.update(slow_times=300)
    row = again()
    assert row.free_at - row.booked_at == slowing.LONGEST_PAUSE and row.slow_rate >= 1


def test_a_burst_tells_of_no_limit_and_the_rate_doubles_until_it_is_too_much():
    slowing.slow_down(None, "mailru", TOO_FAST, 90)
    assert Throttle.objects.get().slow_rate == 45
    rates = [take(letters=10_000).slow_rate for _ in range(7)]
    assert rates == [45 * 2 ** step for step in range(1, 8)]
    row = again()
    assert (row.slow_rate, row.slow_most) == (rates[-1] / 2, rates[-1])


@pytest.mark.parametrize("words, minutes", [
    ("421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from", 10),
    ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to complaints", 120),
    ("451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP "
     "reputation.", 30),
    ("550 5.7.1 Client host blocked using a list", 60),
    (TOO_FAST, 0)])
def test_what_a_providers_words_ask_for_is_waited(words, minutes):
    slowing.slow_down(None, "gmail", words, 100)
    row = Throttle.objects.get()
    asked = timedelta(minutes=minutes)
    assert row.free_at - row.booked_at == max(asked, slowing.FIRST_PAUSE)


def refused_alone(owner, settings, words, **more):
    """Send to Gmail, which refuses all in these words, and then to others; return the run."""
    people = [*at("mail.ru", 200), *at("gmail.com", 50, 200), *at("shop.example", 150, 250)]
    refusals = {f"client{number}": words for number in range(200, 250)}
    with sink_server(settings, rcpt=refusals, **more):
        return send(mailing_to(owner, *people), connections=1)


@pytest.mark.parametrize("words", [
    "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from "
    "your IP address.",
    "550 5.7.1 [192.0.2.1] is on our block list",
    "550 5.7.26 This mail has been blocked because the sender is unauthenticated: SPF did not pass",
])
def test_a_provider_that_blocks_us_gets_no_letters_and_the_others_do(owner, settings, words):
    run = refused_alone(owner, settings, words)
    assert (run.sent, run.left) == (350, 50)
    assert (run.state, run.hold_until) == (Run.State.RUNNING, None)
    assert Throttle.objects.get(provider="gmail").used_up == SLOWED
    assert Attempt.objects.exclude(status=Attempt.Status.SUCCESS).count() <= 3


def test_a_block_of_all_letters_pauses_the_run(owner, settings):
    words = "550 5.7.1 [192.0.2.1] is on our block list"
    with sink_server(settings, rcpt={f"client{number}": words for number in range(9)}):
        run = send(mailing_to(owner, *at("gmail.com", 9)), connections=1)
    assert (run.state, run.reason) == (Run.State.PAUSED, Run.Reason.SERVER)
    assert not Throttle.objects.exists()


def take(letters):
    Throttle.objects.update(used_up="")
    slowing.speed_up(None, "mailru", letters)
    return Throttle.objects.get()


def test_letters_that_are_taken_bring_the_rate_back_to_just_below_the_limit(slowed):
    rates = [take(letters=60).slow_rate for _ in range(4)]
    assert rates == sorted(rates) and 90 < rates[-1] < 100


def test_near_the_limit_it_tries_a_little_more_and_falls_back_a_little(slowed):
    Throttle.objects.update(slow_rate=99)
    assert take(letters=50).slow_rate == 99
    assert take(letters=49).slow_rate == 104
    assert again().slow_rate == pytest.approx(104 * slowing.NEXT_CUT)


def test_a_limit_that_has_grown_much_is_found_in_a_few_steps(slowed):
    rates = [take(letters=10_000).slow_rate for _ in range(14)]
    assert rates == sorted(rates) and rates[-1] > 1000


def test_after_a_day_without_a_wish_nothing_holds_it_back(slowed):
    Throttle.objects.update(slow_at=timezone.now() - timedelta(days=2), used_up="")
    slowing.speed_up(None, "mailru", 1)
    assert not Throttle.objects.exists()


def test_the_owners_own_limit_takes_over_where_it_is_lower(slowed):
    Throttle.objects.update(per_minute=40)
    assert take(letters=1).slow_rate is None


def test_a_new_sender_sends_to_each_provider_what_its_day_allows(
        owner, sink, settings, monkeypatch):
    settings.SMTP_ALLOW_PRIVATE = True
    monkeypatch.setattr("apps.mailings.providers.warm_up.FIRST_DAY", 2)
    sender = SenderFactory(owner=owner, port=settings.EMAIL_PORT, warm_since=timezone.now().date())
    mailing = mailing_to(owner, *at("mail.ru", 3), *at("gmail.com", 1))
    mailing.sender = sender
    mailing.save()
    run = send(mailing)
    assert (run.sent, run.left) == (3, 1)
    assert Throttle.objects.get(provider="mailru").used_up == "per_day"
    work(run)
    assert len(sink.letters) == 3


def test_what_nobody_limits_any_more_is_forgotten_after_a_day(owner):
    days = timezone.now() - timedelta(days=2)
    old = {"free_at": days, "booked_at": days}
    Throttle.objects.create(provider="gmail", slow_at=days, slow_rate=5, **old)
    Throttle.objects.create(provider="yandex", per_minute=5, **old)
    Throttle.objects.create(provider="mailru", slow_at=timezone.now(), slow_rate=5, **old)
    Throttle.objects.create(provider="", **old)
    recovery.recover()
    assert set(Throttle.objects.values_list("provider", flat=True)) == {"yandex", "mailru", ""}


def test_a_sender_whose_warm_up_is_over_sends_as_letters_come(owner, settings):
    settings.SMTP_ALLOW_PRIVATE = True
    days = timezone.now().date() - timedelta(days=14)
    sender = SenderFactory(owner=owner, warm_since=days)
    mailing = mailing_to(owner, *at("mail.ru", 3))
    mailing.sender = sender
    mailing.save()
    run_start(mailing=mailing, trigger=Run.Trigger.COMMAND)
    assert [queued.by_provider for queued in runs_with_letters()] == [False]
    sender.warm_since = days + timedelta(days=1)
    sender.save()
    assert [queued.by_provider for queued in runs_with_letters()] == [True]
