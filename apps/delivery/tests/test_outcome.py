"""What one try makes of its delivery."""
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.mailings.models import Delivery

from ..engine.breaker import rest_time
from ..engine.failures import Effect, effect_of
from ..engine.recovery import result_of
from ..engine.results import Claimed, retry_time
from ..wire.outcome import Outcome, Phase

State = Delivery.State
DAY = timedelta(days=1)


@pytest.mark.parametrize("phase, code, text, state, effect", [
    (Phase.DOT, 250, "2.0.0 Ok", State.SENT, Effect.NONE),
    (Phase.DOT, 252, "perhaps", State.SENT, Effect.NONE),
    (Phase.DOT, None, "closed", State.UNKNOWN, Effect.NONE),
    (Phase.DOT, 451, "later", State.RETRY, Effect.NONE),
    (Phase.DOT, 451, "4.7.1 looks like spam", State.RETRY, Effect.NONE),
    (Phase.DOT, 554, "5.7.1 spam", State.FAILED, Effect.POLICY),
    (Phase.DOT, 421, "busy", State.PENDING, Effect.BUSY),
    (Phase.DOT, 454, "Throttling failure", State.PENDING, Effect.BUSY),
    (Phase.DATA, 451, "later", State.RETRY, Effect.NONE),
    (Phase.DATA, None, "closed", State.PENDING, Effect.CONNECTION),
    (Phase.RCPT, 450, "4.2.0 greylisted", State.RETRY, Effect.NONE),
    (Phase.RCPT, 550, "5.1.1 unknown", State.FAILED, Effect.NONE),
    (Phase.RCPT, 552, "5.2.2 Mailbox full", State.FAILED, Effect.NONE),
    (Phase.RCPT, 550, "5.7.1 what we say is no", State.FAILED, Effect.POLICY),
    (Phase.RCPT, 550, "relay not permitted", State.PENDING, Effect.REFUSED),
    (Phase.RCPT, 530, "5.7.0 log in", State.PENDING, Effect.REFUSED),
    (Phase.MAIL, 553, "5.1.8 bad sender", State.PENDING, Effect.REFUSED),
    (Phase.MAIL, 452, "4.3.1 full", State.PENDING, Effect.BUSY),
    (Phase.LOGIN, 535, "5.7.8 wrong password", State.PENDING, Effect.REFUSED),
    (Phase.LOGIN, 454, "4.7.0 Too many login attempts", State.PENDING, Effect.BUSY),
    (Phase.CONNECT, 554, "no service", State.PENDING, Effect.REFUSED),
    (Phase.CONNECT, 450, "too many", State.PENDING, Effect.BUSY),
    (Phase.CONNECT, 421, "too many", State.PENDING, Effect.BUSY),
    (Phase.CONNECT, None, "refused", State.PENDING, Effect.CONNECTION),
    (Phase.RCPT, 354, "what", State.PENDING, Effect.CONNECTION),
])
def test_an_answer_means_what_the_promise_says(phase, code, text, state, effect):
    outcome, now = Outcome(phase, code, text), timezone.now()
    claimed = Claimed(1, "a@example.com", "", None, 0, 0, "")
    result = result_of(claimed, outcome, now, now + DAY)
    assert (result.state, effect_of(outcome.verdict("a@example.com"))) == (state, effect)
    assert result.tries == (state in (State.RETRY, State.FAILED))


def test_retries_wait_longer_each_time_and_never_past_the_end():
    now = timezone.now()
    waits = [(retry_time(tries, now, now + 9 * DAY) - now).total_seconds() / 60
             for tries in range(1, 6)]
    for wait, planned in zip(waits, (1, 5, 15, 60, 180)):
        assert planned * 0.8 <= wait <= planned * 1.2
    assert retry_time(6, now, now + 9 * DAY) is None
    assert retry_time(4, now, now + timedelta(minutes=30)) is None


def test_a_busy_server_is_left_alone_for_a_minute_doubling_to_fifteen():
    minutes = [rest_time(Effect.BUSY, holds).total_seconds() / 60 for holds in range(6)]
    assert minutes == [1, 2, 4, 8, 15, 15]
    assert rest_time(Effect.CONNECTION, 0).total_seconds() == 30
