from datetime import timedelta

import pytest
from django.utils import timezone

from apps.delivery.answers import Effect, Outcome, Phase, hold_time, judge, retry_time
from apps.mailings.models import Delivery

State = Delivery.State


@pytest.mark.parametrize("phase, code, text, state, effect", [
    (Phase.DOT, 250, "2.0.0 Ok", State.SENT, Effect.NONE),
    (Phase.DOT, 252, "perhaps", State.SENT, Effect.NONE),
    (Phase.DOT, None, "closed", State.UNKNOWN, Effect.NONE),
    (Phase.DOT, 451, "later", State.RETRY, Effect.NONE),
    (Phase.DOT, 554, "5.7.1 spam", State.FAILED, Effect.POLICY),
    (Phase.DOT, 421, "busy", State.PENDING, Effect.BUSY),
    (Phase.DATA, 451, "later", State.RETRY, Effect.NONE),
    (Phase.DATA, None, "closed", State.PENDING, Effect.CONNECTION),
    (Phase.RCPT, 450, "4.2.0 greylisted", State.RETRY, Effect.NONE),
    (Phase.RCPT, 550, "5.1.1 unknown", State.FAILED, Effect.NONE),
    (Phase.RCPT, 550, "5.7.1 refused", State.FAILED, Effect.POLICY),
    (Phase.RCPT, 530, "5.7.0 log in", State.PENDING, Effect.SETTINGS),
    (Phase.MAIL, 553, "5.1.8 bad sender", State.PENDING, Effect.SETTINGS),
    (Phase.MAIL, 452, "4.3.1 full", State.RETRY, Effect.NONE),
    (Phase.LOGIN, 535, "5.7.8 wrong password", State.PENDING, Effect.SETTINGS),
    (Phase.CONNECT, 554, "no service", State.PENDING, Effect.SETTINGS),
    (Phase.CONNECT, 450, "too many", State.PENDING, Effect.BUSY),
    (Phase.CONNECT, 421, "too many", State.PENDING, Effect.BUSY),
    (Phase.CONNECT, None, "refused", State.PENDING, Effect.CONNECTION),
])
def test_an_answer_means_what_the_promise_says(phase, code, text, state, effect):
    verdict = judge(Outcome(phase, code, text))
    assert (verdict.state, verdict.effect) == (state, effect)
    assert verdict.costs_a_try == (state in (State.RETRY, State.FAILED))


def test_retries_wait_longer_each_time_and_never_past_the_end():
    now = timezone.now()
    waits = [(retry_time(tries, now, now + timedelta(days=9)) - now).total_seconds() / 60
             for tries in range(1, 6)]
    for wait, planned in zip(waits, (1, 5, 15, 60, 180)):
        assert planned * 0.8 <= wait <= planned * 1.2
    assert retry_time(6, now, now + timedelta(days=9)) is None
    assert retry_time(4, now, now + timedelta(minutes=30)) is None


def test_a_busy_server_is_left_alone_for_a_minute_doubling_to_fifteen():
    minutes = [hold_time(Effect.BUSY, holds).total_seconds() / 60 for holds in range(6)]
    assert minutes == [1, 2, 4, 8, 15, 15]
    assert hold_time(Effect.CONNECTION, 0).total_seconds() == 30
